"""The answers that would raise a result most: each is really changed, and the result computed again.

Points alone do not tell: an answer may open questions, and one that lifts a blocking criterion may raise
the level more than many points would.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .answers import UNANSWERED, Answer, Answers, AnswerValue
from .conditions import Shown, visible_choices, what_is_shown
from .definition import Choice, Definition, Kind, Question
from .definition.shapes import questions_named_in
from .scoring import HIGHLIGHTS, Result, score, share_of

MOST_TRIED = 12
"""How many answers are tried beyond those a blocking criterion looks at: the best is among them."""


@dataclass(frozen=True)
class Lever:
    """What the best answer to one question would make of the result."""

    question: str
    tenths: int
    gain_tenths: int
    level: str
    raises_level: bool


def best_levers(
    definition: Definition, answers: Answers, result: Result, count: int = HIGHLIGHTS
) -> tuple[Lever, ...]:
    """The answers that would raise the level, then the score, most; useless ones are left out."""
    if result.tenths is None or result.level is None:
        return ()
    ranks = definition.level_rank
    shown = what_is_shown(definition, answers)
    levers = []
    for code in _candidates(definition, shown, result):
        question = visible_choices(definition.questions[code], shown)
        best = best_answer(question, shown.answers.get(code, UNANSWERED))
        if best is None:
            continue
        tried = score(definition, {**answers, code: best})
        if tried.tenths is None or tried.level is None:
            continue
        climb = ranks[tried.level] - ranks[result.level]
        gain = tried.tenths - result.tenths
        if climb > 0 or (climb == 0 and gain > 0):
            levers.append((-climb, -gain, Lever(code, tried.tenths, gain, tried.level, climb > 0)))
    order = {code: rank for rank, code in enumerate(definition.questions)}
    levers.sort(key=lambda each: (each[0], each[1], order[each[2].question]))
    return tuple(lever for _climb, _gain, lever in levers[:count])


def best_answer(question: Question, answer: Answer) -> Answer | None:
    """The best answer to a scored question; None when the present one is already as good."""
    if not question.is_scored:
        return None
    best = Answer(_best_value(question))
    top, now = share_of(question, best), share_of(question, answer)
    if top is None or (now is not None and now >= top):
        return None
    return best


def _best_value(question: Question) -> AnswerValue | None:
    scale = question.scale
    top = None if scale is None else scale.minimum if scale.reverse else scale.maximum
    match question.kind:
        case Kind.SINGLE:
            return max((c for c in question.choices if c.counts), key=_points).code
        case Kind.MULTIPLE:
            return _best_boxes(question)
        case Kind.COLUMNS:
            return {column.code: _best_boxes(question) for column in question.columns}
        case Kind.SCALE:
            return top
        case Kind.MATRIX if top is not None:
            return dict.fromkeys((row.code for row in question.rows), top)
        case Kind.NUMBER | Kind.PERCENTAGE | Kind.AMOUNT if question.thresholds:
            return max(question.thresholds, key=lambda each: each.points).at_least
        case Kind.PERCENTAGE:
            return Fraction(100) if question.maximum is None else question.maximum
        case _:
            return None


def _points(choice: Choice) -> Fraction:
    return choice.points


def _best_boxes(question: Question) -> frozenset[str]:
    good = [choice for choice in question.choices if not choice.exclusive and choice.points > 0]
    together = sorted(good, key=_points, reverse=True)[: question.most_ticked]
    alone = max((choice for choice in question.choices if choice.exclusive), key=_points, default=None)
    if alone is not None and alone.points > sum(choice.points for choice in together):
        return frozenset({alone.code})
    return frozenset(choice.code for choice in together)


def _candidates(definition: Definition, shown: Shown, result: Result) -> tuple[str, ...]:
    """Questions worth trying: those that blocking criteria look at, then the greatest gains.

    Only questions that are shown and answered: the page speaks of « votre réponse ».
    """
    capping = [code for cap in definition.caps for code in questions_named_in(cap.condition)]
    gains = [each.question for each in result.best_gains(MOST_TRIED)]
    return tuple(
        code
        for code in dict.fromkeys((*capping, *gains))
        if code in shown.questions and shown.answers[code].is_given
    )
