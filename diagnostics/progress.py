"""How far along a questionnaire is: honest, because it counts only what can be seen.

The bar counts the visible questions that must be answered. An answer that opens further questions
may move it back: they are announced when they appear, never hidden in a percentage.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .answers import UNANSWERED, Answer, Answers
from .conditions import Shown, what_is_shown
from .definition import Definition, Kind, Question

_USUAL_EFFORT = 2
_EFFORT = {Kind.LONG_TEXT: 6, Kind.SHORT_TEXT: 3}


@dataclass(frozen=True)
class Missing:
    """A visible question still to be answered; `rows` are those left of a matrix (or of columns) begun."""

    question: str
    dimension: str
    required: bool
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class SectionProgress:
    """`answered` of `total` visible questions of a section that must be answered."""

    code: str
    answered: int
    total: int
    missing: tuple[Missing, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing that must be answered is left here."""
        return self.answered == self.total


@dataclass(frozen=True)
class Progress:
    """`minutes_left` is an estimate from the questionnaire's own duration; 0 when complete."""

    answered: int
    total: int
    minutes_left: int
    sections: tuple[SectionProgress, ...]

    @property
    def percent(self) -> int:
        """Whole percents, 100 only when nothing that must be answered is left."""
        return 100 if not self.total else self.answered * 100 // self.total

    @property
    def is_complete(self) -> bool:
        """Whether everything that must be answered is."""
        return self.answered == self.total

    @property
    def sections_left(self) -> int:
        """How many sections still need an answer."""
        return sum(not section.is_complete for section in self.sections)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is left, required or not, in the order of the questionnaire."""
        return tuple(each for section in self.sections for each in section.missing)

    @property
    def missing_required(self) -> tuple[Missing, ...]:
        """What must be answered before submitting."""
        return tuple(each for each in self.missing if each.required)

    def within(self, codes: Collection[str]) -> Progress:
        """The same, for some sections only; the time left is in proportion to what is left in them."""
        sections = tuple(section for section in self.sections if section.code in codes)
        answered = sum(section.answered for section in sections)
        total = sum(section.total for section in sections)
        left = self.total - self.answered
        minutes = -(-self.minutes_left * (total - answered) // left) if left else 0
        return Progress(answered, total, minutes, sections)


def progress_of(definition: Definition, answers: Answers, shown: Shown | None = None) -> Progress:
    """The progress of `answers`. Pass `shown` when it is already known."""
    shown = what_is_shown(definition, answers) if shown is None else shown
    sections = []
    left = 0
    for dimension in definition.dimensions:
        if dimension.code not in shown.dimensions:
            continue
        visible = [q for q in dimension.questions if q.code in shown.questions]
        missing = []
        for question in visible:
            rows = missing_rows(question, shown.answers.get(question.code, UNANSWERED))
            if rows is None:
                continue
            missing.append(Missing(question.code, dimension.code, question.required, rows))
            left += _effort(question) if question.required else 0
        required = sum(question.required for question in visible)
        still = sum(each.required for each in missing)
        sections.append(SectionProgress(dimension.code, required - still, required, tuple(missing)))
    return Progress(
        answered=sum(section.answered for section in sections),
        total=sum(section.total for section in sections),
        minutes_left=_minutes(definition, left),
        sections=tuple(sections),
    )


def missing_rows(question: Question, answer: Answer) -> tuple[str, ...] | None:
    """None when the question is answered; else the rows or columns left once it is begun (or nothing)."""
    if answer.not_applicable or question.kind is Kind.NOTE:
        return None
    if isinstance(answer.value, dict):
        rows = tuple(part.code for part in question.parts if part.code not in answer.value)
        return rows or None
    return () if answer.value is None else None


def _effort(question: Question) -> int:
    """How long a question takes, in halves of a simple choice; a row of a matrix is one half."""
    if question.kind is Kind.MATRIX:
        return max(_USUAL_EFFORT, len(question.rows))
    if question.kind is Kind.COLUMNS:
        return _USUAL_EFFORT * len(question.columns)
    return _EFFORT.get(question.kind, _USUAL_EFFORT)


def _minutes(definition: Definition, left: int) -> int:
    whole = sum(_effort(question) for question in definition.questions.values() if question.required)
    return -(-definition.minutes * left // whole) if left else 0
