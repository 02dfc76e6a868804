"""Tables of peers that nobody can take apart: which companies each group rests on, and what it shows.

A company is compared with the others of its sector and size, else of its sector, else with all. Tables
are dated; every group ever published stays known, so one must not be able to subtract one group from
another, or from its own former self, and find a few companies.

The rule rests on one remark. Take every published group, of every date, and put together the companies
that belong to exactly the same of them: an *atom*. Whatever a reader adds or subtracts, each company of
an atom counts as much as the others of the atom. So while every atom holds at least ``MIN_UNITS``
companies, no combination of published totals ever rests on fewer. A new group is built out of whole
atoms, or of parts that leave ``MIN_UNITS`` on both sides; companies that would break the rule wait, and a
company that changed keeps its former value until enough others moved with it.

``MIN_UNITS`` is six: the reader may be one of them, and at least five others must remain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from .enums import PeerScope

MIN_OTHERS = 5
"""A company is compared with at least so many others."""

MIN_UNITS = MIN_OTHERS + 1
"""The fewest companies that anything published, or any difference of it, may rest on."""

DOMINANCE_PERCENT = 85
"""No company may make more of a total than this."""

OVERALL = ""
"""The figure of the overall score, beside those of the dimensions."""


@dataclass(frozen=True)
class Element:
    """One company as it enters the tables: ``scores`` in tenths by figure, the overall one always there.

    ``unit`` names the company or its group of linked companies; ``key`` names the unit with these scores,
    so that the same company assessed again is another element.
    """

    key: int
    unit: str
    section: str
    size: str
    scores: Mapping[str, int]


@dataclass(frozen=True)
class GroupKey:
    """Which group: sector and size, sector alone (no size), or all (neither)."""

    scope: PeerScope
    section: str = ""
    size: str = ""


@dataclass(frozen=True)
class Figure:
    """A total over ``count`` companies, in tenths of a point."""

    count: int
    total: int


@dataclass(frozen=True)
class Group:
    """A published group: the elements it rests on, and its figures (a withheld one is not there)."""

    key: GroupKey
    members: frozenset[int]
    figures: Mapping[str, Figure]


def keys_of(section: str, size: str) -> tuple[GroupKey, ...]:
    """The groups a company belongs to, the closest first; what is not known of it makes no group."""
    found = [GroupKey(PeerScope.ALL)]
    if section:
        found.insert(0, GroupKey(PeerScope.SECTOR, section))
    if section and size:
        found.insert(0, GroupKey(PeerScope.SECTOR_AND_SIZE, section, size))
    return tuple(found)


class Family:
    """The sets published so far, kept as their atoms."""

    def __init__(self, published: Iterable[frozenset[int]] = ()) -> None:
        self._names = count()
        self._atom_of: dict[int, int] = {}
        self._atoms: dict[int, set[int]] = {}
        for one in published:
            self.add(one)

    def add(self, published: frozenset[int]) -> None:
        """Split atoms along one more set."""
        parts: dict[int | None, set[int]] = {}
        for key in published:
            parts.setdefault(self._atom_of.get(key), set()).add(key)
        for atom, part in parts.items():
            if atom is not None:
                if len(part) == len(self._atoms[atom]):
                    continue
                self._atoms[atom] -= part
            name = next(self._names)
            self._atoms[name] = part
            self._atom_of.update(dict.fromkeys(part, name))

    def touched_by(self, wanted: Iterable[int]) -> list[frozenset[int]]:
        """The atoms that a set meets, in a steady order."""
        names = {self._atom_of[key] for key in wanted if key in self._atom_of}
        return sorted((frozenset(self._atoms[name]) for name in names), key=min)

    def outside(self, wanted: Iterable[int]) -> frozenset[int]:
        """The elements that no published set holds."""
        return frozenset(key for key in wanted if key not in self._atom_of)

    def bears(self, candidate: frozenset[int]) -> bool:
        """Whether every atom would still hold enough elements, were ``candidate`` published."""
        fresh = self.outside(candidate)
        if 0 < len(fresh) < MIN_UNITS:
            return False
        for atom in self.touched_by(candidate):
            inside = len(atom & candidate)
            if inside < MIN_UNITS or 0 < len(atom) - inside < MIN_UNITS:
                return False
        return True


def publish(
    current: Sequence[Element], history: Sequence[Group], former: Mapping[int, Element]
) -> tuple[Group, ...]:
    """The groups of a new table: those that may be published and differ from what they last showed.

    ``history`` holds every group ever published, the oldest first, ``former`` the elements they rest on.
    A group that is not returned keeps what it last showed, if it was ever published.
    """
    known = {**former, **{each.key: each for each in current}}
    families = _families(history, known)
    last = {group.key: group.members for group in history}
    published = []
    for key, wanted in _wanted(current).items():
        before = last.get(key, frozenset())
        members = _safe_members(families[OVERALL], wanted, before - wanted, known)
        if len(members) < MIN_UNITS or members == before:
            continue
        figures = _figures(families, members, known)
        if OVERALL not in figures:
            continue
        published.append(Group(key, members, figures))
        for figure in figures:
            families.setdefault(figure, Family()).add(_bearing(members, figure, known))
    return tuple(published)


def closest(
    groups: Mapping[GroupKey, Group], section: str, size: str, own: Mapping[int, Element]
) -> tuple[Group, Mapping[str, Figure]] | None:
    """The closest group that leaves at least ``MIN_OTHERS`` companies once the reader is set aside.

    ``own`` holds the elements that are hers, or those of companies linked to hers, as they entered tables
    of any date. Figures are those of the others; one that rests on too few is left out.
    """
    for key in keys_of(section, size):
        group = groups.get(key)
        if group is None:
            continue
        mine = [each for key, each in own.items() if key in group.members]
        figures = {
            code: others for code, figure in group.figures.items() if (others := _without(figure, mine, code))
        }
        if OVERALL in figures:
            return group, figures
    return None


def mean_points(figure: Figure) -> int:
    """The mean in whole points out of 100, rounded half up: finer would promise more than it tells."""
    return (2 * figure.total + 10 * figure.count) // (20 * figure.count)


def _without(figure: Figure, mine: Sequence[Element], code: str) -> Figure | None:
    own = [each.scores[code] for each in mine if code in each.scores]
    others = Figure(figure.count - len(own), figure.total - sum(own))
    return others if others.count >= MIN_OTHERS else None


def _families(history: Sequence[Group], known: Mapping[int, Element]) -> dict[str, Family]:
    """For each figure, the sets that published it; the overall one is published by every group."""
    families = {OVERALL: Family()}
    for group in history:
        for figure in group.figures:
            families.setdefault(figure, Family()).add(_bearing(group.members, figure, known))
    return families


def _bearing(members: frozenset[int], figure: str, known: Mapping[int, Element]) -> frozenset[int]:
    return frozenset(key for key in members if figure in known[key].scores)


def _wanted(current: Sequence[Element]) -> dict[GroupKey, frozenset[int]]:
    """The present members of every group, the closest groups first."""
    found: dict[GroupKey, set[int]] = {}
    for each in current:
        for key in keys_of(each.section, each.size):
            found.setdefault(key, set()).add(each.key)
    scopes = list(PeerScope)
    order = sorted(found, key=lambda key: (scopes.index(key.scope), key.section, key.size))
    return {key: frozenset(found[key]) for key in order}


def _safe_members(
    family: Family, wanted: frozenset[int], stale: frozenset[int], known: Mapping[int, Element]
) -> frozenset[int]:
    """The largest part of ``wanted`` that may be published; ``stale`` are former members, if need be."""
    chosen: set[int] = set()
    units: set[str] = set()
    for atom in family.touched_by(wanted | stale):
        part = frozenset(key for key in atom & wanted if known[key].unit not in units)
        if not part:
            continue
        rest = atom - part
        if len(part) >= MIN_UNITS and (not rest or len(rest) >= MIN_UNITS):
            kept = part
        elif rest <= stale and not {known[key].unit for key in atom} & units:
            kept = atom
        else:
            continue
        chosen |= kept
        units |= {known[key].unit for key in kept}
    fresh = frozenset(key for key in family.outside(wanted) if known[key].unit not in units)
    return frozenset(chosen | fresh) if len(fresh) >= MIN_UNITS else frozenset(chosen)


def _figures(
    families: Mapping[str, Family], members: frozenset[int], known: Mapping[int, Element]
) -> dict[str, Figure]:
    """The totals of a group that may be shown: enough companies, none of them dominant."""
    codes = sorted({code for key in members for code in known[key].scores})
    figures = {}
    for code in codes:
        bearing = _bearing(members, code, known)
        family = families.get(code)
        is_safe = family.bears(bearing) if family else len(bearing) >= MIN_UNITS
        values = [known[key].scores[code] for key in bearing]
        if is_safe and not _is_dominated(values):
            figures[code] = Figure(len(values), sum(values))
    return figures


def _is_dominated(values: Sequence[int]) -> bool:
    """Whether one company makes most of a total, even once the next one, reading it, leaves herself out."""
    ranked = sorted(values, reverse=True)
    if len(ranked) < MIN_UNITS:
        return True
    total = sum(ranked) - ranked[1]
    return 100 * ranked[0] > DOMINANCE_PERCENT * total
