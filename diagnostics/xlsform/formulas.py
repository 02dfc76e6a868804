"""Conditions and bounds of a questionnaire written as the expressions of an XLSForm.

Only what ``expressions`` reads back is written: what has no formula is refused, never approached.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from diagnostics.definition import (
    AllOf,
    AnyOf,
    Condition,
    Kind,
    Not,
    Operator,
    Predicate,
    Question,
)
from diagnostics.definition.problems import gettext_noop as _

from .expressions import MAX_LENGTH, ExpressionError

CENTS = 100
_SIGNS = {Operator.EQUALS: "=", Operator.AT_LEAST: ">=", Operator.AT_MOST: "<="}


def relevance(condition: Condition | None, questions: Mapping[str, Question]) -> str:
    """The ``relevant`` of a condition, empty when there is none.

    ``questions`` are those the form holds. Raises ``ExpressionError`` when it has no formula.
    """
    if condition is None:
        return ""
    formula = _formula(condition, questions)
    if len(formula) > MAX_LENGTH:
        raise ExpressionError(_("sa formule serait trop longue"))
    return formula


def constraint(question: Question) -> str:
    """The ``constraint`` of the answers to a question: bounds, number of choices, exclusive choices."""
    if question.kind is Kind.MULTIPLE:
        parts = [
            f"not(selected(., '{choice.code}') and count-selected(.) > 1)"
            for choice in question.choices
            if choice.exclusive
        ]
        if question.most_ticked is not None:
            parts.append(f"count-selected(.) <= {question.most_ticked}")
        return " and ".join(parts)
    least, most = question.minimum, question.maximum
    if question.kind is Kind.PERCENTAGE:
        least = Fraction(0) if least is None else least
        most = Fraction(100) if most is None else most
    bounds = ((">=", least), ("<=", most))
    return " and ".join(f". {sign} {number(question, bound)}" for sign, bound in bounds if bound is not None)


def number(question: Question, value: Fraction) -> str:
    """A number in the unit a person types it in: euros for an amount."""
    return plain(value / CENTS if question.kind is Kind.AMOUNT else value)


def plain(value: Fraction) -> str:
    """A number with a point and no exponent, as a spreadsheet's formula has it."""
    return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")


def _formula(condition: Condition, questions: Mapping[str, Question]) -> str:
    match condition:
        case Predicate():
            return _predicate(condition, questions)
        case Not(part):
            return f"not({_formula(part, questions)})"
        case AllOf(parts):
            return " and ".join(_inside(part, questions) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inside(part, questions) for part in parts)
        case _:
            raise ExpressionError(_("elle porte sur un niveau"))


def _inside(condition: Condition, questions: Mapping[str, Question]) -> str:
    formula = _formula(condition, questions)
    several = isinstance(condition, AllOf | AnyOf) or (
        isinstance(condition, Predicate) and condition.operator is Operator.IN
    )
    return f"({formula})" if several else formula


def _predicate(leaf: Predicate, questions: Mapping[str, Question]) -> str:
    question = questions.get(leaf.question)
    if question is None or leaf.row is not None:
        raise ExpressionError(_("elle porte sur une question que le tableur n’a pas"))
    name = f"${{{question.code}}}"
    if leaf.operator is Operator.ANSWERED:
        return f"{name} {'!=' if leaf.expected else '='} ''"
    if isinstance(leaf.expected, frozenset):
        codes = [choice.code for choice in question.choices if choice.code in leaf.expected]
        return " or ".join(_choice(question, code) for code in codes)
    if leaf.operator is Operator.SELECTED:
        return f"selected({name}, '{leaf.expected}')"
    if isinstance(leaf.expected, Fraction):
        return f"{name} {_SIGNS[leaf.operator]} {number(question, leaf.expected)}"
    if leaf.operator is not Operator.EQUALS:
        raise ExpressionError(_("elle compare des dates"))
    return f"{name} = {_quoted(str(leaf.expected))}"


def _choice(question: Question, code: str) -> str:
    name = f"${{{question.code}}}"
    return f"{name} = '{code}'" if question.kind is Kind.SINGLE else f"selected({name}, '{code}')"


def _quoted(text: str) -> str:
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    raise ExpressionError(_("elle compare un texte qui contient les deux sortes de guillemets"))
