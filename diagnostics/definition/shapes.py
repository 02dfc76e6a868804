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
    COLUMNS = "columns"
    FILE = "file"
    NOTE = "note"


CHOICE_KINDS = frozenset({Kind.SINGLE, Kind.MULTIPLE})
PICKING_KINDS = CHOICE_KINDS | {Kind.COLUMNS}
"""Kinds answered by picking among choices; `COLUMNS` asks the same choices several times, side by side."""
SCALE_KINDS = frozenset({Kind.SCALE, Kind.MATRIX})
NUMERIC_KINDS = frozenset({Kind.NUMBER, Kind.PERCENTAGE, Kind.AMOUNT})
UNSCORED_KINDS = frozenset({Kind.DATE, Kind.SHORT_TEXT, Kind.LONG_TEXT, Kind.FILE, Kind.NOTE})
SETTABLE_KINDS = CHOICE_KINDS | NUMERIC_KINDS | {Kind.SCALE}
"""Kinds whose answer another answer may set."""


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
    """One predicate on the answer to one question (to one row of a matrix, to one of its columns).

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


SetValue = str | int | Fraction | frozenset[str]


@dataclass(frozen=True)
class Setting:
    """The answer that a choice gives to another question; None sets it « without object »."""

    question: str
    value: SetValue | None


@dataclass(frozen=True)
class Choice:
    """One proposed answer; an `exclusive` one goes with no other.

    One that does not `count` takes its question out of the score (« je ne sais pas »).
    """

    code: str
    label: str
    points: Fraction
    exclusive: bool = False
    counts: bool = True
    show_if: Condition | None = None
    sets: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Scale:
    """Whole steps from `minimum` to `maximum`, both included; `reverse` makes the lowest best.

    `labels` name every step, lowest first, or none.
    """

    minimum: int
    maximum: int
    min_label: str = ""
    max_label: str = ""
    reverse: bool = False
    labels: tuple[str, ...] = ()

    def label_of(self, step: int) -> str:
        """The author's name of a step, or nothing."""
        return self.labels[step - self.minimum] if self.labels else ""

    @property
    def steps(self) -> range:
        """The degrees, lowest first."""
        return range(self.minimum, self.maximum + 1)


@dataclass(frozen=True)
class Row:
    """One line of a matrix, judged on the matrix’s scale, weighed against the other lines."""

    code: str
    label: str
    weight: Fraction = Fraction(1)


@dataclass(frozen=True)
class Column:
    """One column of a multiple choice asked several times; it counts as a question of its own."""

    code: str
    label: str
    weight: Fraction


@dataclass(frozen=True)
class Threshold:
    """From `at_least` (in the unit answers are kept in) a number is worth `points`."""

    at_least: Fraction
    points: Fraction


@dataclass(frozen=True)
class Question:
    """One question. `weight` 0 means that it is asked and not scored.

    `minimum`, `maximum` and thresholds of an amount are in cents, as its answers are.
    `full_at` is the number of points of a choice that is already worth the full score.
    `under` is the question that opens this one, below which it is shown.
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
    columns: tuple[Column, ...] = ()
    unit: str = ""
    minimum: Fraction | None = None
    maximum: Fraction | None = None
    decimals: int | None = None
    refusal: str = ""
    thresholds: tuple[Threshold, ...] = ()
    full_at: Fraction | None = None
    most_ticked: int | None = None
    most_files: int | None = None
    aggregation: Aggregation = Aggregation.MEAN
    under: str = ""
    show_if: Condition | None = None

    @cached_property
    def is_scored(self) -> bool:
        """Whether its answer counts in a score."""
        return self.weight > 0 or any(column.weight > 0 for column in self.columns)

    @property
    def parts(self) -> tuple[Row | Column, ...]:
        """What is answered separately inside it: rows of a matrix, columns of a multiple choice."""
        return self.rows or self.columns

    @cached_property
    def choice_by_code(self) -> dict[str, Choice]:
        """The choices by code, in the order they are shown."""
        return {choice.code: choice for choice in self.choices}

    @cached_property
    def has_conditional_choices(self) -> bool:
        """Whether some choice is shown only under a condition."""
        return any(choice.show_if is not None for choice in self.choices)

    @cached_property
    def points_possible(self) -> Fraction:
        """The points worth the full score, on the author's own scale; 0 when not scored."""
        if self.kind in PICKING_KINDS:
            return self.best_points if self.full_at is None else self.full_at
        if self.scale is not None:
            return Fraction(self.scale.maximum - self.scale.minimum)
        if self.thresholds:
            return max(threshold.points for threshold in self.thresholds)
        return Fraction(100) if self.kind is Kind.PERCENTAGE else Fraction(0)

    @cached_property
    def best_points(self) -> Fraction:
        """The points of the best answer that can be picked."""
        if self.kind is Kind.SINGLE:
            return max((choice.points for choice in self.choices), default=Fraction(0))
        ticked = sorted((c.points for c in self.choices if not c.exclusive and c.points > 0), reverse=True)
        alone = max((choice.points for choice in self.choices if choice.exclusive), default=Fraction(0))
        return max(sum(ticked[: self.most_ticked], Fraction(0)), alone)

    @cached_property
    def best_share(self) -> Fraction:
        """How good the best answer is: below 1 when the full score is set beyond it."""
        if self.kind not in PICKING_KINDS or self.points_possible <= 0:
            return Fraction(1)
        return min(max(self.best_points / self.points_possible, Fraction(0)), Fraction(1))


@dataclass(frozen=True)
class Reading:
    """What a level means in one dimension, and from which score, where that differs from the whole."""

    level: str
    text: str
    starts_at: Fraction | None = None


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
        return self._words.get(level.code) or level.reading

    def start_of(self, level: Level) -> Fraction:
        """The lowest score that reaches a level in this dimension."""
        return self._starts.get(level.code, level.starts_at)

    @cached_property
    def _words(self) -> dict[str, str]:
        return {reading.level: reading.text for reading in self.readings}

    @cached_property
    def _starts(self) -> dict[str, Fraction]:
        return {each.level: each.starts_at for each in self.readings if each.starts_at is not None}


@dataclass(frozen=True)
class Level:
    """A named level; `starts_at` is the lowest score (0–100) that reaches it."""

    code: str
    name: str
    starts_at: Fraction
    reading: str


@dataclass(frozen=True)
class Cap:
    """A blocking criterion: while `condition` holds, the level is at most `level`.

    It caps the overall level or, with `dimension`, the level of one dimension.
    """

    level: str
    because: str
    condition: Condition
    dimension: str | None = None


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
    languages: tuple[str, ...] = ()
    language: str = ""

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by code, in the order of the questionnaire."""
        return {q.code: q for dimension in self.dimensions for q in dimension.questions}

    @cached_property
    def needs(self) -> dict[str, tuple[str, ...]]:
        """For each question, those whose answers decide whether it is shown, with what, or how it is set.

        They are named by its own condition, its section's and its choices', or set its answer.
        """
        needs: dict[str, tuple[str, ...]] = {}
        for dimension in self.dimensions:
            shared = tuple(questions_named_in(dimension.show_if))
            for question in dimension.questions:
                named = [*shared, *questions_named_in(question.show_if)]
                for choice in question.choices:
                    named.extend(questions_named_in(choice.show_if))
                named.extend(source for source, _choice, _setting in self.setters.get(question.code, ()))
                needs[question.code] = tuple(dict.fromkeys(named))
        return needs

    @cached_property
    def setters(self) -> dict[str, tuple[tuple[str, str, Setting], ...]]:
        """For each question whose answer another may set: (that question, its choice, what it sets)."""
        found: dict[str, list[tuple[str, str, Setting]]] = {}
        for question in self.questions.values():
            for choice in question.choices:
                for setting in choice.sets:
                    found.setdefault(setting.question, []).append((question.code, choice.code, setting))
        return {target: tuple(each) for target, each in found.items()}

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
