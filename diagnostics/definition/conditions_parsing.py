"""Conditions of a document read into trees, each leaf checked against the question it names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from .problems import DefinitionError, Problem
from .problems import gettext_noop as _
from .reading import Node, Problems, as_fraction, shown
from .shapes import (
    NUMERIC_KINDS,
    PICKING_KINDS,
    AllOf,
    AnyOf,
    Condition,
    Definition,
    DimensionAtMost,
    Expected,
    Kind,
    Not,
    Operator,
    Predicate,
    Question,
)

MAX_DEPTH = 8
MAX_PARTS = 50
CENTS = 100

_ORDERED = frozenset({Operator.AT_LEAST, Operator.AT_MOST})


class ConditionReader:
    """Reads conditions of one document, whose questions, dimensions and levels are known.

    `dimensions` and `levels` are empty where a condition may not speak of results (a question
    cannot depend on a score that depends on it).
    """

    def __init__(
        self,
        problems: Problems,
        questions: Mapping[str, Question],
        dimensions: frozenset[str] = frozenset(),
        levels: frozenset[str] = frozenset(),
    ) -> None:
        self.problems = problems
        self.questions = questions
        self.dimensions = dimensions
        self.levels = levels

    def read(self, value: object, path: str, depth: int = 0) -> Condition | None:
        """The condition under `path`; None when it is not one (the problems are noted)."""
        if depth > MAX_DEPTH:
            expected = _("au plus %(most)s conditions imbriquées")
            self.problems.note(path, expected, shown(value), most=MAX_DEPTH)
            return None
        before = len(self.problems)
        node = Node(value, path, self.problems)
        parts = [part for part in self._parts(node, depth) if part is not None]
        node.finish()
        if not parts:
            if len(self.problems) == before:
                self.problems.note(path, self._expected_keys(), shown(value))
            return None
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _expected_keys(self) -> str:
        if self.dimensions:
            return _("une condition\u00a0: question, dimension, all, any ou not")
        return _("une condition\u00a0: question, all, any ou not")

    def _parts(self, node: Node, depth: int) -> list[Condition | None]:
        """Several keys side by side in one block all have to hold."""
        parts: list[Condition | None] = []
        if node.has("question"):
            parts.append(self._predicate(node))
        if node.has("dimension") and self.dimensions:
            parts.append(self._dimension(node))
        if node.has("all"):
            parts.append(AllOf(self._group(node, "all", depth)))
        if node.has("any"):
            parts.append(AnyOf(self._group(node, "any", depth)))
        if node.has("not"):
            part = self.read(node.take("not"), node.at("not"), depth + 1)
            parts.append(Not(part) if part is not None else None)
        return parts

    def _group(self, node: Node, key: str, depth: int) -> tuple[Condition, ...]:
        listed = node.listed(key, least=1, most=MAX_PARTS)
        parts = (self.read(value, path, depth + 1) for path, value in listed)
        return tuple(part for part in parts if part is not None)

    def _dimension(self, node: Node) -> Condition:
        return DimensionAtMost(
            node.reference("dimension", self.dimensions, _("le code d’une dimension du questionnaire")),
            node.reference("level_at_most", self.levels, _("le code d’un niveau du questionnaire")),
        )

    def _predicate(self, node: Node) -> Condition | None:
        known = _("le code d’une question du questionnaire")
        question = self.questions.get(node.reference("question", self.questions, known))
        operators = [operator for operator in Operator if operator.value in node.values]
        for operator in operators:
            node.take(operator.value)
        row = node.take("column") if question is not None and question.columns else node.take("row")
        if question is None:
            return None
        if len(operators) != 1:
            expected = _("exactement un mot parmi\u00a0: %(words)s")
            words = ", ".join(Operator)
            self.problems.note(node.path, expected, shown(" ".join(operators)), words=words)
            return None
        if not self._row_suits(node, question, operators[0]):
            return None
        expected_value = self._expected(node, question, operators[0])
        if expected_value is None:
            return None
        return Predicate(question.code, operators[0], expected_value, str(row) if row else None)

    def _row_suits(self, node: Node, question: Question, operator: Operator) -> bool:
        key = "column" if question.columns else "row"
        if question.parts and operator is not Operator.ANSWERED:
            known = {each.code for each in question.parts}
            expected = _("le code d’une ligne de cette grille")
            if question.columns:
                expected = _("le code d’une colonne de cette question")
            return bool(node.reference(key, known, expected))
        if node.values.get(key) is not None:
            node.note(key, _("pas de ligne\u00a0: seules les grilles en ont"))
            return False
        return True

    def _expected(self, node: Node, question: Question, operator: Operator) -> Expected | None:
        value = node.values.get(operator.value)
        if operator is Operator.ANSWERED:
            return node.flag(operator.value, default=True)
        if question.kind is Kind.FILE:
            node.note(
                operator.value,
                _("«\u00a0answered\u00a0»\u00a0: d’un fichier, on sait seulement s’il est joint"),
            )
            return None
        if operator is Operator.IN:
            return self._choices(node, question)
        if question.kind in PICKING_KINDS:
            return self._choice(node, question, operator)
        if operator is Operator.SELECTED:
            node.note(operator.value, _("answered, equals, at_least ou at_most pour ce genre"))
            return None
        return self._number_or_text(node, question, operator, value)

    def _choice(self, node: Node, question: Question, operator: Operator) -> str | None:
        wanted = Operator.EQUALS if question.kind is Kind.SINGLE else Operator.SELECTED
        if operator is not wanted and not (operator is Operator.SELECTED and question.kind is Kind.SINGLE):
            node.note(operator.value, _("«\u00a0%(word)s\u00a0» pour ce genre de question"), word=wanted)
            return None
        value = node.values.get(operator.value)
        if not isinstance(value, str) or value not in question.choice_by_code:
            words = ", ".join(question.choice_by_code)
            node.note(operator.value, _("un choix parmi\u00a0: %(words)s"), words=words)
            return None
        return value

    def _choices(self, node: Node, question: Question) -> frozenset[str] | None:
        if question.kind not in PICKING_KINDS:
            node.note("in", _("«\u00a0in\u00a0» ne vaut que pour les questions à choix"))
            return None
        found: set[str] = set()
        for path, value in node.listed("in", least=1, most=MAX_PARTS):
            if isinstance(value, str) and value in question.choice_by_code:
                found.add(value)
            else:
                words = ", ".join(question.choice_by_code)
                self.problems.note(path, _("un choix parmi\u00a0: %(words)s"), shown(value), words=words)
        return frozenset(found)

    def _number_or_text(
        self, node: Node, question: Question, operator: Operator, value: object
    ) -> str | Fraction | None:
        if question.kind in NUMERIC_KINDS or question.scale is not None:
            number = as_fraction(value)
            if number is None:
                node.note(operator.value, _("un nombre"))
                return None
            return number * CENTS if question.kind is Kind.AMOUNT else number
        if operator in _ORDERED and question.kind is not Kind.DATE:
            node.note(operator.value, _("«\u00a0%(word)s\u00a0» pour ce genre de question"), word="equals")
            return None
        if value is None or isinstance(value, dict | list):
            node.note(operator.value, _("un texte"))
            return None
        return str(value)


def condition_problems(definition: Definition, written: object, *, results: bool) -> tuple[Problem, ...]:
    """What is wrong in one condition of a questionnaire, which may speak of results if ``results``."""
    problems = Problems()
    dimensions = frozenset(definition.dimension_by_code) if results else frozenset[str]()
    levels = frozenset(definition.level_rank) if results else frozenset[str]()
    try:
        ConditionReader(problems, definition.questions, dimensions, levels).read(written, "")
        problems.raise_if_any()
    except DefinitionError as error:
        return error.problems
    return ()
