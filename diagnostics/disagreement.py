"""Where independent respondents agree and where they do not.

Each answered alone. A question is compared among those to whom it was shown and who answered it; a
difference is measured, when the question is scored, by how far apart the answers are worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from .answers import UNANSWERED, Answer, Answers
from .conditions import what_is_shown
from .definition import Definition, Question
from .scoring import score, share_of


class Accord(StrEnum):
    """What the respondents' answers to one question say together."""

    AGREED = "agreed"
    DIFFERENT = "different"
    ALONE = "alone"
    NOBODY = "nobody"


@dataclass(frozen=True)
class View:
    """The answers of one respondent, under the name of her point of view."""

    name: str
    answers: Answers


@dataclass(frozen=True)
class QuestionGap:
    """One question: who answered what (only those who did), and how far apart, from 0 to 1.

    ``spread`` is None when fewer than two answers are worth points.
    """

    question: str
    dimension: str
    accord: Accord
    given: Mapping[str, Answer]
    spread: Fraction | None


@dataclass(frozen=True)
class DimensionGap:
    """One dimension: the score of each point of view (None when nothing counted), and how many differ."""

    dimension: str
    tenths: Mapping[str, int | None]
    compared: int
    different: int

    @property
    def spread_tenths(self) -> int | None:
        """From the lowest score to the highest; None with fewer than two scores."""
        known = [each for each in self.tenths.values() if each is not None]
        return max(known) - min(known) if len(known) > 1 else None


@dataclass(frozen=True)
class Gaps:
    """The whole map: questions in the order of the questionnaire, dimensions, overall scores."""

    views: tuple[str, ...]
    tenths: Mapping[str, int | None]
    questions: tuple[QuestionGap, ...]
    dimensions: tuple[DimensionGap, ...]

    @property
    def different(self) -> tuple[QuestionGap, ...]:
        """Questions answered differently, the widest gap first."""
        gaps = [each for each in self.questions if each.accord is Accord.DIFFERENT]
        return tuple(sorted(gaps, key=lambda each: -(each.spread or Fraction(0))))

    @property
    def compared(self) -> int:
        """How many questions at least two respondents answered."""
        return sum(each.accord in (Accord.AGREED, Accord.DIFFERENT) for each in self.questions)


def map_gaps(definition: Definition, views: Sequence[View]) -> Gaps:
    """The map of agreement of several points of view."""
    shown = {view.name: what_is_shown(definition, view.answers) for view in views}
    results = {view.name: score(definition, view.answers) for view in views}
    counted = {name: each.answers for name, each in shown.items()}
    questions = tuple(
        _question_gap(question, dimension.code, counted)
        for dimension in definition.dimensions
        for question in dimension.questions
    )
    scores = {
        name: {each.code: each.tenths for each in result.dimensions} for name, result in results.items()
    }
    dimensions = tuple(
        DimensionGap(
            dimension=dimension.code,
            tenths={name: by_code.get(dimension.code) for name, by_code in scores.items()},
            compared=_count(questions, dimension.code, Accord.AGREED, Accord.DIFFERENT),
            different=_count(questions, dimension.code, Accord.DIFFERENT),
        )
        for dimension in definition.dimensions
    )
    return Gaps(
        views=tuple(view.name for view in views),
        tenths={name: result.tenths for name, result in results.items()},
        questions=questions,
        dimensions=dimensions,
    )


def agreed_answers(gaps: Gaps) -> dict[str, tuple[str, Answer]]:
    """What needs no discussion: the answer that all gave, or the only one given, and a name it came from."""
    return {
        gap.question: next(iter(gap.given.items()))
        for gap in gaps.questions
        if gap.accord in (Accord.AGREED, Accord.ALONE)
    }


def _question_gap(question: Question, dimension: str, counted: Mapping[str, Answers]) -> QuestionGap:
    given = {
        name: answer
        for name, answers in counted.items()
        if _is_said(answer := answers.get(question.code, UNANSWERED))
    }
    shares = [share for answer in given.values() if (share := share_of(question, answer)) is not None]
    return QuestionGap(
        question=question.code,
        dimension=dimension,
        accord=_accord(list(given.values())),
        given=given,
        spread=max(shares) - min(shares) if len(shares) > 1 else None,
    )


def _is_said(answer: Answer) -> bool:
    return answer.not_applicable or answer.value is not None


def _accord(answers: Sequence[Answer]) -> Accord:
    if not answers:
        return Accord.NOBODY
    if len(answers) == 1:
        return Accord.ALONE
    return Accord.AGREED if all(each == answers[0] for each in answers) else Accord.DIFFERENT


def _count(questions: Sequence[QuestionGap], dimension: str, *accords: Accord) -> int:
    return sum(each.dimension == dimension and each.accord in accords for each in questions)
