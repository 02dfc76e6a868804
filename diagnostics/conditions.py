"""What is shown, and what is set, given what was answered.

An answer counts only while its question is shown: a question hidden by an earlier answer speaks
neither for the score nor for the questions that depend on it. The same holds of a choice that a
condition hides.

An answer may set the answers of other questions. What is set is never kept: it holds while nothing
else was answered there, follows its source when that changes, and gives way to the person's own answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from .answers import NOT_APPLICABLE, UNANSWERED, Answer, Answers
from .definition import (
    AllOf,
    AnyOf,
    Condition,
    Definition,
    DimensionAtMost,
    Not,
    Operator,
    Predicate,
    Question,
)


@dataclass(frozen=True)
class Shown:
    """The part of a questionnaire that its answers leave visible, with the answers that count.

    `set_by` names, for each answer that was set, the questions that set it; `hidden_choices` the
    choices that a condition hides in a visible question.
    """

    questions: frozenset[str]
    dimensions: frozenset[str]
    answers: Answers
    set_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden_choices: Mapping[str, frozenset[str]] = field(default_factory=dict)


def what_is_shown(definition: Definition, answers: Answers) -> Shown:
    """The visible questions and sections; a section without visible question is not shown."""
    counted: dict[str, Answer] = {}
    sections: dict[str, bool] = {}
    set_by: dict[str, tuple[str, ...]] = {}
    hidden_choices: dict[str, frozenset[str]] = {}
    for code in definition.evaluation_order:
        question, dimension = definition.questions[code], definition.dimension_of[code]
        # Whatever a section's condition names is evaluated before any of its questions.
        if dimension.code not in sections:
            sections[dimension.code] = holds(dimension.show_if, counted)
        if not sections[dimension.code] or not holds(question.show_if, counted):
            continue
        answer = answers.get(code, UNANSWERED)
        if code in definition.setters and answer == UNANSWERED:
            answer, sources = _what_is_set(definition, code, counted)
            if sources:
                set_by[code] = sources
        if question.has_conditional_choices:
            hidden = frozenset(c.code for c in question.choices if not holds(c.show_if, counted))
            hidden_choices[code] = hidden
            answer = _without(answer, hidden)
        counted[code] = answer
    return Shown(
        questions=frozenset(counted),
        dimensions=frozenset(definition.dimension_of[code].code for code in counted),
        answers=counted,
        set_by=set_by,
        hidden_choices=hidden_choices,
    )


def changed_between(before: Shown, after: Shown) -> frozenset[str]:
    """The questions that no longer look the same: shown or hidden, set otherwise, other choices."""
    both = before.questions & after.questions
    concerned = (before.set_by.keys() | after.set_by.keys() | after.hidden_choices.keys()) & both
    otherwise = {code for code in concerned if _look(before, code) != _look(after, code)}
    return (before.questions ^ after.questions) | otherwise


def _look(shown: Shown, code: str) -> tuple[object, ...]:
    set_by = shown.set_by.get(code)
    return set_by, shown.answers[code] if set_by else None, shown.hidden_choices.get(code)


def visible_choices(question: Question, shown: Shown) -> Question:
    """The question with the choices that can be seen, which is often itself."""
    hidden = shown.hidden_choices.get(question.code)
    if not hidden:
        return question
    return replace(question, choices=tuple(c for c in question.choices if c.code not in hidden))


def _what_is_set(definition: Definition, code: str, counted: Answers) -> tuple[Answer, tuple[str, ...]]:
    """What other answers set here, and which; nothing when they set different answers."""
    found: set[Answer] = set()
    sources: list[str] = []
    for source, choice, setting in definition.setters[code]:
        value = counted.get(source, UNANSWERED).value
        if value == choice or (isinstance(value, frozenset) and choice in value):
            found.add(NOT_APPLICABLE if setting.value is None else Answer(setting.value))
            sources.append(source)
    if len(found) != 1:
        return UNANSWERED, ()
    return found.pop(), tuple(dict.fromkeys(sources))


def _without(answer: Answer, hidden: frozenset[str]) -> Answer:
    value = answer.value
    if not hidden or value is None:
        return answer
    if isinstance(value, frozenset):
        return Answer(value - hidden) if value - hidden else UNANSWERED
    if isinstance(value, dict):
        columns = {part: each - hidden for part, each in value.items() if isinstance(each, frozenset)}
        return Answer({part: each for part, each in columns.items() if each}) if columns else answer
    return UNANSWERED if value in hidden else answer


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
