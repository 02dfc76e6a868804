"""The funding matrix: what each funder pays of each budget line.

Rows are budget lines, columns are funders, cells are integer cents. A matrix is
valid when every row sums to the planned amount of its line and every column to the
agreed amount of its funder, to the cent: only then can a plan be activated.

``proportional_fill`` proposes a valid matrix. Without anything typed in, each cell
is ``line * funder / total`` rounded down or up, the cents lost by rounding being
placed so that rows *and* columns stay exact (controlled rounding: such a placement
always exists, because the flow problem it amounts to has integer solutions). With
some cells fixed, the remaining ones are scaled to both margins by turns, then
rounded the same way. Everything is integer arithmetic, and the same input always
gives the same matrix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cell = tuple[int, int]
Matrix = list[list[int]]

_ROUNDS = 200


class MatrixError(ValueError):
    """No valid matrix exists for these margins; the message says why."""


@dataclass(frozen=True)
class Residues:
    """What each row and column still lacks (positive) or has in excess (negative), in cents."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    total: int

    @property
    def valid(self) -> bool:
        """Whether every row, every column and the total are exact."""
        return not (any(self.rows) or any(self.columns) or self.total)


def residues(rows: Sequence[int], columns: Sequence[int], cells: Sequence[Sequence[int]]) -> Residues:
    """Compare a matrix with its margins.

    Args:
        rows: planned amount of each line, in cents.
        columns: agreed amount of each funder, in cents.
        cells: one sequence per line, one amount per funder, in cents.

    Returns:
        ``planned - sum`` for each row, ``agreed - sum`` for each column, and
        ``sum of agreed amounts - sum of planned amounts``.
    """
    return Residues(
        rows=tuple(planned - sum(line) for planned, line in zip(rows, cells, strict=True)),
        columns=tuple(agreed - sum(line[index] for line in cells) for index, agreed in enumerate(columns)),
        total=sum(columns) - sum(rows),
    )


def is_valid(rows: Sequence[int], columns: Sequence[int], cells: Sequence[Sequence[int]]) -> bool:
    """Whether no cell is negative and both margins are exact."""
    return all(cell >= 0 for line in cells for cell in line) and residues(rows, columns, cells).valid


def proportional_fill(
    rows: Sequence[int],
    columns: Sequence[int],
    fixed: Mapping[Cell, int] | None = None,
    minimum: Mapping[Cell, int] | None = None,
) -> Matrix:
    """Propose a matrix proportional to both margins and exact in both.

    Args:
        rows: planned amount of each line, in cents.
        columns: agreed amount of each funder, in cents; same total as ``rows``.
        fixed: cells typed by a person, ``(row, column) -> cents``, kept as they are.
        minimum: cells that may not fall below an amount (what has been charged
            already). Where the proportion would, the minimum is kept and the rest
            of both margins is what gets shared in proportion.

    Raises:
        MatrixError: margins of different totals or negative, a fixed cell that
            overruns its row or column or breaks its minimum, or no valid matrix.
    """
    _check_margins(rows, columns)
    kept = dict(fixed or {})
    floor = {cell: amount for cell, amount in (minimum or {}).items() if amount}
    _check_fixed(kept, floor)
    result = _fill(rows, columns, kept, {})
    if any(result[r][c] < amount for (r, c), amount in floor.items()):
        result = _fill(rows, columns, kept, {cell: a for cell, a in floor.items() if cell not in kept})
    return result


def _check_margins(rows: Sequence[int], columns: Sequence[int]) -> None:
    if any(amount < 0 for amount in (*rows, *columns)):
        raise MatrixError("a planned or agreed amount is negative")
    if sum(rows) != sum(columns):
        raise MatrixError("the lines and the funders do not have the same total")


def _check_fixed(fixed: Mapping[Cell, int], minimum: Mapping[Cell, int]) -> None:
    if any(amount < 0 for amount in fixed.values()):
        raise MatrixError("a fixed cell is negative")
    if any(amount < minimum.get(cell, 0) for cell, amount in fixed.items()):
        raise MatrixError("a fixed cell is below what has been charged")


def _fill(
    rows: Sequence[int],
    columns: Sequence[int],
    fixed: Mapping[Cell, int],
    base: Mapping[Cell, int],
) -> Matrix:
    """Fill the free cells over what is fixed and what each free cell starts from."""
    left_rows, left_columns = list(rows), list(columns)
    result = [[0] * len(columns) for _ in rows]
    for (row, column), amount in (*fixed.items(), *base.items()):
        result[row][column] = amount
        left_rows[row] -= amount
        left_columns[column] -= amount
    if any(amount < 0 for amount in (*left_rows, *left_columns)):
        raise MatrixError("the amounts kept overrun a line or a funder")
    free = [[(r, c) not in fixed for c in range(len(columns))] for r in range(len(rows))]
    # A share of a cent is at least 1 / total: at this scale none is lost.
    bits = sum(left_rows).bit_length() + 8
    scaled = _scaled_target(left_rows, left_columns, free, bits)
    whole = _round_to_margins(left_rows, left_columns, free, scaled, bits)
    for row, line in enumerate(whole):
        for column, amount in enumerate(line):
            result[row][column] += amount
    return result


def _scaled_target(rows: list[int], columns: list[int], free: list[list[bool]], bits: int) -> Matrix:
    """Return the biproportional amounts of the free cells, times 2**bits, never above a margin.

    With every cell free the product of the margins is the answer at once; otherwise
    rows and columns are scaled by turns until nothing moves.
    """
    total = sum(rows)
    if not total:
        return [[0] * len(columns) for _ in rows]
    cells = [
        [(row << bits) * column // total if ok else 0 for column, ok in zip(columns, line, strict=True)]
        for row, line in zip(rows, free, strict=True)
    ]
    if all(all(line) for line in free):
        return cells
    for _ in range(_ROUNDS):
        before = [list(line) for line in cells]
        cells = [_scale(line, row << bits) for line, row in zip(cells, rows, strict=True)]
        turned = [list(column) for column in zip(*cells, strict=True)]
        turned = [_scale(column, agreed << bits) for column, agreed in zip(turned, columns, strict=True)]
        cells = [list(line) for line in zip(*turned, strict=True)]
        if cells == before:
            break
    return [
        _scale(line, row << bits) if sum(line) > row << bits else line
        for line, row in zip(cells, rows, strict=True)
    ]


def _scale(amounts: list[int], wanted: int) -> list[int]:
    current = sum(amounts)
    return [amount * wanted // current for amount in amounts] if current else amounts


def _round_to_margins(
    rows: list[int], columns: list[int], free: list[list[bool]], scaled: Matrix, bits: int
) -> Matrix:
    """Round down, then bring what is missing to both margins along augmenting paths.

    First each cell may only be rounded up by one cent; when fixed cells leave no such
    rounding, cells may move further, so that any matrix that exists is found.
    """
    result = [[amount >> bits for amount in line] for line in scaled]
    part = [[amount & ((1 << bits) - 1) for amount in line] for line in scaled]
    lost_rows = [row - sum(line) for row, line in zip(rows, result, strict=True)]
    lost_columns = [agreed - sum(line[index] for line in result) for index, agreed in enumerate(columns)]
    ceilings = [
        [amount + bool(rest) for amount, rest in zip(line, rests, strict=True)]
        for line, rests in zip(result, part, strict=True)
    ]
    floors = [list(line) for line in result]
    _augment(result, lost_rows, lost_columns, floors, ceilings, part)
    if any(lost_rows):
        ceilings = [[row if ok else 0 for ok in oks] for row, oks in zip(rows, free, strict=True)]
        floors = [[0] * len(columns) for _ in rows]
        _augment(result, lost_rows, lost_columns, floors, ceilings, part)
    if any(lost_rows):
        raise MatrixError("no valid matrix keeps these fixed cells")
    return result


def _augment(
    result: Matrix,
    lost_rows: list[int],
    lost_columns: list[int],
    floors: Matrix,
    ceilings: Matrix,
    part: Matrix,
) -> None:
    """Move missing cents from rows to columns while a path exists (in place)."""
    for row in range(len(result)):
        while lost_rows[row] > 0:
            path = _find_path(row, result, lost_columns, floors, ceilings, part)
            if path is None:
                break
            amount = min(lost_rows[row], lost_columns[path[-1][1]])
            for step, (r, c) in enumerate(path):
                room = ceilings[r][c] - result[r][c] if step % 2 == 0 else result[r][c] - floors[r][c]
                amount = min(amount, room)
            for step, (r, c) in enumerate(path):
                result[r][c] += amount if step % 2 == 0 else -amount
            lost_rows[row] -= amount
            lost_columns[path[-1][1]] -= amount


def _find_path(
    start: int,
    result: Matrix,
    lost_columns: list[int],
    floors: Matrix,
    ceilings: Matrix,
    part: Matrix,
) -> list[Cell] | None:
    """Return cells to raise and lower by turns, from a short row to a short column.

    Breadth first, the cell with the greatest fractional part first, then the first
    column: the shortest path disturbs the proportion least, and the order is fixed.
    """
    from_row: dict[int, Cell] = {}
    reached_by: dict[int, int] = {}
    queue = [start]
    for row in queue:
        order = sorted(range(len(lost_columns)), key=lambda c: (-part[row][c], c))
        for column in order:
            if column in reached_by or result[row][column] >= ceilings[row][column]:
                continue
            reached_by[column] = row
            if lost_columns[column] > 0:
                return _trace(column, start, reached_by, from_row)
            for other in range(len(result)):
                if other == start or other in from_row:
                    continue
                if result[other][column] > floors[other][column]:
                    from_row[other] = (other, column)
                    queue.append(other)
    return None


def _trace(column: int, start: int, reached_by: dict[int, int], from_row: dict[int, Cell]) -> list[Cell]:
    path: list[Cell] = []
    while True:
        row = reached_by[column]
        path.append((row, column))
        if row == start:
            return list(reversed(path))
        lowered = from_row[row]
        path.append(lowered)
        column = lowered[1]
