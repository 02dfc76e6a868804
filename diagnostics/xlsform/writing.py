"""A questionnaire written as the sheets of an XLSForm, with the list of all that these cannot say.

What is written reads back as the same questionnaire; what is not is a ``Loss``, so that whoever takes
the file away knows it before her colleagues do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from diagnostics.definition import (
    NUMERIC_KINDS,
    Aggregation,
    Choice,
    Condition,
    Definition,
    Dimension,
    Kind,
    Question,
    parse_definition,
)
from diagnostics.definition.problems import gettext_noop as _
from diagnostics.differences import Noun

from .expressions import ExpressionError
from .formulas import constraint, plain, relevance

Cells = dict[str, str]
_TYPES = {
    Kind.SCALE: "range",
    Kind.NUMBER: "decimal",
    Kind.PERCENTAGE: "decimal",
    Kind.AMOUNT: "decimal",
    Kind.DATE: "date",
    Kind.SHORT_TEXT: "text",
    Kind.LONG_TEXT: "text",
    Kind.FILE: "file",
    Kind.NOTE: "note",
}
_SELECTS = {Kind.SINGLE: "select_one", Kind.MULTIPLE: "select_multiple"}
_COLUMNS = {
    "survey": (
        *("type", "name", "label", "hint", "guidance_hint", "required", "relevant", "constraint"),
        *("constraint_message", "choice_filter", "appearance", "parameters", "weight", "not_applicable"),
    ),
    "choices": ("list_name", "name", "label", "shown_when", "points", "exclusive", "counts"),
    "settings": ("form_title", "form_id", "version", "default_language", "minutes"),
    "levels": ("code", "name", "from", "reading"),
}
_ALWAYS = "always"


@dataclass(frozen=True)
class Loss:
    """What an XLSForm cannot say of one element; ``reason`` is a French template for ``values``.

    ``within`` is the question of a choice.
    """

    noun: Noun
    name: str
    reason: str
    within: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetOut:
    """One sheet: its name, the columns that hold something, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class XlsForm:
    """The sheets of a questionnaire and what they leave out."""

    sheets: tuple[SheetOut, ...]
    losses: tuple[Loss, ...]


def write_xlsform(document: object) -> XlsForm:
    """The XLSForm of a questionnaire's document. Raises ``DefinitionError`` when it is not valid."""
    own = parse_definition(document)
    others = [parse_definition(document, language) for language in own.languages[1:]]
    return _Writer((own, *others)).whole()


class _Writer:
    """Writes one questionnaire, given in each of its languages, its own first."""

    def __init__(self, definitions: Sequence[Definition]) -> None:
        self.definitions = definitions
        self.own = definitions[0]
        self.written = {code: each for code, each in self.own.questions.items() if _has_type(each)}
        self.survey: list[Cells] = []
        self.choices: list[Cells] = []
        self.losses: list[Loss] = []
        self.is_scored = False

    def whole(self) -> XlsForm:
        """Every sheet that has a row."""
        self._lose_of_document()
        for dimension in self.own.dimensions:
            self._section(dimension)
        sheets = [("survey", self.survey), ("choices", self.choices), ("settings", [self._settings()])]
        if self.is_scored:
            sheets.append(("levels", self._levels()))
        elif self.own.levels:
            self._lose(Noun.QUESTIONNAIRE, "", _("les niveaux, puisque plus aucune question n’est notée"))
        made = tuple(self._sheet(name, rows) for name, rows in sheets if rows)
        return XlsForm(made, tuple(self.losses))

    def _lose(self, noun: Noun, name: str, reason: str, /, within: str = "", **values: str) -> None:
        self.losses.append(Loss(noun, name, reason, within, values))

    def _lose_of_document(self) -> None:
        own = self.own
        lost = (
            (own.intro, _("l’introduction")),
            (own.aggregation is Aggregation.SUM, _("le calcul par somme des points")),
        )
        for is_there, reason in lost:
            if is_there:
                self._lose(Noun.QUESTIONNAIRE, "", reason)
        counted = (
            (own.measures, _("les préconisations (%(count)s)")),
            (own.caps, _("les critères bloquants (%(count)s)")),
        )
        for parts, reason in counted:
            if parts:
                self._lose(Noun.QUESTIONNAIRE, "", reason, count=str(len(parts)))

    # Sections and questions

    def _section(self, dimension: Dimension) -> None:
        lost = (
            (dimension.lead, _("l’introduction")),
            (dimension.weight != 1, _("le poids")),
            (dimension.aggregation is Aggregation.SUM, _("le calcul par somme des points")),
            (dimension.readings, _("ses propres niveaux")),
        )
        for is_there, reason in lost:
            if is_there:
                self._lose(Noun.SECTION, dimension.title, reason)
        questions = [each for each in dimension.questions if self._can_write(each)]
        if not questions:
            self._lose(Noun.SECTION, dimension.title, _("elle n’est pas écrite, faute de question"))
            return
        labels = self._texts("label", lambda each: each.dimension_by_code[dimension.code].title)
        condition = self._relevance(Noun.SECTION, dimension.title, dimension.show_if)
        self.survey.append({"type": "begin_group", "name": dimension.code, **labels, "relevant": condition})
        for question in questions:
            self._question(question)
        self.survey.append({"type": "end_group"})

    def _can_write(self, question: Question) -> bool:
        if question.code in self.written:
            return True
        reason = _("une grille n’a pas d’équivalent\u00a0: la question n’est pas écrite")
        if question.kind is Kind.COLUMNS:
            reason = _("un choix en colonnes n’a pas d’équivalent\u00a0: la question n’est pas écrite")
        self._lose(Noun.QUESTION, question.text, reason)
        return False

    def _question(self, question: Question) -> None:
        code = question.code
        row: Cells = {
            "type": _type(question),
            "name": code,
            **self._texts("label", lambda each: each.questions[code].text),
            **self._texts("hint", lambda each: each.questions[code].help),
            **self._texts("guidance_hint", lambda each: each.questions[code].why),
            "relevant": self._relevance(Noun.QUESTION, question.text, question.show_if),
            "constraint": constraint(question),
            **self._texts("constraint_message", lambda each: each.questions[code].refusal),
            "appearance": "multiline" if question.kind is Kind.LONG_TEXT else "",
            "weight": self._weight(question),
            "not_applicable": "yes" if question.not_applicable else "",
        }
        if question.kind is not Kind.NOTE:
            row["required"] = "yes" if question.required else "no"
        if question.scale is not None:
            row["parameters"] = f"start={question.scale.minimum} end={question.scale.maximum} step=1"
        if question.choices:
            row["choice_filter"] = self._list(question)
        self.survey.append(row)
        self._lose_of_question(question)

    def _weight(self, question: Question) -> str:
        """Its weight, unless without what is lost it could not be scored, or would be scored askew."""
        if not question.weight:
            return ""
        scale = question.scale
        keeps = question.best_points > 0 if question.choices else scale is not None and not scale.reverse
        if not keeps:
            self._lose(Noun.QUESTION, question.text, _("elle n’y est plus notée"))
            return ""
        self.is_scored = True
        return plain(question.weight)

    def _lose_of_question(self, question: Question) -> None:
        is_number, scale = question.kind in NUMERIC_KINDS, question.scale
        lost = (
            (is_number and question.kind is not Kind.NUMBER, _("elle devient un nombre")),
            (question.unit, _("l’unité")),
            (is_number and question.decimals, _("le nombre de décimales n’est pas vérifié")),
            (question.thresholds, _("les points par seuil")),
            (scale and (scale.labels or scale.min_label or scale.max_label), _("les noms des degrés")),
            (question.most_files is not None, _("le nombre de fichiers n’est pas limité")),
            (question.full_at is not None, _("le nombre de points de la note entière")),
            (question.under, _("elle ne se montre plus en retrait sous une autre")),
            (any(each.sets for each in question.choices), _("les réponses que ses choix posent à d’autres")),
        )
        for is_there, reason in lost:
            if is_there:
                self._lose(Noun.QUESTION, question.text, reason)
        if question.code[0].isdigit():
            reason = _(
                "son code «\u00a0%(code)s\u00a0» commence par un chiffre, ce que d’autres outils refusent"
            )
            self._lose(Noun.QUESTION, question.text, reason, code=question.code)

    def _relevance(self, noun: Noun, name: str, condition: Condition | None, within: str = "") -> str:
        """The formula of a condition; lost, what it hides is always shown."""
        try:
            return relevance(condition, self.written)
        except ExpressionError as error:
            reason = _("la condition n’est pas écrite, on la verrait toujours\u00a0: %(why)s")
            self._lose(noun, name, reason, within=within, why=error.message)
            return ""

    # Choices

    def _list(self, question: Question) -> str:
        """Write the choices of a question; the filter that shows each under its condition."""
        formulas: dict[str, str] = {}
        for choice in question.choices:
            formula = self._relevance(Noun.CHOICE, choice.label, choice.show_if, within=question.text)
            shown = formulas.setdefault(formula, f"c{len(formulas) + 1}") if formula else _ALWAYS
            self.choices.append(self._choice(question, choice, shown))
        if not formulas:
            return ""
        parts = [f"shown_when = '{_ALWAYS}'"]
        parts += [f"(shown_when = '{mark}' and ({formula}))" for formula, mark in formulas.items()]
        return " or ".join(parts)

    def _choice(self, question: Question, choice: Choice, shown: str) -> Cells:
        def label(each: Definition) -> str:
            return each.questions[question.code].choice_by_code[choice.code].label

        return {
            "list_name": question.code,
            "name": choice.code,
            **self._texts("label", label),
            "shown_when": "" if shown == _ALWAYS and not question.has_conditional_choices else shown,
            "points": plain(choice.points) if choice.points else "",
            "exclusive": "yes" if choice.exclusive else "",
            "counts": "" if choice.counts else "no",
        }

    # Settings, levels, texts

    def _settings(self) -> Cells:
        return {
            **self._texts("form_title", lambda each: each.title),
            "form_id": self.own.code,
            "version": str(self.own.version),
            "default_language": _language(self.own.language) if self.own.language else "",
            "minutes": str(self.own.minutes),
        }

    def _levels(self) -> list[Cells]:
        return [
            {
                "code": code,
                **self._texts("name", lambda each, code=code: each.level_by_code[code].name),  # type: ignore[misc]
                "from": plain(level.starts_at),
                **self._texts("reading", lambda each, code=code: each.level_by_code[code].reading),  # type: ignore[misc]
            }
            for code, level in self.own.level_by_code.items()
        ]

    def _texts(self, column: str, text_in: Callable[[Definition], str]) -> Cells:
        """A text in a column, or in one column by language."""
        if len(self.definitions) == 1:
            return {column: text_in(self.own)}
        return {f"{column}::{_language(each.language)}": text_in(each) for each in self.definitions}

    def _sheet(self, name: str, rows: list[Cells]) -> SheetOut:
        """The rows under the columns that hold something, in the order of the format."""
        used = {column for row in rows for column, text in row.items() if text}
        order = {column: rank for rank, column in enumerate(_COLUMNS[name])}
        languages = [_language(each.language) for each in self.definitions]

        def place(column: str) -> tuple[int, int]:
            base, _mark, language = column.partition("::")
            return order[base], languages.index(language) if language else 0

        columns = tuple(sorted(used, key=place))
        return SheetOut(name, columns, tuple(tuple(row.get(each, "") for each in columns) for row in rows))


def _has_type(question: Question) -> bool:
    return question.kind in _TYPES or question.kind in _SELECTS


def _type(question: Question) -> str:
    if question.kind in _SELECTS:
        return f"{_SELECTS[question.kind]} {question.code}"
    if question.kind in NUMERIC_KINDS and question.decimals == 0:
        return "integer"
    return _TYPES[question.kind]


def _language(code: str) -> str:
    """A language as column headers name it: its code stands for its name."""
    return f"{code} ({code})"
