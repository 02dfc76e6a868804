"""How a fictional company answers a questionnaire: its maturity, the dimension, then chance. Pure module.

Answers follow whatever definition is given: nothing here names a question. They are the frozen
``Answer`` values that the real scoring module reads.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from diagnostics.answers import NOT_APPLICABLE, UNANSWERED, Answer, AnswerValue
from diagnostics.conditions import holds
from diagnostics.definition import Definition, Dimension, Kind, Question, Scale
from edec_ia.demonstration.randomness import clamp

DIMENSION_SPREAD = 0.09
QUESTION_SPREAD = 0.16
NOT_APPLICABLE_RATE = 0.04
OPTIONAL_SKIP_RATE = 0.15
LONG_TEXTS = (
    "Nous avons commencé par un petit essai sur les devis, avec deux collègues volontaires.",
    "Les équipes attendent surtout de gagner du temps sur la saisie et la recherche de documents.",
    "La qualité de nos données reste le principal frein\u00a0: beaucoup de tableurs, peu de règles communes.",
    "Une formation courte, proche du terrain, serait plus utile qu’un grand séminaire.",
    "Nous craignons de dépendre d’un seul fournisseur et de ne pas maîtriser ce que deviennent nos données.",
    "Un client important nous a demandé ce que nous faisions de l’IA\u00a0; c’est ce qui nous a décidés.",
)
SHORT_TEXTS = (
    "Devis et relances",
    "Contrôle qualité en sortie de ligne",
    "Planification des tournées",
    "Rédaction de comptes rendus",
    "Accueil téléphonique",
    "Lecture de factures",
)


@dataclass(frozen=True)
class Respondent:
    """Who answers: hidden maturity (0 to 1), number of people, and the day."""

    maturity: float
    people: int
    on: date


def answer_all(definition: Definition, who: Respondent, rng: random.Random) -> dict[str, Answer]:
    """Answer every question shown, in the order in which they condition one another."""
    lean = {
        dimension.code: clamp(rng.gauss(who.maturity, DIMENSION_SPREAD), 0.02, 0.98)
        for dimension in definition.dimensions
    }
    answers: dict[str, Answer] = {}
    for code in definition.evaluation_order:
        question, dimension = definition.questions[code], definition.dimension_of[code]
        if _is_shown(question, dimension, answers):
            answers[code] = _answer(question, lean[dimension.code], who, rng)
    return {code: answers[code] for code in definition.questions if code in answers}


def keep_first(answers: Mapping[str, Answer], share: float) -> dict[str, Answer]:
    """Return the first ``share`` (0 to 1) of the answers: a questionnaire left for another day."""
    kept = round(len(answers) * share)
    return dict(list(answers.items())[:kept])


def _is_shown(question: Question, dimension: Dimension, answers: Mapping[str, Answer]) -> bool:
    return holds(dimension.show_if, answers) and holds(question.show_if, answers)


def _answer(question: Question, lean: float, who: Respondent, rng: random.Random) -> Answer:
    if question.not_applicable and rng.random() < NOT_APPLICABLE_RATE:
        return NOT_APPLICABLE
    skipped = not question.required and rng.random() < OPTIONAL_SKIP_RATE
    if skipped or question.kind in (Kind.NOTE, Kind.FILE):
        return UNANSWERED
    position = clamp(rng.gauss(lean, QUESTION_SPREAD), 0.0, 1.0)
    return Answer(_value(question, position, who, rng))


def _value(question: Question, position: float, who: Respondent, rng: random.Random) -> AnswerValue:
    match question.kind:
        case Kind.SINGLE:
            return _choice(question, position, rng)
        case Kind.MULTIPLE:
            return _choices(question, position, rng)
        case Kind.SCALE:
            return _step(question.scale, position)
        case Kind.MATRIX:
            return {
                row.code: _step(question.scale, clamp(rng.gauss(position, 0.12), 0.0, 1.0))
                for row in question.rows
            }
        case Kind.PERCENTAGE:
            return _bounded(question, Fraction(5 * round(position * 20)))
        case Kind.NUMBER | Kind.AMOUNT:
            return _number(question, position, who, rng)
        case Kind.DATE:
            return who.on - timedelta(days=rng.randint(30, 900))
        case Kind.SHORT_TEXT:
            return rng.choice(SHORT_TEXTS)
        case Kind.LONG_TEXT:
            return rng.choice(LONG_TEXTS)
        case Kind.COLUMNS:
            return {column.code: _choices(question, position, rng) for column in question.columns}
        case Kind.NOTE | Kind.FILE:
            raise ValueError("a note has no answer, and no file is made up")


def _choice(question: Question, position: float, rng: random.Random) -> str:
    """Return the choice whose points stand nearest to ``position``; any when none is scored."""
    best = max(choice.points for choice in question.choices)
    if not question.is_scored or best <= 0:
        return rng.choice(question.choices).code
    nearest = min(question.choices, key=lambda choice: abs(float(choice.points / best) - position))
    return nearest.code


def _choices(question: Question, position: float, rng: random.Random) -> frozenset[str]:
    ordinary = [choice for choice in question.choices if not choice.exclusive]
    exclusive = [choice for choice in question.choices if choice.exclusive]
    ticked = frozenset(choice.code for choice in ordinary if rng.random() < 0.08 + 0.72 * position)
    if ticked:
        return ticked
    return frozenset({rng.choice(exclusive or ordinary).code})


def _step(scale: Scale | None, position: float) -> int:
    if scale is None:
        raise ValueError("a scale question without a scale")
    place = 1 - position if scale.reverse else position
    return scale.minimum + round(place * (scale.maximum - scale.minimum))


def _number(question: Question, position: float, who: Respondent, rng: random.Random) -> Fraction:
    """Return a number: along the thresholds when it is scored, else in proportion to the company."""
    if question.thresholds:
        top = max(threshold.at_least for threshold in question.thresholds)
        return _bounded(question, Fraction(round(float(top) * position * 1.2)))
    unit = 100_000 if question.kind is Kind.AMOUNT else 1
    return _bounded(question, Fraction(round(who.people * position * rng.random()) * unit))


def _bounded(question: Question, value: Fraction) -> Fraction:
    if question.minimum is not None:
        value = max(value, question.minimum)
    if question.maximum is not None:
        value = min(value, question.maximum)
    return value
