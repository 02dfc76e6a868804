"""Protection of published means, which rest on the counts already protected (pure).

A mean is shown only where its count is, and follows it: a count that repeats its former figure
repeats its former mean, because the mean of 5 companies then of 6 would give the sixth. Means can be
subtracted like counts (mean × count is a sum): what a hidden mean may be is bounded by linear
programming, the adversary being given, to be safe, the true number of companies everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from observatory.aggregates import TOTAL, Axis, Cell, Sum, dominated, mean_tenths
from observatory.disclosure import EngineCell, ProtectedCell, protect_table
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


def protect_means(
    axis: Axis,
    sums: Mapping[Cell, Sum],
    counts: Mapping[Cell, ProtectedCell],
    former: Mapping[Cell, int],
    policy: Policy = POLICY,
) -> dict[Cell, ProtectedMean]:
    """Means of one indicator by the codes of one axis and over all.

    ``sums`` gives the sum behind each cell, ``counts`` the protected counts of the same cells,
    ``former`` the last published mean of each cell. Cells are hidden until no hidden mean is
    bounded within ``policy.mean_width_tenths``.
    """
    shown: dict[Cell, ProtectedMean] = {}
    for code in (*axis.parents, TOTAL):
        cell = axis.cell(code)
        shown[cell] = _first(sums.get(cell), counts.get(cell), former.get(cell), policy)
    for cell in _engine(axis, sums, shown):
        shown[cell] = ProtectedMean(CellStatus.SECONDARY, None)
    while attack_means(axis, sums, shown, policy):
        exact = [c for c, one in shown.items() if one.tenths is not None and not one.repeated]
        if not exact:
            break
        # cheapest first; the overall mean last
        betraying = min(exact, key=lambda cell: (cell == axis.cell(TOTAL), sums[cell].count, cell))
        shown[betraying] = ProtectedMean(CellStatus.SECONDARY, None)
    return shown


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


def _engine(axis: Axis, sums: Mapping[Cell, Sum], shown: Mapping[Cell, ProtectedMean]) -> list[Cell]:
    """Means the engine hides to protect the hidden ones, the sums being its figures."""
    rows: dict[tuple[str, ...], EngineCell] = {}
    for code in (*axis.parents, TOTAL):
        cell = axis.cell(code)
        value = sums.get(cell)
        if value is None or not value.total_tenths:
            continue
        hidden = shown[cell].tenths is None
        level = max(1, value.total_tenths * 15 // 100) if hidden else 0
        rows[(code,)] = EngineCell(value.total_tenths, unsafe=hidden, lower=level, upper=level)
    if not any(row.unsafe for row in rows.values()):
        return []
    chosen = [axis.cell(code) for (code,) in protect_table((axis,), rows)]
    return [cell for cell in chosen if shown[cell].tenths is not None]


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
