"""Trees of expressions written as conditions of a questionnaire, or as bounds of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from diagnostics.definition.problems import gettext_noop as _

from .expressions import (
    Always,
    Both,
    Compare,
    Count,
    Either,
    ExpressionError,
    Literal,
    Name,
    Negated,
    Operand,
    Ref,
    Selected,
    Tree,
    conjuncts,
)

Written = dict[str, Any]
_NUMBERS = frozenset({"number", "scale", "percentage"})


class ConditionWriter:
    """Writes conditions on the questions of one form; `questions` are they as they will be written."""

    def __init__(self, questions: Mapping[str, Written]) -> None:
        self.questions = questions

    def write(self, tree: Tree, columns: Mapping[str, str] | None = None) -> Written | bool:
        """The condition a tree says: a block, or a truth that no answer changes.

        ``columns`` are those of one choice: a choice_filter names them by bare words.
        """
        match tree:
            case Always(value):
                return value
            case Negated(part):
                written = self.write(part, columns)
                return (not written) if isinstance(written, bool) else {"not": written}
            case Both(parts):
                return _group("all", [self.write(part, columns) for part in parts], neutral=True)
            case Either(parts):
                return _group("any", [self.write(part, columns) for part in parts], neutral=False)
            case Selected(ref, choice):
                return self._selected(ref, _literal(choice, columns))
            case Compare():
                return self._compare(tree, columns)

    def _question(self, ref: Ref) -> Written:
        question = self.questions.get(ref.name)
        if question is None:
            raise ExpressionError(
                _("«\u00a0%(name)s\u00a0» n’est pas une question du formulaire"), name=ref.name or "."
            )
        return question

    def _selected(self, ref: Ref, choice: Literal) -> Written:
        question = self._question(ref)
        _require_choice(question, choice.text)
        return {"question": ref.name, "selected": choice.text}

    def _compare(self, tree: Compare, columns: Mapping[str, str] | None) -> Written | bool:
        if not isinstance(tree.left, Ref):
            tree = tree.flipped()
        if not isinstance(tree.left, Ref):
            return _compare_constants(tree, columns)
        if isinstance(tree.right, Ref | Count):
            raise ExpressionError(_("une question ne se compare qu’à une valeur"))
        literal = _literal(tree.right, columns)
        question = self._question(tree.left)
        if not literal.text and tree.operator in ("=", "!="):
            return {"question": tree.left.name, "answered": tree.operator == "!="}
        if question["kind"] in _NUMBERS:
            return _compare_number(tree.left.name, question, tree.operator, literal)
        return _compare_words(tree.left.name, question, tree.operator, literal.text)


def _compare_words(name: str, question: Written, operator: str, text: str) -> Written:
    if operator not in ("=", "!="):
        raise ExpressionError(_("«\u00a0%(operator)s\u00a0» ne vaut que pour un nombre"), operator=operator)
    if question["kind"] == "multiple":
        raise ExpressionError(_("un choix multiple se lit avec «\u00a0selected()\u00a0»"))
    if question["kind"] == "single":
        _require_choice(question, text)
    equals = {"question": name, "equals": text}
    return equals if operator == "=" else {"not": equals}


def _compare_number(name: str, question: Written, operator: str, literal: Literal) -> Written:
    number = _number(literal)
    whole = question["kind"] == "scale" or question.get("decimals") == 0
    at_least = {"question": name, "at_least": _plain(number)}
    at_most = {"question": name, "at_most": _plain(number)}
    answered = {"question": name, "answered": True}
    if operator == "=":
        return {"question": name, "equals": _plain(number)}
    if operator == "!=":
        return {"not": {"question": name, "equals": _plain(number)}}
    if operator in (">=", "<="):
        return at_least if operator == ">=" else at_most
    if whole and number == number.to_integral_value():
        beyond = number + (1 if operator == ">" else -1)
        return {"question": name, ("at_least" if operator == ">" else "at_most"): _plain(beyond)}
    return {"all": [answered, {"not": at_most if operator == ">" else at_least}]}


def _compare_constants(tree: Compare, columns: Mapping[str, str] | None) -> bool:
    """A comparison no answer changes: of a column of the choices with a value."""
    if isinstance(tree.left, Count) or isinstance(tree.right, Count):
        raise ExpressionError(
            _("la fonction «\u00a0%(name)s()\u00a0» n’est pas admise"), name="count-selected"
        )
    left, right = _literal(tree.left, columns).text, _literal(tree.right, columns).text
    if tree.operator not in ("=", "!="):
        raise ExpressionError(
            _("«\u00a0%(operator)s\u00a0» ne vaut que pour un nombre"), operator=tree.operator
        )
    return (left == right) is (tree.operator == "=")


def _literal(operand: Operand, columns: Mapping[str, str] | None) -> Literal:
    if isinstance(operand, Literal):
        return operand
    if isinstance(operand, Name) and columns is not None:
        return Literal(columns.get(operand.name.lower(), ""))
    if isinstance(operand, Name):
        raise ExpressionError(_("«\u00a0%(rest)s\u00a0» ne se lit pas"), rest=operand.name)
    raise ExpressionError(_("une question ne se compare qu’à une valeur"))


def _group(key: str, parts: list[Written | bool], *, neutral: bool) -> Written | bool:
    """A group without what no answer changes."""
    if any(part is (not neutral) for part in parts):
        return not neutral
    left = [part for part in parts if not isinstance(part, bool)]
    if not left:
        return neutral
    return left[0] if len(left) == 1 else {key: left}


def _require_choice(question: Written, choice: str) -> None:
    if question["kind"] not in ("single", "multiple"):
        raise ExpressionError(_("«\u00a0selected()\u00a0» ne vaut que pour une question à choix"))
    if choice not in {each["code"] for each in question["choices"]}:
        raise ExpressionError(_("«\u00a0%(name)s\u00a0» n’est pas un choix de cette question"), name=choice)


def _number(literal: Literal) -> Decimal:
    try:
        return Decimal(literal.text)
    except ArithmeticError:
        raise ExpressionError(_("«\u00a0%(rest)s\u00a0» n’est pas un nombre"), rest=literal.text) from None


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def apply_constraint(tree: Tree, question: Written) -> None:
    """Write in ``question`` the bounds that a constraint sets. Raises ``ExpressionError``."""
    for part in conjuncts(tree):
        if isinstance(part, Negated) and question["kind"] == "multiple":
            _apply_exclusive(part.part, question)
        elif isinstance(part, Compare):
            _apply_bound(part, question)
        else:
            raise ExpressionError(
                _("seules des bornes se vérifient\u00a0: «\u00a0. >= 0 and . <= 100\u00a0»")
            )


def _apply_exclusive(tree: Tree, question: Written) -> None:
    """« not(selected(., 'aucun') and count-selected(.) > 1) »: a choice that goes with no other."""
    match tree:
        case Both((Selected(Ref(""), Literal(code)), Compare(">", Count(Ref("")), Literal("1")))):
            for choice in question["choices"]:
                if choice["code"] == code:
                    choice["exclusive"] = True
                    return
    raise ExpressionError(_("seules des bornes se vérifient\u00a0: «\u00a0. >= 0 and . <= 100\u00a0»"))


def _apply_bound(part: Compare, question: Written) -> None:
    if isinstance(part.left, Literal):
        part = part.flipped()
    if not isinstance(part.right, Literal):
        raise ExpressionError(_("une borne est un nombre"))
    number = _number(part.right)
    if isinstance(part.left, Count) and part.left.ref == Ref("") and question["kind"] == "multiple":
        most = number if part.operator == "<=" else number - 1
        if part.operator not in ("<=", "<") or most < 1 or most != most.to_integral_value():
            raise ExpressionError(
                _("seul un nombre maximal de choix se vérifie\u00a0: «\u00a0count-selected(.) <= 3\u00a0»")
            )
        question["most_ticked"] = int(most)
        return
    if part.left != Ref("") or question["kind"] != "number":
        raise ExpressionError(_("seules des bornes se vérifient\u00a0: «\u00a0. >= 0 and . <= 100\u00a0»"))
    _bound_number(part.operator, number, question)


def _bound_number(operator: str, number: Decimal, question: Written) -> None:
    if operator in ("<", ">"):
        if question.get("decimals") != 0 or number != number.to_integral_value():
            raise ExpressionError(_("pour un nombre à décimales, «\u00a0<=\u00a0» ou «\u00a0>=\u00a0»"))
        number += 1 if operator == ">" else -1
    elif operator not in ("<=", ">="):
        raise ExpressionError(_("seules des bornes se vérifient\u00a0: «\u00a0. >= 0 and . <= 100\u00a0»"))
    question["min" if operator.startswith(">") else "max"] = _plain(number)
