"""Protection of published means, which rest on the counts already protected (pure).

A mean is shown only where its count is, and follows it: a count that repeats its former figure
repeats its former mean, because the mean of 5 companies then of 6 would give the sixth. Means can be
subtracted like counts (mean × count is a sum): what a hidden mean may be is bounded by linear
programming, the adversary being given, to be safe, the true number of companies everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from observatory.aggregates import TOTAL, WHOLE, Axis, Cell, Sum, dominated, mean_tenths
from observatory.disclosure import ProtectedCell
from observatory.engine import EngineCell, EngineTable, choose_suppressions
from observatory.policy import POLICY, CellStatus, Policy

HIGHEST_TENTHS = 1000
"""A score is between 0 and 100 points, that is 1 000 tenths."""


@dataclass(frozen=True, slots=True)
class ProtectedMean:
    """A mean in tenths of a point, None unless published."""

    status: CellStatus
    tenths: int | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class MeanFinding:
    """A hidden mean the adversary bounded too tightly (tenths of a point)."""

    cell: Cell
    lower: int
    upper: int


@dataclass(frozen=True)
class MeanTable:
    """Means of one score by the codes of one axis and over all.

    ``sums`` gives the sum behind each cell, ``counts`` the protected counts of the same cells,
    ``former`` the last published mean of each cell.
    """

    axis: Axis
    sums: Mapping[Cell, Sum]
    counts: Mapping[Cell, ProtectedCell]
    former: Mapping[Cell, int]

    def cells(self) -> list[Cell]:
        """Cells of the table, the whole last."""
        return [self.axis.cell(code) for code in (*self.axis.parents, TOTAL)]


def protect_means(tables: Sequence[MeanTable], policy: Policy = POLICY) -> list[dict[Cell, ProtectedMean]]:
    """Protected means of each table.

    The engine chooses companions, then cells are hidden until no hidden mean is bounded within
    ``policy.mean_width_tenths``.
    """
    found = []
    for table in tables:
        shown = {
            cell: _first(table.sums.get(cell), table.counts.get(cell), table.former.get(cell), policy)
            for cell in table.cells()
        }
        found.append(shown)
    chosen = choose_suppressions(
        [
            EngineTable((table.axis,), _engine_cells(table, shown))
            for table, shown in zip(tables, found, strict=True)
        ]
    )
    for table, shown, secondary in zip(tables, found, chosen, strict=True):
        for (code,) in secondary:
            cell = table.axis.cell(code)
            if shown[cell].tenths is not None:
                shown[cell] = ProtectedMean(CellStatus.SECONDARY, None)
        _hide_until_open(table, shown, policy)
    return found


def _hide_until_open(table: MeanTable, shown: dict[Cell, ProtectedMean], policy: Policy) -> None:
    """Hide the mean of the fewest companies, the overall one last, as long as the attack succeeds."""
    while attack_means(table.axis, table.sums, shown, policy):
        exact = [cell for cell, one in shown.items() if one.tenths is not None and not one.repeated]
        if not exact:
            return
        cheapest = min(exact, key=lambda cell: (cell == WHOLE, table.sums[cell].count, cell))
        shown[cheapest] = ProtectedMean(CellStatus.SECONDARY, None)


def attack_means(
    axis: Axis, sums: Mapping[Cell, Sum], shown: Mapping[Cell, ProtectedMean], policy: Policy = POLICY
) -> list[MeanFinding]:
    """Hidden means that the published ones bound too tightly."""
    leaves = axis.leaves()
    counts = np.array([_count(sums, axis.cell(leaf)) for leaf in leaves], dtype=float)
    rows, most = [], []
    for code in (*axis.parents, TOTAL):
        cell = axis.cell(code)
        one = shown[cell]
        if one.tenths is None or one.repeated:
            continue
        row = _row(axis, leaves, code)
        half = sums[cell].count / 2
        rows += [row, -row]
        most += [one.tenths * sums[cell].count + half, half - one.tenths * sums[cell].count]
    findings = []
    for code in (*axis.parents, TOTAL):
        cell = axis.cell(code)
        size = _count(sums, cell)
        if shown[cell].tenths is not None or not size:
            continue
        row = _row(axis, leaves, code)
        low, high = (_bound(sense * row, rows, most, counts) * sense / size for sense in (1, -1))
        if high - low < policy.mean_width_tenths:
            findings.append(MeanFinding(cell, round(low), round(high)))
    return findings


def _first(
    value: Sum | None, count: ProtectedCell | None, former: int | None, policy: Policy
) -> ProtectedMean:
    """Fate of a mean by the rule of its own cell."""
    if value is None or not value.count:
        return ProtectedMean(CellStatus.EMPTY, None)
    if count is None or count.shown is None:
        return ProtectedMean(CellStatus.PRIMARY if count is None else count.status, None)
    if count.repeated:
        if former is None:
            return ProtectedMean(CellStatus.SECONDARY, None)
        return ProtectedMean(CellStatus.PUBLISHED, former, repeated=True)
    if value.count < policy.threshold or dominated(value, percent=policy.dominance_percent):
        return ProtectedMean(CellStatus.PRIMARY, None)
    return ProtectedMean(CellStatus.PUBLISHED, mean_tenths(value))


def _engine_cells(table: MeanTable, shown: Mapping[Cell, ProtectedMean]) -> dict[tuple[str, ...], EngineCell]:
    """The sums of a table as the engine reads them, a hidden one needing 15 % on either side."""
    rows: dict[tuple[str, ...], EngineCell] = {}
    for code in (*table.axis.parents, TOTAL):
        cell = table.axis.cell(code)
        value = table.sums.get(cell)
        if value is not None and value.total_tenths:
            hidden = shown[cell].tenths is None
            level = max(1, value.total_tenths * 15 // 100) if hidden else 0
            rows[(code,)] = EngineCell(value.total_tenths, hidden, level, level, cost=value.count)
    return rows


def _count(sums: Mapping[Cell, Sum], cell: Cell) -> int:
    return sums[cell].count if cell in sums else 0


def _row(axis: Axis, leaves: tuple[str, ...], code: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([1.0 if code == TOTAL or code in axis.path(leaf) else 0.0 for leaf in leaves])


def _bound(
    row: np.ndarray[tuple[int], np.dtype[np.float64]],
    rows: list[np.ndarray[tuple[int], np.dtype[np.float64]]],
    most: list[float],
    counts: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    """Least value of a sum of scores given the published means; scores are between 0 and 100.

    Raises:
        ArithmeticError: the solver gave up.
    """
    result = linprog(
        row,
        A_ub=np.array(rows) if rows else None,
        b_ub=np.array(most) if rows else None,
        bounds=[(0.0, HIGHEST_TENTHS * float(count)) for count in counts],
        method="highs",
    )
    if result.status != 0:
        raise ArithmeticError(f"linear programming stopped: {result.message}")
    return float(result.fun)
