"""What is shown, given what was answered.

An answer counts only while its question is shown: a question hidden by an earlier answer speaks
neither for the score nor for the questions that depend on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from .answers import UNANSWERED, Answer, Answers
from .definition import (
    AllOf,
    AnyOf,
    Condition,
    Definition,
    DimensionAtMost,
    Not,
    Operator,
    Predicate,
)


@dataclass(frozen=True)
class Shown:
    """The part of a questionnaire that its answers leave visible, with the answers that count."""

    questions: frozenset[str]
    dimensions: frozenset[str]
    answers: Answers


def what_is_shown(definition: Definition, answers: Answers) -> Shown:
    """The visible questions and sections; a section without visible question is not shown."""
    counted: dict[str, Answer] = {}
    visible: set[str] = set()
    for code in definition.evaluation_order:
        question, dimension = definition.questions[code], definition.dimension_of[code]
        if holds(dimension.show_if, counted) and holds(question.show_if, counted):
            visible.add(code)
            counted[code] = answers.get(code, UNANSWERED)
    return Shown(
        questions=frozenset(visible),
        dimensions=frozenset(definition.dimension_of[code].code for code in visible),
        answers=counted,
    )


def holds(
    condition: Condition | None,
    answers: Answers,
    levels: Collection[tuple[str, str]] = frozenset(),
) -> bool:
    """Whether `condition` holds for `answers`; no condition always holds.

    A predicate on a question that is not answered, hidden or without object is false (so its
    negation is true). `levels` holds the (dimension, level) pairs such that the dimension is at
    most at this level; see `levels_at_most`.
    """
    match condition:
        case None:
            return True
        case Predicate():
            return _matches(condition, answers.get(condition.question, UNANSWERED))
        case AllOf(parts):
            return all(holds(part, answers, levels) for part in parts)
        case AnyOf(parts):
            return any(holds(part, answers, levels) for part in parts)
        case Not(part):
            return not holds(part, answers, levels)
        case DimensionAtMost(dimension, level):
            return (dimension, level) in levels


def levels_at_most(
    definition: Definition, level_of_dimension: Mapping[str, str]
) -> frozenset[tuple[str, str]]:
    """For every dimension that reached a level, the levels it does not exceed."""
    ranks = definition.level_rank
    return frozenset(
        (dimension, level)
        for dimension, reached in level_of_dimension.items()
        for level, rank in ranks.items()
        if ranks[reached] <= rank
    )


def _matches(predicate: Predicate, answer: Answer) -> bool:
    if predicate.operator is Operator.ANSWERED:
        return answer.is_given is predicate.expected
    value = answer.value
    if value is None or answer.not_applicable:
        return False
    if isinstance(value, dict):
        if predicate.row is None or predicate.row not in value:
            return False
        value = value[predicate.row]
    expected = predicate.expected
    match predicate.operator:
        case Operator.SELECTED:
            return value == expected or (isinstance(value, frozenset) and expected in value)
        case Operator.IN:
            ticked = value if isinstance(value, frozenset) else {value}
            return isinstance(expected, frozenset) and not expected.isdisjoint(ticked)
        case Operator.EQUALS:
            return _text_if_date(value) == expected
        case _:
            return _is_ordered(predicate.operator, _text_if_date(value), expected)


def _text_if_date(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _is_ordered(operator: Operator, value: object, expected: object) -> bool:
    if isinstance(value, int | Fraction) and isinstance(expected, Fraction):
        return value >= expected if operator is Operator.AT_LEAST else value <= expected
    if isinstance(value, str) and isinstance(expected, str):
        return value >= expected if operator is Operator.AT_LEAST else value <= expected
    return False
