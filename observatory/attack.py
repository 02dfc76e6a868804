"""The attack that audits a release: what can an adversary deduce from all that is published? (pure)

The adversary holds every published figure of every release, knows that figures are counts of the
same companies sorted in several ways, that nobody counts for less than nothing, and solves linear
programs. His unknowns are the *atoms*, the cells of the finest crossing of all the axes that meet
in a table: bounding over atoms is stronger than adding and subtracting within tables, because all
the tables must come from one and the same population.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, identity, vstack

from observatory.aggregates import TOTAL, Axis, Cell, TableSpec

Known = Mapping[Cell, tuple[int, int]]
"""What the public knows of the cells of a release: closed interval of the true count."""

EPSILON = 1e-6
MOST_ATOMS = 60_000
SURVEYS = 12
FEW = 4


@dataclass(frozen=True, slots=True)
class Target:
    """A count that must not be found, and how widely it must stay open.

    ``release`` is its position in the history attacked, the last being the newest. The bounds an
    adversary reaches must satisfy: lower ≤ ``low`` and upper ≥ ``high`` (when given) and
    upper − lower ≥ ``width``. ``truth`` is None for a former release, whose hidden counts are not kept.
    """

    cell: Cell
    release: int
    width: int
    low: int | None = None
    high: int | None = None
    truth: int | None = None

    def holds(self, lower: float, upper: float) -> bool:
        """Whether these bounds, or wider ones, leave the count protected."""
        if lower > upper:
            return False
        least, most = _whole(lower, upper)
        return (
            (self.low is None or least <= self.low)
            and (self.high is None or most >= self.high)
            and most - least >= self.width
        )

    def misleads(self, lower: float, upper: float) -> bool:
        """Whether final bounds exclude the truth: the adversary supposed something false."""
        least, most = _whole(lower, upper)
        return self.truth is not None and not least <= self.truth <= most


@dataclass(frozen=True, slots=True)
class Finding:
    """A count the adversary bounded too tightly, and the published cells that betrayed it."""

    cell: Cell
    release: int
    scenario: str
    lower: float
    upper: float
    through: tuple[Cell, ...]


class System:
    """The linear relations between the cells of the tables of one release."""

    def __init__(self, specs: Sequence[TableSpec]) -> None:
        """Lay out the unknowns.

        Raises:
            ValueError: an axis is cut differently in two crossed tables, or the crossing is too
                large to be attacked.
        """
        self._core = _crossed_axes(specs)
        core_leaves = [axis.leaves() for axis in self._core.values()]
        size = math.prod(len(leaves) for leaves in core_leaves) if core_leaves else 0
        if size > MOST_ATOMS:
            raise ValueError(f"{size} atoms: too many to be attacked")
        self.columns = size
        self._atoms: dict[str, NDArray[np.str_]] = {}
        grid = list(product(*core_leaves)) if core_leaves else []
        for place, code in enumerate(self._core):
            self._atoms[code] = np.array([atom[place] for atom in grid])
        self.links: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
        self._leaves: dict[str, dict[str, int]] = {}
        self._axes: dict[str, Axis] = dict(self._core)
        for spec in specs:
            if len(spec.axes) == 1:
                self._add_single(spec.axes[0])
        self._rows: dict[Cell, NDArray[np.intp]] = {}

    def _add_single(self, axis: Axis) -> None:
        """Give columns to the leaves of a one-way table that the atoms do not describe."""
        core = self._core.get(axis.code)
        if core is not None and set(axis.parents) == set(core.parents):
            return
        if axis.code in self._leaves:
            raise ValueError(f"two one-way tables on the axis {axis.code!r}")
        self._leaves[axis.code] = {leaf: self.columns + n for n, leaf in enumerate(axis.leaves())}
        self.columns += len(axis.leaves())
        self._axes[axis.code] = axis
        if core is not None:
            for node in core.leaves():
                if node not in axis.parents:
                    raise ValueError(f"{node!r} is not a level of the axis {axis.code!r}")
                self.links.append((self._under(axis, node), self._core_row({axis.code: node})))
        elif self._core:
            self.links.append((self._under(axis, TOTAL), self._core_row({})))

    def _under(self, axis: Axis, code: str) -> NDArray[np.intp]:
        places = self._leaves[axis.code]
        if code in axis.unions:
            return np.array(sorted(places[leaf] for leaf in axis.unions[code]), dtype=np.intp)
        if code == TOTAL:
            return np.array(sorted(places.values()), dtype=np.intp)
        return np.array([n for leaf, n in places.items() if code in axis.path(leaf)], dtype=np.intp)

    def _core_row(self, codes: Mapping[str, str]) -> NDArray[np.intp]:
        size = len(next(iter(self._atoms.values())))
        mask = np.ones(size, dtype=bool)
        for code, node in codes.items():
            axis = self._core[code]
            wanted = [leaf for leaf in axis.leaves() if node in axis.path(leaf)]
            mask &= np.isin(self._atoms[code], wanted)
        return np.flatnonzero(mask)

    def speaks_of(self, cell: Cell) -> bool:
        """Whether the axes of a cell are among those of this system; it may not know its codes."""
        return all(axis in self._axes for axis, _code in cell)

    def row(self, cell: Cell) -> NDArray[np.intp] | None:
        """Columns whose sum is the cell; None when this system does not describe it."""
        if cell not in self._rows:
            found = self._find_row(cell) if self.speaks_of(cell) else None
            if found is None:
                return None
            self._rows[cell] = found
        return self._rows[cell]

    def _find_row(self, cell: Cell) -> NDArray[np.intp] | None:
        codes = dict(cell)
        if all(code in self._core and node in self._core[code].parents for code, node in cell) and self._core:
            return self._core_row(codes)
        if len(cell) > 1:
            return None
        if not cell:
            axis = self._axes[next(iter(self._leaves))]
            return self._under(axis, TOTAL)
        code, node = cell[0]
        if code in self._leaves and (node in self._axes[code].parents or node in self._axes[code].unions):
            return self._under(self._axes[code], node)
        return None


def systems(specs: Sequence[TableSpec]) -> list[System]:
    """The systems to attack separately: tables that only share the grand total bear nothing on each other."""
    core = _crossed_axes(specs)
    joined = [spec for spec in specs if all(axis.code in core for axis in spec.axes)]
    alone = [spec for spec in specs if spec not in joined]
    return [System(joined)] * bool(joined) + [System([spec]) for spec in alone]


class Attack:
    """One scenario played on one system.

    ``views`` are the releases from oldest to newest. With ``growth`` the adversary supposes that
    companies only ever join, never leave nor change: what one release hides may then be bounded by
    what the next shows. Without it each release stands alone, and only the newest is attacked.
    """

    def __init__(self, system: System, views: Sequence[Known], *, growth: bool) -> None:
        self.system = system
        self.scenario = "growth" if growth else "alone"
        self._offset = 0 if growth else len(views) - 1
        self._views = [
            {cell: known for cell, known in view.items() if system.speaks_of(cell)}
            for view in views[self._offset :]
        ]
        self._matrix: Any = None
        self._bounded: Any = None
        self.keys: list[tuple[int, Cell]] = []
        for position, view in enumerate(self._views):
            self.keys += [(position, cell) for cell in view if system.row(cell) is not None]
        self._hidden: set[tuple[int, Cell]] = set()

    @property
    def newest(self) -> int:
        """Position of the newest release among those this scenario looks at."""
        return len(self._views) - 1

    def hide(self, cell: Cell) -> None:
        """Withdraw a cell of the newest release from what the adversary knows."""
        self._hidden.add((self.newest, cell))
        self._matrix = None

    def vector(self, release: int, cell: Cell) -> NDArray[np.float64] | None:
        """Coefficients of a cell of a release, or None when the system does not describe it."""
        row = self.system.row(cell)
        position = release - self._offset
        if row is None or position < 0:
            return None
        vector = np.zeros(self.system.columns * len(self._views))
        for block in range(position + 1):
            vector[row + block * self.system.columns] = 1.0
        return vector

    def _prepare(self) -> None:
        """Build the constraint matrices from what is still published."""
        exact: list[tuple[int, Cell]] = []
        loose: list[tuple[int, Cell]] = []
        for key in self.keys:
            if key not in self._hidden:
                low, high = self._views[key[0]][key[1]]
                (exact if low == high else loose).append(key)
        equal = [self._stack(exact), self._link_rows()]
        self._matrix = vstack([part for part in equal if part.shape[0]] or [self._stack([])]).tocsr()
        self._equal_to = np.zeros(self._matrix.shape[0])
        self._equal_to[: len(exact)] = [self._views[p][c][0] for p, c in exact]
        rows = self._stack(loose)
        self._bounded = vstack([rows, -rows]).tocsr() if loose else None
        highs = [self._views[p][c][1] for p, c in loose]
        lows = [-self._views[p][c][0] for p, c in loose]
        self._bounded_by = np.array(highs + lows, dtype=float) if loose else None
        self._exact, self._loose = exact, loose

    def _stack(self, keys: Sequence[tuple[int, Cell]]) -> csr_matrix:
        width = self.system.columns
        indices: list[NDArray[np.intp]] = []
        pointer = [0]
        for position, cell in keys:
            row = self.system.row(cell)
            assert row is not None  # noqa: S101 - keys are filtered on it
            blocks = [row + block * width for block in range(position + 1)]
            indices.append(np.concatenate(blocks))
            pointer.append(pointer[-1] + len(indices[-1]))
        flat = np.concatenate(indices) if indices else np.zeros(0, dtype=np.intp)
        return csr_matrix((np.ones(len(flat)), flat, pointer), shape=(len(keys), width * len(self._views)))

    def _link_rows(self) -> csr_matrix:
        width = self.system.columns
        data: list[float] = []
        indices: list[int] = []
        pointer = [0]
        for block in range(len(self._views)):
            for plus, minus in self.system.links:
                indices += [int(n) + block * width for n in (*plus, *minus)]
                data += [1.0] * len(plus) + [-1.0] * len(minus)
                pointer.append(len(indices))
        return csr_matrix((data, indices, pointer), shape=(len(pointer) - 1, width * len(self._views)))

    def solve(self, vector: NDArray[np.float64], sense: int) -> Solution | None:
        """Least (``sense`` 1) or greatest (−1) value of a linear form; None when nothing is feasible."""
        if self._matrix is None:
            self._prepare()
        result = linprog(
            sense * vector,
            A_eq=self._matrix,
            b_eq=self._equal_to,
            A_ub=self._bounded,
            b_ub=self._bounded_by,
            bounds=(0, None),
            method="highs",
        )
        if result.status == 2:
            return None
        if result.status == 3:
            return Solution(sense * -math.inf, None, ())
        if result.status != 0:
            raise ArithmeticError(f"linear programming stopped: {result.message}")
        return Solution(sense * float(result.fun), result.x, self._certificate(result))

    def reach(self, goals: Sequence[Goal], weights: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """One population that comes as near as possible to many goals at once; None when there is none.

        Each goal brings a variable capped at 1, reached when the form is at its goal.
        """
        if self._matrix is None:
            self._prepare()
        size, extra = self.system.columns * len(self._views), len(goals)
        pull = csr_matrix(np.array([goal.vector * (1 if goal.up else -1) / goal.scale for goal in goals]))
        caps = hstack([-pull, identity(extra)])
        most = np.array(
            [-goal.value / goal.scale + 1 if goal.up else goal.value / goal.scale + 1 for goal in goals]
        )
        bounded = (
            [hstack([self._bounded, csr_matrix((self._bounded.shape[0], extra))])] if self._loose else []
        )
        result = linprog(
            np.concatenate([np.zeros(size), -weights]),
            A_eq=hstack([self._matrix, csr_matrix((self._matrix.shape[0], extra))]),
            b_eq=self._equal_to,
            A_ub=vstack([*bounded, caps]),
            b_ub=np.concatenate([self._bounded_by, most]) if self._loose else most,
            bounds=[(0, None)] * size + [(None, 1)] * extra,
            method="highs",
        )
        return result.x[:size] if result.status == 0 else None

    def _certificate(self, result: Any) -> tuple[tuple[int, Cell], ...]:
        """Published cells whose figures hold the bound where it is (non-zero dual values)."""
        marginals = np.abs(result.eqlin.marginals[: len(self._exact)])
        keys = [key for key, weight in zip(self._exact, marginals, strict=True) if weight > EPSILON]
        if self._loose:
            weights = np.abs(result.ineqlin.marginals).reshape(2, -1).sum(axis=0)
            keys += [key for key, weight in zip(self._loose, weights, strict=True) if weight > EPSILON]
        return tuple(keys)


@dataclass(frozen=True, slots=True)
class Goal:
    """A value a linear form should reach, from below (``up``) or from above; ``scale`` evens goals out."""

    vector: NDArray[np.float64]
    value: float
    scale: float
    up: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """Optimum of one linear program, a population that reaches it, and the cells that bind it."""

    value: float
    population: NDArray[np.float64] | None
    certificate: tuple[tuple[int, Cell], ...]


@dataclass(frozen=True, slots=True)
class Hiding:
    """A cell of the newest release to hide, and the target it becomes (None: it is one already)."""

    cell: Cell
    target: Target | None


Repair = Callable[[Target, Sequence[Cell]], Hiding | None]
"""Chooses, among the published cells of the newest release that betray a target, one to hide."""


def play(attack: Attack, targets: Iterable[Target], repair: Repair | None = None) -> list[Finding]:
    """Try to find every target; with ``repair``, hide one more cell each time one falls.

    A population reached while bounding one target is kept as a witness for all the others: most of
    them are cleared without a program of their own. Hiding a cell only widens what is possible, so
    a target once cleared stays so, and one pass is enough. The cell hidden becomes a target too.
    When the scenario contradicts what is published there is nothing to learn from it.

    Raises:
        ArithmeticError: the solver gave up; the release must then be refused.
    """
    opened: list[_Open] = []

    def open_target(target: Target) -> None:
        vector = attack.vector(target.release, target.cell)
        if vector is not None:
            opened.append(_Open(target, vector))

    for target in targets:
        open_target(target)
    _survey(attack, opened)
    findings: list[Finding] = []
    for one in opened:  # grows while cells are hidden
        while not one.cleared():
            betrayed = _bound(attack, one, opened)
            if betrayed is None:
                return findings
            if one.cleared() or one.target.misleads(one.lower, one.upper):
                break
            newest = [cell for place, cell in betrayed if place == attack.newest]
            hiding = repair(one.target, newest) if repair else None
            if hiding is None:
                findings.append(one.finding(attack.scenario, [cell for _place, cell in betrayed]))
                break
            attack.hide(hiding.cell)
            if hiding.target is not None:
                open_target(hiding.target)
    return findings


class _Open:
    """A target with the bounds witnessed so far."""

    def __init__(self, target: Target, vector: NDArray[np.float64]) -> None:
        self.target, self.vector = target, vector
        self.lower, self.upper = math.inf, -math.inf

    def see(self, value: float) -> None:
        self.lower, self.upper = min(self.lower, value), max(self.upper, value)

    def goal(self, *, up: bool) -> Goal:
        """Where to pull this count so as to show that it stays open."""
        target = self.target
        if up:
            least = 0.0 if self.lower == math.inf else self.lower
            high = float(target.high if target.high is not None else ceiling(least) + target.width)
            return Goal(self.vector, high, max(1.0, high), up=True)
        most = float(target.truth or target.width) if self.upper == -math.inf else self.upper
        low = target.low if target.low is not None else math.floor(most + EPSILON) - target.width
        value = float(max(0, low))
        return Goal(self.vector, value, max(1.0, most - value), up=False)

    def cleared(self) -> bool:
        return self.target.holds(self.lower, self.upper)

    def finding(self, scenario: str, through: Sequence[Cell]) -> Finding:
        lower, upper = _whole(self.lower, self.upper)
        cells = tuple(dict.fromkeys(through))
        return Finding(self.target.cell, self.target.release, scenario, lower, upper, cells)


def _survey(attack: Attack, opened: Sequence[_Open]) -> None:
    """Clear most targets with a few programs that each pull many of them at once.

    Purely an economy: what it does not clear is bounded one by one afterwards.
    """
    draw = np.random.default_rng(0)
    for turn in range(SURVEYS):
        waiting = [one for one in opened if not one.cleared()]
        if len(waiting) < FEW:
            return
        goals = [one.goal(up=turn % 2 == 0) for one in waiting]
        population = attack.reach(goals, draw.uniform(0.5, 1.5, len(goals)))
        if population is None:
            return
        for one in opened:
            one.see(float(one.vector @ population))


def _bound(attack: Attack, one: _Open, pending: Sequence[_Open]) -> list[tuple[int, Cell]] | None:
    """Bound one target from both sides; every population met is shown to all the targets."""
    betrayed: list[tuple[int, Cell]] = []
    for sense in (1, -1):
        solution = attack.solve(one.vector, sense)
        if solution is None:
            return None
        one.see(solution.value)
        betrayed += solution.certificate
        if solution.population is not None:
            for other in pending:
                other.see(float(other.vector @ solution.population))
    return betrayed


def _crossed_axes(specs: Sequence[TableSpec]) -> dict[str, Axis]:
    """Axes met in tables of two axes or more."""
    core: dict[str, Axis] = {}
    for spec in specs:
        if len(spec.axes) > 1:
            for axis in spec.axes:
                if set(core.setdefault(axis.code, axis).leaves()) != set(axis.leaves()):
                    raise ValueError(f"the axis {axis.code!r} is cut differently in two crossed tables")
    return core


def ceiling(value: float) -> float:
    """Least whole number of companies above a bound of the solver."""
    return math.ceil(value - EPSILON)


def floor(value: float) -> float:
    """Greatest whole number of companies below a bound of the solver, which may be infinite."""
    return math.floor(value + EPSILON) if value < math.inf else math.inf


def _whole(lower: float, upper: float) -> tuple[float, float]:
    return ceiling(lower), floor(upper)
