"""Tables of a release, built from counts already grouped by the database (pure).

Every figure of a release is a *cell*: a set of (axis, code) pairs. The same cell met in two
tables is the same object here (the total of a sector in « secteur × taille » is the line of
« secteur »), so that what is hidden in one table is hidden in all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

Cell = tuple[tuple[str, str], ...]
"""Sorted (axis, code) pairs; the empty tuple is the whole population."""

WHOLE: Cell = ()
TOTAL = ""
"""Code of the root of every axis."""
UNKNOWN = "?"
"""Code of a company for which the axis is not known: kept, so that tables always add up."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One way of sorting companies: a tree of codes under the root ``TOTAL``.

    ``parents`` gives the parent of each code. ``aliases`` sends a leaf of the data to the code
    that stands for it when a branch has a single child. ``unions`` names publishable codes that
    are not nodes of the tree but the union of several leaves (an EPCI astride two
    arrondissements); these leaves, ``hidden``, are never published themselves. ``minor`` are the codes
    a reader misses least, hidden first when something must be.
    """

    code: str
    parents: Mapping[str, str]
    aliases: Mapping[str, str] = field(default_factory=dict)
    unions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    minor: frozenset[str] = frozenset()

    def leaves(self) -> tuple[str, ...]:
        """Codes without children, in the order they were declared."""
        inner = set(self.parents.values())
        return tuple(code for code in self.parents if code not in inner)

    def path(self, leaf: str) -> tuple[str, ...]:
        """A leaf and its ancestors below the root, finest first.

        Raises:
            KeyError: the leaf is not in the axis.
        """
        code = self.aliases.get(leaf, leaf)
        found = [code]
        while (parent := self.parents[code]) != TOTAL:
            found.append(parent)
            code = parent
        return tuple(found)

    def cell(self, code: str) -> Cell:
        """The cell of one code of this axis alone."""
        return WHOLE if code == TOTAL else ((self.code, code),)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table of the release: its code and one or two axes."""

    code: str
    axes: tuple[Axis, ...]

    def cell(self, codes: Sequence[str]) -> Cell:
        """Canonical cell for one code per axis, the root being left out."""
        pairs = ((axis.code, code) for axis, code in zip(self.axes, codes, strict=True) if code != TOTAL)
        return tuple(sorted(pairs))


@dataclass(frozen=True, slots=True)
class Fact:
    """``count`` groups of companies share these leaf codes (axis code → leaf)."""

    codes: Mapping[str, str]
    count: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its true counts; ``cells`` maps the codes of the axes to a count."""

    spec: TableSpec
    cells: Mapping[tuple[str, ...], int]

    def counts(self) -> dict[Cell, int]:
        """The same counts by canonical cell."""
        return {self.spec.cell(codes): count for codes, count in self.cells.items()}


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum behind a published mean.

    ``total_tenths`` and ``largest_tenths`` are tenths of a score point; ``count`` is the number
    of groups that make the sum.
    """

    count: int
    total_tenths: int
    largest_tenths: int


def hierarchy(
    code: str, paths: Iterable[Sequence[str]], *, unions: Mapping[str, tuple[str, ...]] | None = None
) -> Axis:
    """An axis from paths (leaf, parent, …, top).

    A branch with a single child is one cell, not two: two equal cells under two names would give
    the engine a protection that is none. The child is dropped and aliased to its parent.

    Raises:
        ValueError: a code has two parents.
    """
    parents: dict[str, str] = {}
    for path in paths:
        for child, parent in zip(path, (*path[1:], TOTAL), strict=True):
            if parents.setdefault(child, parent) != parent:
                raise ValueError(f"{child!r} has two parents in the axis {code!r}")
    kept_unions = dict(unions or {})
    hidden = frozenset(leaf for leaves in kept_unions.values() for leaf in leaves)
    aliases: dict[str, str] = {}
    while lone := _lone_child(parents, hidden):
        parent = parents.pop(lone)
        for child, its_parent in parents.items():
            if its_parent == lone:
                parents[child] = parent
        aliases = {leaf: parent if target == lone else target for leaf, target in aliases.items()}
        aliases[lone] = parent
    return Axis(code, _tree_order(parents), aliases, kept_unions, hidden)


def flat(code: str, codes: Iterable[str]) -> Axis:
    """An axis of one level."""
    return Axis(code, dict.fromkeys(codes, TOTAL))


def cut(axis: Axis, leaves: Iterable[str]) -> Axis:
    """The same axis stopped at coarser codes, which become its leaves."""
    kept: dict[str, str] = {}
    for leaf in leaves:
        for code in axis.path(leaf):
            kept[code] = axis.parents[code]
    aliases = {
        leaf: next(c for c in axis.path(leaf) if c in kept) for leaf in axis.leaves() if leaf not in kept
    }
    for leaf, target in axis.aliases.items():
        aliases[leaf] = aliases.get(target, target)
    return Axis(axis.code, _tree_order(kept), aliases)


def build_table(spec: TableSpec, facts: Iterable[Fact]) -> Table:
    """Counts of every cell of a table, empty ones and subtotals included.

    Raises:
        KeyError: a fact bears a code that its axis does not know.
    """
    counts: dict[tuple[str, ...], int] = defaultdict(int)
    for codes in product(*((*axis.parents, TOTAL) for axis in spec.axes)):
        counts[codes] = 0
    for fact in facts:
        ways = [(*axis.path(fact.codes[axis.code]), TOTAL) for axis in spec.axes]
        for codes in product(*ways):
            counts[codes] += fact.count
    if len(spec.axes) == 1:
        for union, leaves in spec.axes[0].unions.items():
            counts[(union,)] = sum(counts[(leaf,)] for leaf in leaves)
    return Table(spec, dict(counts))


def build_tables(specs: Iterable[TableSpec], facts: Sequence[Fact]) -> list[Table]:
    """Every table of the release from the same facts, so that they agree with one another."""
    return [build_table(spec, facts) for spec in specs]


def partition(code: str, counts: Mapping[str, int]) -> Table:
    """A one-way table of counts already made: the answers to one question, « sans réponse » included.

    Its codes must share the whole population out: it is by the complement to the total that a
    small number of companies would be found again.
    """
    axis = flat(code, counts)
    cells: dict[tuple[str, ...], int] = {(key,): value for key, value in counts.items()}
    cells[(TOTAL,)] = sum(counts.values())
    return Table(TableSpec(code, (axis,)), cells)


def mean_tenths(value: Sum) -> int | None:
    """Mean in tenths of a point, half up; None for nobody."""
    if not value.count:
        return None
    return (2 * value.total_tenths + value.count) // (2 * value.count)


def dominated(value: Sum, *, percent: int) -> bool:
    """Whether one group makes more than ``percent`` % of a sum (rule NK(1, percent))."""
    return value.total_tenths > 0 and value.largest_tenths * 100 > percent * value.total_tenths


def _lone_child(parents: Mapping[str, str], hidden: frozenset[str]) -> str | None:
    """A code that is the only child of a parent other than the root, if any."""
    children: dict[str, list[str]] = defaultdict(list)
    for child, parent in parents.items():
        if parent != TOTAL:
            children[parent].append(child)
    return next((c[0] for c in children.values() if len(c) == 1 and c[0] not in hidden), None)


def _tree_order(parents: Mapping[str, str]) -> dict[str, str]:
    """Codes depth first, siblings as declared."""
    children: dict[str, list[str]] = defaultdict(list)
    for child, parent in parents.items():
        children[parent].append(child)
    ordered: dict[str, str] = {}
    pending = list(reversed(children[TOTAL]))
    while pending:
        code = pending.pop()
        ordered[code] = parents[code]
        pending.extend(reversed(children[code]))
    return ordered
