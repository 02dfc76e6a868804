"""A questionnaire as frozen values: what scoring, conditions and recommendations are functions of.

Nothing here knows the database or the clock. Fractions are exact: a score is computed without any
rounding and rounded once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"
    MATRIX = "matrix"
    NUMBER = "number"
    PERCENTAGE = "percentage"
    AMOUNT = "amount"
    DATE = "date"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"


CHOICE_KINDS = frozenset({Kind.SINGLE, Kind.MULTIPLE})
SCALE_KINDS = frozenset({Kind.SCALE, Kind.MATRIX})
NUMERIC_KINDS = frozenset({Kind.NUMBER, Kind.PERCENTAGE, Kind.AMOUNT})
UNSCORED_KINDS = frozenset({Kind.DATE, Kind.SHORT_TEXT, Kind.LONG_TEXT})


class Aggregation(StrEnum):
    """How scores of parts make the score of the whole.

    `MEAN`: the mean of the parts weighted by their weights. `SUM`: the points obtained over the
    points that could be obtained, so that a question worth ten points counts ten times one point.
    """

    MEAN = "mean"
    SUM = "sum"


class Operator(StrEnum):
    """What a condition asks of one answer."""

    EQUALS = "equals"
    IN = "in"
    SELECTED = "selected"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"


class Step(StrEnum):
    """A coarse three-step size: of an effort, of an impact."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low, 2 for high: sizes compare by it."""
        return _STEP_RANKS[self]


_STEP_RANKS = {Step.LOW: 0, Step.MEDIUM: 1, Step.HIGH: 2}


class Stake(StrEnum):
    """The training stakes of the agreement's third axis."""

    TECHNICAL = "technical"
    LEGAL = "legal"
    ECONOMIC = "economic"
    ETHICAL = "ethical"


Expected = bool | str | Fraction | frozenset[str]


@dataclass(frozen=True)
class Predicate:
    """One predicate on the answer to one question (or to one row of a matrix).

    `expected` is a choice code or text, a set of them (`in`), a number in the unit answers are
    kept in (cents for an amount), or a boolean (`answered`).
    """

    question: str
    operator: Operator
    expected: Expected
    row: str | None = None


@dataclass(frozen=True)
class DimensionAtMost:
    """True when the dimension was scored and its level is not above `level`."""

    dimension: str
    level: str


@dataclass(frozen=True)
class AllOf:
    """True when every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """True when at least one part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """True when its part is not."""

    part: Condition


Condition = Predicate | DimensionAtMost | AllOf | AnyOf | Not


def questions_named_in(condition: Condition | None) -> Iterator[str]:
    """The codes of the questions a condition looks at."""
    match condition:
        case Predicate(question=code):
            yield code
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from questions_named_in(part)
        case Not(part):
            yield from questions_named_in(part)
        case DimensionAtMost() | None:
            return


@dataclass(frozen=True)
class Choice:
    """One proposed answer; an `exclusive` one goes with no other."""

    code: str
    label: str
    points: Fraction
    exclusive: bool = False


@dataclass(frozen=True)
class Scale:
    """Whole steps from `minimum` to `maximum`, both included; `reverse` makes the lowest best."""

    minimum: int
    maximum: int
    min_label: str = ""
    max_label: str = ""
    reverse: bool = False

    @property
    def steps(self) -> range:
        """The degrees, lowest first."""
        return range(self.minimum, self.maximum + 1)


@dataclass(frozen=True)
class Row:
    """One line of a matrix, judged on the matrix’s scale."""

    code: str
    label: str


@dataclass(frozen=True)
class Threshold:
    """From `at_least` (in the unit answers are kept in) a number is worth `points`."""

    at_least: Fraction
    points: Fraction


@dataclass(frozen=True)
class Question:
    """One question. `weight` 0 means that it is asked and not scored.

    `minimum`, `maximum` and thresholds of an amount are in cents, as its answers are.
    `full_at` is the number of points of a multiple choice that is already worth the full score.
    """

    code: str
    kind: Kind
    text: str
    why: str = ""
    help: str = ""
    weight: Fraction = Fraction(0)
    required: bool = True
    not_applicable: bool = False
    choices: tuple[Choice, ...] = ()
    scale: Scale | None = None
    rows: tuple[Row, ...] = ()
    unit: str = ""
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    thresholds: tuple[Threshold, ...] = ()
    full_at: Fraction | None = None
    show_if: Condition | None = None

    @property
    def is_scored(self) -> bool:
        """Whether its answer counts in a score."""
        return self.weight > 0

    @cached_property
    def choice_by_code(self) -> dict[str, Choice]:
        """The choices by code, in the order they are shown."""
        return {choice.code: choice for choice in self.choices}

    @cached_property
    def points_possible(self) -> Fraction:
        """The points of the best answer, on the author's own scale; 0 when not scored."""
        if self.kind is Kind.SINGLE:
            return max((choice.points for choice in self.choices), default=Fraction(0))
        if self.kind is Kind.MULTIPLE:
            return self._points_of_multiple()
        if self.scale is not None:
            return Fraction(self.scale.maximum - self.scale.minimum)
        if self.thresholds:
            return max(threshold.points for threshold in self.thresholds)
        return Fraction(100) if self.kind is Kind.PERCENTAGE else Fraction(0)

    def _points_of_multiple(self) -> Fraction:
        if self.full_at is not None:
            return self.full_at
        zero = Fraction(0)
        ticked = sum((max(c.points, zero) for c in self.choices if not c.exclusive), zero)
        alone = max((choice.points for choice in self.choices if choice.exclusive), default=zero)
        return max(ticked, alone)


@dataclass(frozen=True)
class Reading:
    """What a level means, in the words of one dimension."""

    level: str
    text: str


@dataclass(frozen=True)
class Dimension:
    """A section of the questionnaire, with a score of its own."""

    code: str
    title: str
    lead: str
    weight: Fraction
    questions: tuple[Question, ...]
    show_if: Condition | None = None
    readings: tuple[Reading, ...] = ()
    aggregation: Aggregation = Aggregation.MEAN

    def reading_of(self, level: Level) -> str:
        """The dimension's own sentence about a level, or else the level's general one."""
        for reading in self.readings:
            if reading.level == level.code:
                return reading.text
        return level.reading


@dataclass(frozen=True)
class Level:
    """A named level; `starts_at` is the lowest score (0–100) that reaches it."""

    code: str
    name: str
    starts_at: Fraction
    reading: str


@dataclass(frozen=True)
class Cap:
    """A blocking criterion: while `condition` holds, the overall level is at most `level`."""

    level: str
    because: str
    condition: Condition


@dataclass(frozen=True)
class Measure:
    """A measure the programme may propose. Costs are integer cents."""

    code: str
    title: str
    dimension: str
    why: str
    how: str
    effort: Step
    impact: Step
    cost_min_cents: int
    cost_max_cents: int
    stake: Stake
    propose_if: Condition


@dataclass(frozen=True)
class Definition:
    """One version of a questionnaire, checked: every reference in it resolves."""

    code: str
    version: int
    title: str
    intro: str
    minutes: int
    levels: tuple[Level, ...]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...] = ()
    caps: tuple[Cap, ...] = ()
    aggregation: Aggregation = Aggregation.MEAN

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by code, in the order of the questionnaire."""
        return {q.code: q for dimension in self.dimensions for q in dimension.questions}

    @cached_property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """For each question, those whose answers decide whether it is shown.

        They are named by its own condition or by its section's.
        """
        needs: dict[str, tuple[str, ...]] = {}
        for dimension in self.dimensions:
            shared = tuple(questions_named_in(dimension.show_if))
            for question in dimension.questions:
                named = (*shared, *questions_named_in(question.show_if))
                needs[question.code] = tuple(dict.fromkeys(named))
        return needs

    @cached_property
    def evaluation_order(self) -> tuple[str, ...]:
        """Every question after those it depends on (there are no cycles in a checked definition).

        Iterative: a long chain of conditions must not exhaust the stack.
        """
        order: dict[str, None] = {}
        stack = [(code, False) for code in reversed(self.questions)]
        while stack:
            code, ready = stack.pop()
            if code in order:
                continue
            if ready:
                order[code] = None
            else:
                stack.append((code, True))
                stack.extend((needed, False) for needed in self.needs[code])
        return tuple(order)

    @cached_property
    def dimension_of(self) -> dict[str, Dimension]:
        """The dimension of each question, by the question's code."""
        return {q.code: dimension for dimension in self.dimensions for q in dimension.questions}

    @cached_property
    def dimension_by_code(self) -> dict[str, Dimension]:
        """The dimensions by code, in order."""
        return {dimension.code: dimension for dimension in self.dimensions}

    @cached_property
    def level_by_code(self) -> dict[str, Level]:
        """The levels by code, lowest first."""
        return {level.code: level for level in self.levels}

    @cached_property
    def measure_by_code(self) -> dict[str, Measure]:
        """The measures by code."""
        return {measure.code: measure for measure in self.measures}

    @cached_property
    def level_rank(self) -> dict[str, int]:
        """0 for the lowest level."""
        return {level.code: rank for rank, level in enumerate(self.levels)}
