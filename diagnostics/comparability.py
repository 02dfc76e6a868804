"""What may be compared between two versions of a questionnaire, and what may not.

Two scores of a dimension are comparable when the same answers would give the same score in both
versions: same scored questions, points, weights and conditions. Words may differ. Whatever this module
does not know to be mere wording counts as a change, so that it errs on the side of silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from .definition import Aggregation, Definition, Dimension, Question


class Sameness(StrEnum):
    """What became of a dimension between two versions."""

    SAME = "same"
    REWORDED = "reworded"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class DimensionChange:
    """A dimension seen in both versions; ``questions`` are those that made it change, if any."""

    code: str
    sameness: Sameness
    questions: tuple[str, ...] = ()

    @property
    def is_comparable(self) -> bool:
        """Whether its scores may be set side by side."""
        return self.sameness in (Sameness.SAME, Sameness.REWORDED)


@dataclass(frozen=True)
class Comparability:
    """``overall`` tells whether overall scores may be compared, ``levels`` whether levels may."""

    dimensions: tuple[DimensionChange, ...]
    overall: bool
    levels: bool

    @property
    def comparable(self) -> frozenset[str]:
        """The dimensions whose scores may be compared."""
        return frozenset(each.code for each in self.dimensions if each.is_comparable)

    @property
    def is_whole(self) -> bool:
        """Whether everything may be compared."""
        return self.overall and self.levels and all(each.is_comparable for each in self.dimensions)


def compare(before: Definition, after: Definition) -> Comparability:
    """What may be compared between two versions: dimensions in the order of ``after``, then removed ones."""
    changes = [_change(before, after, each) for each in after.dimensions]
    gone = [each.code for each in before.dimensions if each.code not in after.dimension_by_code]
    changes += [DimensionChange(code, Sameness.REMOVED) for code in gone]
    scored = {code for each in (before, after) for code in _scored_dimensions(each)}
    overall = (
        before.aggregation == after.aggregation
        and all(each.is_comparable for each in changes if each.code in scored)
        and all(
            before.dimension_by_code[each.code].weight == after.dimension_by_code[each.code].weight
            for each in changes
            if each.code in scored and each.is_comparable
        )
    )
    levels = overall and _ladder(before) == _ladder(after) and _caps_hold(before, after)
    return Comparability(tuple(changes), overall, levels)


def _change(before: Definition, after: Definition, dimension: Dimension) -> DimensionChange:
    former = before.dimension_by_code.get(dimension.code)
    if former is None:
        return DimensionChange(dimension.code, Sameness.ADDED)
    old, new = _rule(before, former), _rule(after, dimension)
    moved = {code for code in old.keys() | new.keys() if old.get(code) != new.get(code)}
    if moved or _frame(former) != _frame(dimension):
        return DimensionChange(dimension.code, Sameness.CHANGED, _in_order(before, after, moved))
    same = former == dimension
    return DimensionChange(dimension.code, Sameness.SAME if same else Sameness.REWORDED)


def _rule(definition: Definition, dimension: Dimension) -> dict[str, Question]:
    """The questions that decide a dimension's score, without their words: scored ones, and those that
    decide, near or far, whether a scored one is shown."""
    scored = {question.code for question in dimension.questions if question.is_scored}
    deciding = sorted(scored)
    found: dict[str, Question] = {}
    while deciding:
        code = deciding.pop()
        if code in found:
            continue
        bare = _bare(definition.questions[code])
        found[code] = bare if code in scored else _without_points(bare)
        deciding.extend(definition.needs[code])
    return found


def _in_order(before: Definition, after: Definition, codes: set[str]) -> tuple[str, ...]:
    known = dict.fromkeys((*after.questions, *before.questions))
    return tuple(code for code in known if code in codes)


def _bare(question: Question) -> Question:
    """A question without what is only said: words never change a score."""
    words = dict.fromkeys(("text", "why", "help", "unit", "refusal", "under"), "")
    bare: dict[str, Any] = {**words, "required": True}
    for name in ("choices", "rows", "columns"):
        parts = (replace(part, label="") for part in getattr(question, name))
        bare[name] = tuple(sorted(parts, key=lambda part: str(part.code)))
    if question.scale is not None:
        bare["scale"] = replace(question.scale, min_label="", max_label="", labels=())
    return replace(question, **bare)


def _without_points(question: Question) -> Question:
    """A question seen only as a condition: what may be answered counts, what it is worth does not."""
    nothing = Fraction(0)
    return replace(
        question,
        weight=nothing,
        choices=tuple(replace(choice, points=nothing, counts=True) for choice in question.choices),
        rows=tuple(replace(row, weight=nothing) for row in question.rows),
        columns=tuple(replace(column, weight=nothing) for column in question.columns),
        thresholds=(),
        full_at=None,
        aggregation=Aggregation.MEAN,
    )


def _frame(dimension: Dimension) -> tuple[object, ...]:
    return dimension.show_if, dimension.aggregation


def _scored_dimensions(definition: Definition) -> set[str]:
    return {each.code for each in definition.dimensions if any(q.is_scored for q in each.questions)}


def _ladder(definition: Definition) -> tuple[object, ...]:
    """The score from which each level is reached, overall and in each dimension."""
    overall = tuple((level.code, level.starts_at) for level in definition.levels)
    inside = {
        (each.code, level.code, each.start_of(level))
        for each in definition.dimensions
        for level in definition.levels
    }
    return overall, frozenset(inside)


def _caps_hold(before: Definition, after: Definition) -> bool:
    """Whether the blocking criteria are the same and look at unchanged questions."""
    if {replace(cap, because="") for cap in before.caps} != {replace(cap, because="") for cap in after.caps}:
        return False
    return not before.caps or {c: _bare(q) for c, q in before.questions.items()} == {
        c: _bare(q) for c, q in after.questions.items()
    }
