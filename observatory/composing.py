"""What a release is made of: its axes, its tables, and the sheets that show them (pure).

Words arrive translated. A sheet is a table as the public reads it; each of its lines names a cell of
the protected release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from observatory.aggregates import (
    TOTAL,
    UNKNOWN,
    WHOLE,
    Axis,
    Cell,
    Fact,
    Sum,
    Table,
    TableSpec,
    build_tables,
    cut,
    flat,
    hierarchy,
    partition,
)

NO_ANSWER = "none"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the sheets, in the reader's language."""

    all: str
    unknown: str
    no_answer: str
    other_answer: str
    arrondissement: str


@dataclass(frozen=True)
class Frame:
    """The lists a release sorts companies by, with their words, in the order they are shown.

    ``sections`` maps an activity section to its A10 sector; ``pieces`` are the parts of EPCI by
    arrondissement and department (EPCI code, or "" where there is none).
    """

    sections: Mapping[str, str]
    section_names: Mapping[str, str]
    sector_names: Mapping[str, str]
    size_names: Mapping[str, str]
    level_names: Mapping[str, str]
    pieces: Sequence[tuple[str, str, str]]
    department_names: Mapping[str, str]
    arrondissement_names: Mapping[str, str]
    epci_names: Mapping[str, str]
    words: Words

    @cached_property
    def piece_codes(self) -> dict[tuple[str, str], str]:
        """Code of each piece of territory, by EPCI and arrondissement."""
        astride = Counter(epci for epci, _arrondissement, _department in self.pieces)
        return {
            (epci, arrondissement): f"E{epci}" if epci and astride[epci] == 1 else f"E{epci}@{arrondissement}"
            for epci, arrondissement, _department in self.pieces
        }


@dataclass(frozen=True, slots=True)
class Group:
    """``count`` groups of companies with the same codes, as the database counted them."""

    section: str
    epci: str
    arrondissement: str
    size: str
    level: str
    count: int


@dataclass(slots=True)
class Axes:
    """The axes of a release and the names of their codes."""

    section: Axis
    sector: Axis
    size: Axis
    level: Axis
    territory: Axis
    department: Axis
    names: dict[str, dict[str, str]] = field(default_factory=dict)

    def name(self, axis: Axis, code: str, words: Words) -> str:
        """Words of a code of an axis."""
        if code == TOTAL:
            return words.all
        return words.unknown if code == UNKNOWN else self.names[axis.code].get(code, code)


def key_of(cell: Cell) -> str:
    """A cell as text, the same in every release."""
    return ";".join(f"{axis}={code}" for axis, code in cell)


def cell_of(key: str) -> Cell:
    """The cell of a key made by ``key_of``."""
    pairs = (part.partition("=") for part in key.split(";") if part)
    return tuple((axis, code) for axis, _sign, code in pairs)


def build_axes(frame: Frame, groups: Iterable[Group]) -> Axes:
    """Axes of a release; « non renseigné » is there only when some company needs it."""
    groups = list(groups)
    paths, unions = _territory_paths(frame)
    unplaced = any((group.epci, group.arrondissement) not in frame.piece_codes for group in groups)
    territory = hierarchy("territory", [*paths, *([(UNKNOWN,)] if unplaced else [])], unions=unions)
    # the arrondissement is a step between the EPCI and the department, which readers ask for
    between = frozenset(f"A{code}" for code in frame.arrondissement_names) & territory.parents.keys()
    territory = replace(territory, minor=between)
    unsorted_ = any(group.section not in frame.sections for group in groups)
    section = hierarchy("sector", [*frame.sections.items(), *([(UNKNOWN,)] if unsorted_ else [])])
    sectors = [code for code in frame.sector_names if code in set(frame.sections.values())]
    departments = [f"D{code}" for code in frame.department_names if _has_department(frame, code)]
    return Axes(
        section=section,
        sector=cut(section, [*sectors, *([UNKNOWN] if unsorted_ else [])]),
        size=flat("size", [*frame.size_names, *_extra(groups, "size", frame.size_names)]),
        level=flat("level", [*frame.level_names, *_extra(groups, "level", frame.level_names)]),
        territory=territory,
        department=cut(territory, [*departments, *([UNKNOWN] if unplaced else [])]),
        names={
            "sector": {**frame.section_names, **frame.sector_names},
            "size": dict(frame.size_names),
            "level": dict(frame.level_names),
            "territory": {
                **{f"D{code}": name for code, name in frame.department_names.items()},
                **{f"A{code}": name for code, name in frame.arrondissement_names.items()},
                **{f"E{code}": name for code, name in frame.epci_names.items()},
            },
        },
    )


def build_facts(frame: Frame, groups: Iterable[Group]) -> list[Fact]:
    """Counts by leaf codes of every axis."""
    return [
        Fact(
            {
                "sector": group.section if group.section in frame.sections else UNKNOWN,
                "territory": frame.piece_codes.get((group.epci, group.arrondissement), UNKNOWN),
                "size": group.size if group.size in frame.size_names else UNKNOWN,
                "level": group.level if group.level in frame.level_names else UNKNOWN,
            },
            group.count,
        )
        for group in groups
    ]


def population_tables(axes: Axes, facts: Sequence[Fact]) -> dict[str, Table]:
    """The tables that sort companies, by code."""
    specs = [
        TableSpec("sector-size", (axes.sector, axes.size)),
        TableSpec("department-size", (axes.department, axes.size)),
        TableSpec("section", (axes.section,)),
        TableSpec("territory", (axes.territory,)),
        TableSpec("level-sector", (axes.sector, axes.level)),
        TableSpec("level-size", (axes.size, axes.level)),
        TableSpec("level-department", (axes.department, axes.level)),
    ]
    return {table.spec.code: table for table in build_tables(specs, facts)}


def answer_table(code: str, counts: Mapping[str, int], whole: int, choices: Sequence[str]) -> Table:
    """How the whole population answered a question: each choice, older choices, no answer."""
    known = {choice: counts.get(choice, 0) for choice in choices}
    older = sum(counts.values()) - sum(known.values())
    shared = {**known, **({OTHER: older} if older else {})}
    return partition(code, {**shared, NO_ANSWER: whole - sum(shared.values())})


def tick_table(code: str, ticked: int, whole: int) -> Table:
    """How many ticked one of several choices; the others are its complement, and protect it."""
    return partition(code, {"yes": ticked, "no": whole - ticked})


def sums_by(axis: Axis, sums: Iterable[tuple[str, Sum]]) -> dict[Cell, Sum]:
    """Sums of scores by the codes of an axis of one level, and over all; unknown codes go together."""
    found: dict[Cell, Sum] = {}
    for code, value in sums:
        leaf = code if code in axis.parents else UNKNOWN
        for cell in (axis.cell(leaf), WHOLE):
            past = found.get(cell, Sum(0, 0, 0))
            found[cell] = Sum(
                past.count + value.count,
                past.total_tenths + value.total_tenths,
                max(past.largest_tenths, value.largest_tenths),
            )
    return found


def _has_department(frame: Frame, code: str) -> bool:
    return any(department == code for _epci, _arrondissement, department in frame.pieces)


def _extra(groups: Sequence[Group], attribute: str, names: Mapping[str, str]) -> list[str]:
    """``UNKNOWN``, when a group bears a code without a name."""
    return [UNKNOWN] if any(getattr(group, attribute) not in names for group in groups) else []


def _territory_paths(frame: Frame) -> tuple[list[tuple[str, str, str]], dict[str, tuple[str, ...]]]:
    """Paths of the pieces of territory, and the EPCI that are the union of several."""
    paths: list[tuple[str, str, str]] = []
    parts: dict[str, list[str]] = {}
    for epci, arrondissement, department in frame.pieces:
        code = frame.piece_codes[(epci, arrondissement)]
        paths.append((code, f"A{arrondissement}", f"D{department}"))
        if epci and "@" in code:
            parts.setdefault(f"E{epci}", []).append(code)
    return paths, {epci: tuple(codes) for epci, codes in parts.items()}
