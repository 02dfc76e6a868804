"""The score of a set of answers: a pure function, in exact fractions, rounded once.

The rule, told on the result page as it is here:

1. An answer is worth a share of the full score of its question, from 0 to 1: the points of the
   choice over the most points; the points ticked over those that can be ticked; the step over the
   height of the scale (the weighted mean of its rows for a matrix); the points of the threshold
   reached. Each column of a multiple choice in columns counts as a question of its own.
2. A dimension's score is the mean of these shares weighted by the questions' weights, out of 100
   (or, where the author asks for sums, the points obtained over those possible).
3. The overall score is the mean of the dimensions' scores weighted by the dimensions' weights.
4. A question that is hidden, without object, not answered, or answered by a choice that does not
   count leaves both sides of the division: it neither helps nor harms. So does a dimension none of
   whose questions counts.
5. Scores are rounded once, half up, to one decimal; the level is read from the rounded score, so
   that what is printed and what is decided cannot disagree. A blocking criterion may lower it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from .answers import Answer, Answers
from .conditions import Shown, holds, levels_at_most, visible_choices, what_is_shown
from .definition import (
    Aggregation,
    Cap,
    Definition,
    Dimension,
    Kind,
    Level,
    Question,
    Scale,
)

RULE_VERSION = 1
"""Kept with every stored result: a change of the rule above takes the next number."""

HIGHLIGHTS = 3
"""How many strengths and priorities a reader is shown: more would be a list, not a direction."""

ZERO, ONE, HUNDRED = Fraction(0), Fraction(1), Fraction(100)


class IgnoredBecause(StrEnum):
    """Why a question counts for nothing in a score."""

    HIDDEN = "hidden"
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"
    UNSCORED = "unscored"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True)
class Ignored:
    """A question (or one row or column of it) that counts for nothing, and why."""

    question: str
    because: IgnoredBecause
    row: str | None = None


@dataclass(frozen=True)
class Contribution:
    """What one answer brings to the overall score, in points out of 100.

    `share` is how good the answer is (0–1); `obtained` of `possible` points reach the overall
    score. Contributions obtained add up to the exact overall score. `part` is the column of a
    multiple choice in columns; `best` the share that the best answer would have.
    """

    question: str
    dimension: str
    share: Fraction
    weight: Fraction
    obtained: Fraction
    possible: Fraction
    part: str | None = None
    best: Fraction = ONE

    @property
    def gain(self) -> Fraction:
        """The points that the best answer to this question would add."""
        return self.possible * self.best - self.obtained


@dataclass(frozen=True)
class DimensionScore:
    """`tenths` is None when nothing in the dimension could be scored (and then so is `level`).

    `because` says which blocking criteria lowered its level, from `level_before_caps`.
    """

    code: str
    weight: Fraction
    exact: Fraction | None
    tenths: int | None
    level: str | None
    level_before_caps: str | None = None
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """The whole of a result. `tenths` is the overall score in tenths of a point (0–1000)."""

    rule_version: int
    exact: Fraction | None
    tenths: int | None
    level: str | None
    level_before_caps: str | None
    caps: tuple[Cap, ...]
    dimensions: tuple[DimensionScore, ...]
    contributions: tuple[Contribution, ...]
    ignored: tuple[Ignored, ...]
    strengths: tuple[str, ...]
    priorities: tuple[str, ...]

    def best_gains(self, count: int = HIGHLIGHTS) -> tuple[Contribution, ...]:
        """The answers whose improvement would raise the score most, the first one first."""
        gaining = [contribution for contribution in self.contributions if contribution.gain > 0]
        return tuple(sorted(gaining, key=lambda each: -each.gain)[:count])


def score(definition: Definition, answers: Answers) -> Result:
    """The result of `answers` to `definition`. Unknown codes among answers count for nothing."""
    shown = what_is_shown(definition, answers)
    ignored: list[Ignored] = []
    parts = [_shares(dimension, shown, ignored) for dimension in definition.dimensions]
    weights = [_weight_in_whole(definition, part) for part in parts]
    total = sum(weights, ZERO)
    contributions = tuple(
        contribution
        for part, weight in zip(parts, weights, strict=True)
        for contribution in _contributions(part, weight / total if total else ZERO)
    )
    exact = sum((each.obtained for each in contributions), ZERO) if total else None
    dimensions = _capped_dimensions(definition, [_dimension_score(definition, part) for part in parts], shown)
    tenths = None if exact is None else _rounded(exact)
    reached = None if tenths is None else level_at(definition, tenths).code
    level, caps = _capped(definition, reached, shown, dimensions)
    strengths, priorities = _highlights(definition, dimensions, exact)
    return Result(
        rule_version=RULE_VERSION,
        exact=exact,
        tenths=tenths,
        level=level,
        level_before_caps=reached,
        caps=caps,
        dimensions=dimensions,
        contributions=contributions,
        ignored=tuple(ignored),
        strengths=strengths,
        priorities=priorities,
    )


def level_at(definition: Definition, tenths: int, dimension: Dimension | None = None) -> Level:
    """The level that a score of `tenths` tenths of a point reaches, overall or in a dimension."""
    reached = definition.levels[0]
    for level in definition.levels:
        start = level.starts_at if dimension is None else dimension.start_of(level)
        if tenths >= start * 10:
            reached = level
    return reached


@dataclass(frozen=True)
class _Unit:
    """What one answer (or one column of it) is worth: a share, and its weight inside the dimension."""

    question: Question
    share: Fraction
    own_weight: Fraction
    weight: Fraction
    part: str | None = None


def _picked_share(question: Question, codes: Collection[str]) -> Fraction | None:
    """The share of the choices picked; None when none of them counts."""
    choices = question.choice_by_code
    counting = [choices[code] for code in codes if choices[code].counts]
    if not counting or question.points_possible <= 0:
        return None
    return _bounded(sum((choice.points for choice in counting), ZERO) / question.points_possible)


def _rows_share(question: Question, scale: Scale, steps: Mapping[str, int]) -> tuple[Fraction, Fraction]:
    """The weighted mean of the rows answered, and their weight."""
    answered = [
        (row.weight, _step_share(scale, steps[row.code])) for row in question.rows if row.code in steps
    ]
    weight = sum((each for each, _share in answered), ZERO)
    if not weight:
        return ZERO, ZERO
    return sum((each * share for each, share in answered), ZERO) / weight, weight


def _share_of(question: Question, answer: Answer) -> Fraction | None:
    """How good the answer to a question in one piece is, from 0 to 1; None when it does not count."""
    match answer.value:
        case frozenset() as codes:
            return _picked_share(question, codes)
        case str() as code if question.choices:
            return _picked_share(question, (code,))
        case int() as step if question.scale is not None:
            return _step_share(question.scale, step)
        case Fraction() as number:
            return _number_share(question, number)
        case _:
            return None


def share_of(question: Question, answer: Answer) -> Fraction | None:
    """How good an answer is as a whole, from 0 to 1; None when nothing of it counts."""
    units = _units(question, answer, by_points=False) if answer.is_given else []
    weight = sum((unit.own_weight for unit in units), ZERO)
    return sum((unit.share * unit.own_weight for unit in units), ZERO) / weight if weight else None


def _units(question: Question, answer: Answer, *, by_points: bool) -> list[_Unit]:
    """The parts of an answer that count; a sum of points weighs each by the points it may bring."""
    factor = question.points_possible if by_points else ONE
    if isinstance(answer.value, dict):
        return _units_of_parts(question, answer.value, factor, by_points=by_points)
    share = _share_of(question, answer)
    if share is None:
        return []
    return [_Unit(question, share, question.weight, question.weight * factor)]


def _units_of_parts(
    question: Question, given: Mapping[str, Any], factor: Fraction, *, by_points: bool
) -> list[_Unit]:
    if question.scale is not None:
        share, weight = _rows_share(question, question.scale, given)
        if not weight:
            return []
        if by_points and question.aggregation is Aggregation.SUM:
            factor *= weight
        return [_Unit(question, share, question.weight, question.weight * factor)]
    units = []
    for column in question.columns:
        picked = _picked_share(question, given[column.code]) if column.code in given else None
        if picked is not None and column.weight:
            units.append(_Unit(question, picked, column.weight, column.weight * factor, column.code))
    return units


def _number_share(question: Question, value: Fraction) -> Fraction:
    if not question.thresholds:
        return _bounded(value / HUNDRED)
    points = ZERO
    for threshold in question.thresholds:
        if value >= threshold.at_least:
            points = threshold.points
    return points / question.points_possible


def _step_share(scale: Scale, step: int) -> Fraction:
    height = Fraction(step - scale.minimum, scale.maximum - scale.minimum)
    return ONE - height if scale.reverse else height


def _bounded(share: Fraction) -> Fraction:
    """Negative points may cancel good ones, not more; a full score is reached once."""
    return min(max(share, ZERO), ONE)


@dataclass(frozen=True)
class _Part:
    """One dimension's counted answers."""

    dimension: Dimension
    counted: tuple[_Unit, ...]
    total: Fraction

    @property
    def exact(self) -> Fraction | None:
        if not self.total:
            return None
        return HUNDRED * sum((unit.share * unit.weight for unit in self.counted), ZERO) / self.total


def _shares(dimension: Dimension, shown: Shown, ignored: list[Ignored]) -> _Part:
    """The answers of a dimension that count; the others are added to `ignored` with the reason."""
    counted: list[_Unit] = []
    by_points = dimension.aggregation is Aggregation.SUM
    for question in dimension.questions:
        if question.kind is Kind.NOTE:
            continue
        because = _why_ignored(question, shown)
        if because is not None:
            ignored.append(Ignored(question.code, because))
            continue
        answer = shown.answers[question.code]
        units = _units(visible_choices(question, shown), answer, by_points=by_points)
        counted.extend(units)
        ignored.extend(_ignored_parts(question, answer, units))
    return _Part(dimension, tuple(counted), sum((unit.weight for unit in counted), ZERO))


def _ignored_parts(question: Question, answer: Answer, units: list[_Unit]) -> Iterator[Ignored]:
    """Rows and columns left out of a question that was answered, or all of it when nothing in it counts."""
    given = answer.value
    if not isinstance(given, dict):
        if not units:
            yield Ignored(question.code, IgnoredBecause.NOT_COUNTED)
        return
    for part in question.parts:
        if part.code not in given:
            yield Ignored(question.code, IgnoredBecause.UNANSWERED, part.code)
        elif not part.weight:
            yield Ignored(question.code, IgnoredBecause.UNSCORED, part.code)
        elif question.columns and not any(unit.part == part.code for unit in units):
            yield Ignored(question.code, IgnoredBecause.NOT_COUNTED, part.code)


def _why_ignored(question: Question, shown: Shown) -> IgnoredBecause | None:
    if question.code not in shown.questions:
        return IgnoredBecause.HIDDEN
    answer = shown.answers[question.code]
    if answer.not_applicable:
        return IgnoredBecause.NOT_APPLICABLE
    if answer.value is None or answer.value == {}:
        return IgnoredBecause.UNANSWERED
    return None if question.is_scored else IgnoredBecause.UNSCORED


def _weight_in_whole(definition: Definition, part: _Part) -> Fraction:
    """The weight of a dimension in the overall score; 0 when nothing in it counts."""
    if not part.counted:
        return ZERO
    if definition.aggregation is Aggregation.SUM:
        return part.dimension.weight * part.total
    return part.dimension.weight


def _contributions(part: _Part, weight: Fraction) -> list[Contribution]:
    contributions = []
    for unit in part.counted:
        possible = HUNDRED * weight * unit.weight / part.total
        contributions.append(
            Contribution(
                question=unit.question.code,
                dimension=part.dimension.code,
                share=unit.share,
                weight=unit.own_weight,
                obtained=unit.share * possible,
                possible=possible,
                part=unit.part,
                best=unit.question.best_share,
            )
        )
    return contributions


def _dimension_score(definition: Definition, part: _Part) -> DimensionScore:
    exact = part.exact
    tenths = None if exact is None else _rounded(exact)
    level = None if tenths is None else level_at(definition, tenths, part.dimension).code
    return DimensionScore(part.dimension.code, part.dimension.weight, exact, tenths, level, level)


def _capped_dimensions(
    definition: Definition, scores: list[DimensionScore], shown: Shown
) -> tuple[DimensionScore, ...]:
    """The dimensions once their own blocking criteria have spoken, all judged on what was reached."""
    own = [cap for cap in definition.caps if cap.dimension is not None]
    if not own:
        return tuple(scores)
    ranks = definition.level_rank
    levels = levels_at_most(definition, levels_by_dimension(tuple(scores)))
    capped = []
    for each in scores:
        applied = [
            cap
            for cap in own
            if cap.dimension == each.code
            and each.level is not None
            and ranks[cap.level] < ranks[each.level]
            and holds(cap.condition, shown.answers, levels)
        ]
        level = min((cap.level for cap in applied), key=ranks.__getitem__, default=each.level)
        capped.append(replace(each, level=level, because=tuple(cap.because for cap in applied)))
    return tuple(capped)


def _rounded(exact: Fraction) -> int:
    """A score in tenths, rounded half up (never to even: 12.25 reads as 12.3 to everyone)."""
    return int(exact * 10 + Fraction(1, 2))


def _capped(
    definition: Definition,
    reached: str | None,
    shown: Shown,
    dimensions: tuple[DimensionScore, ...],
) -> tuple[str | None, tuple[Cap, ...]]:
    """The level once the blocking criteria have spoken, and those that lowered it."""
    if reached is None:
        return None, ()
    ranks = definition.level_rank
    levels = levels_at_most(definition, levels_by_dimension(dimensions))
    applied = tuple(
        cap
        for cap in definition.caps
        if cap.dimension is None
        and ranks[cap.level] < ranks[reached]
        and holds(cap.condition, shown.answers, levels)
    )
    return min((cap.level for cap in applied), key=ranks.__getitem__, default=reached), applied


def levels_by_dimension(dimensions: tuple[DimensionScore, ...]) -> dict[str, str]:
    """The level of every dimension that reached one."""
    return {each.code: each.level for each in dimensions if each.level is not None}


def _highlights(
    definition: Definition, dimensions: tuple[DimensionScore, ...], overall: Fraction | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The dimensions to lean on and those to work on first, at most `HIGHLIGHTS` of each.

    A strength is at or above the overall score and at least at the middle level: being the least
    weak is not a strength. A priority is at or below the overall score, not yet at the highest
    level, and not named among the strengths. Ties go to the heavier dimension.
    """
    ranks = definition.level_rank
    highest = len(ranks) - 1
    strong: list[tuple[Fraction, Fraction, str]] = []
    weak: list[tuple[Fraction, Fraction, str]] = []
    for each in dimensions:
        if each.exact is None or each.level is None or overall is None:
            continue
        if each.exact >= overall and 2 * ranks[each.level] >= highest:
            strong.append((-each.exact, -each.weight, each.code))
        if each.exact <= overall and ranks[each.level] < highest:
            weak.append((each.exact, -each.weight, each.code))
    strengths = [code for _score, _weight, code in sorted(strong)[:HIGHLIGHTS]]
    rest = [code for _score, _weight, code in sorted(weak) if code not in strengths]
    return tuple(strengths), tuple(rest[:HIGHLIGHTS])
