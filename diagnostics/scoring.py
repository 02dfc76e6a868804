"""The score of a set of answers: a pure function, in exact fractions, rounded once.

The rule, told on the result page as it is here:

1. An answer is worth a share of the best answer to its question, from 0 to 1: the points of the
   choice over the most points; the points ticked over those that can be ticked; the step over the
   height of the scale (the mean of its rows for a matrix); the points of the threshold reached.
2. A dimension's score is the mean of these shares weighted by the questions' weights, out of 100
   (or, where the author asks for sums, the points obtained over those possible).
3. The overall score is the mean of the dimensions' scores weighted by the dimensions' weights.
4. A question that is hidden, without object or not answered leaves both sides of the division: it
   neither helps nor harms. So does a dimension none of whose questions counts.
5. Scores are rounded once, half up, to one decimal; the level is read from the rounded score, so
   that what is printed and what is decided cannot disagree. A blocking criterion may lower it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .answers import Answer, Answers
from .conditions import Shown, holds, levels_at_most, what_is_shown
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


@dataclass(frozen=True)
class Ignored:
    """A question (or one row of a matrix) that counts for nothing, and why."""

    question: str
    because: IgnoredBecause
    row: str | None = None


@dataclass(frozen=True)
class Contribution:
    """What one answer brings to the overall score, in points out of 100.

    `share` is how good the answer is (0–1); `obtained` of `possible` points reach the overall
    score. Contributions obtained add up to the exact overall score.
    """

    question: str
    dimension: str
    share: Fraction
    weight: Fraction
    obtained: Fraction
    possible: Fraction

    @property
    def gain(self) -> Fraction:
        """The points that the best answer to this question would add."""
        return self.possible - self.obtained


@dataclass(frozen=True)
class DimensionScore:
    """`tenths` is None when nothing in the dimension could be scored (and then so is `level`)."""

    code: str
    weight: Fraction
    exact: Fraction | None
    tenths: int | None
    level: str | None


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
    dimensions = tuple(_dimension_score(definition, part) for part in parts)
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


def level_at(definition: Definition, tenths: int) -> Level:
    """The level that a score of `tenths` tenths of a point reaches."""
    reached = definition.levels[0]
    for level in definition.levels:
        if tenths >= level.starts_at * 10:
            reached = level
    return reached


def share_of(question: Question, answer: Answer) -> Fraction | None:
    """How good an answer is, from 0 to 1; None when it is not given or not scored."""
    value = answer.value
    if not answer.is_given or not question.is_scored:
        return None
    match value:
        case frozenset():
            points = sum((question.choice_by_code[code].points for code in value), ZERO)
            return _bounded(points / question.points_possible)
        case dict():
            scale = question.scale
            steps = [_step_share(scale, step) for step in value.values() if scale]
            return sum(steps, ZERO) / len(steps) if steps else None
        case str():
            return _bounded(question.choice_by_code[value].points / question.points_possible)
        case int() if question.scale is not None:
            return _step_share(question.scale, value)
        case Fraction():
            return _number_share(question, value)
        case _:
            return None


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
    """One dimension's counted answers: (question, share, weight inside the dimension)."""

    dimension: Dimension
    counted: tuple[tuple[Question, Fraction, Fraction], ...]

    @property
    def total(self) -> Fraction:
        return sum((weight for _question, _share, weight in self.counted), ZERO)

    @property
    def exact(self) -> Fraction | None:
        total = self.total
        if not total:
            return None
        return HUNDRED * sum((share * weight for _q, share, weight in self.counted), ZERO) / total


def _shares(dimension: Dimension, shown: Shown, ignored: list[Ignored]) -> _Part:
    """The answers of a dimension that count; the others are added to `ignored` with the reason."""
    counted = []
    for question in dimension.questions:
        because = _why_ignored(question, shown)
        if because is not None:
            ignored.append(Ignored(question.code, because))
            continue
        answer = shown.answers[question.code]
        share = share_of(question, answer)
        if share is None:
            continue
        by_points = dimension.aggregation is Aggregation.SUM
        factor = question.points_possible if by_points else ONE
        counted.append((question, share, question.weight * factor))
        if question.kind is Kind.MATRIX and isinstance(answer.value, dict):
            missing = (row.code for row in question.rows if row.code not in answer.value)
            ignored.extend(Ignored(question.code, IgnoredBecause.UNANSWERED, row) for row in missing)
    return _Part(dimension, tuple(counted))


def _why_ignored(question: Question, shown: Shown) -> IgnoredBecause | None:
    if question.code not in shown.questions:
        return IgnoredBecause.HIDDEN
    answer = shown.answers[question.code]
    if answer.not_applicable:
        return IgnoredBecause.NOT_APPLICABLE
    if answer.value is None:
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
    total = part.total
    contributions = []
    for question, share, weight_inside in part.counted:
        possible = HUNDRED * weight * weight_inside / total
        contributions.append(
            Contribution(
                question=question.code,
                dimension=part.dimension.code,
                share=share,
                weight=question.weight,
                obtained=share * possible,
                possible=possible,
            )
        )
    return contributions


def _dimension_score(definition: Definition, part: _Part) -> DimensionScore:
    exact = part.exact
    tenths = None if exact is None else _rounded(exact)
    level = None if tenths is None else level_at(definition, tenths).code
    return DimensionScore(part.dimension.code, part.dimension.weight, exact, tenths, level)


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
        if ranks[cap.level] < ranks[reached] and holds(cap.condition, shown.answers, levels)
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
