"""The tables of a release as they are read: titles, lines, and the protected cell behind each (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from observatory.aggregates import TOTAL, UNKNOWN, WHOLE, Axis, Cell, Table
from observatory.composing import NO_ANSWER, OTHER, Axes, Frame, Words

TOTAL_CODE = "total"
"""Code of the margin of a table in its addresses and downloads."""
OVERALL = "overall"
"""Code of the overall score beside the codes of the dimensions."""


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of a sheet. ``measure`` is the score of a mean, empty for a count."""

    row: str
    row_label: str
    column: str
    column_label: str
    cell: Cell
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it is published: ``dimensions`` are its axes (code, label)."""

    code: str
    title: str
    dimensions: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    note: str = ""

    @property
    def is_mean(self) -> bool:
        """Whether it shows means rather than counts."""
        return bool(self.lines) and bool(self.lines[0].measure)


@dataclass(frozen=True, slots=True)
class QuestionLines:
    """A question of the release: its text and its choices (code, label, cell)."""

    code: str
    text: str
    choices: tuple[tuple[str, str, Cell], ...]


def crossed_sheet(
    code: str, title: str, rows: tuple[Axis, str], columns: tuple[Axis, str], axes: Axes, words: Words
) -> Sheet:
    """A count sheet over two axes, margins included. ``rows`` and ``columns`` are (axis, its label)."""
    lines = []
    for row in (*rows[0].parents, TOTAL):
        for column in (*columns[0].parents, TOTAL):
            pairs = [(rows[0].code, row), (columns[0].code, column)]
            cell = tuple(sorted((axis, value) for axis, value in pairs if value != TOTAL))
            lines.append(
                Line(
                    row or TOTAL_CODE,
                    axes.name(rows[0], row, words),
                    column or TOTAL_CODE,
                    axes.name(columns[0], column, words),
                    cell,
                )
            )
    dimensions = ((rows[0].code, rows[1]), (columns[0].code, columns[1]))
    return Sheet(code, title, dimensions, tuple(lines))


def single_sheet(
    code: str, title: str, axis: Axis, label: str, axes: Axes, words: Words, note: str = ""
) -> Sheet:
    """A count sheet over one axis, its total last."""
    lines = tuple(
        Line(value or TOTAL_CODE, axes.name(axis, value, words), "", "", axis.cell(value))
        for value in (*axis.parents, TOTAL)
    )
    return Sheet(code, title, ((axis.code, label),), lines, note)


def territory_sheet(title: str, label: str, axes: Axes, frame: Frame, note: str) -> Sheet:
    """Counts by department, arrondissement and EPCI. An EPCI alone in its arrondissement is its cell."""
    axis, lines = axes.territory, []

    def add(code: str, name: str) -> None:
        known = code if code in axis.parents or code in axis.unions else axis.aliases.get(code)
        if known is not None:
            lines.append(Line(code, name, "", "", axis.cell(known)))

    for code, name in frame.department_names.items():
        add(f"D{code}", name)
    for code, name in frame.arrondissement_names.items():
        add(f"A{code}", frame.words.arrondissement.format(name=name))
    for code, name in frame.epci_names.items():
        add(f"E{code}", name)
    if UNKNOWN in axis.parents:
        add(UNKNOWN, frame.words.unknown)
    lines.append(Line(TOTAL_CODE, frame.words.all, "", "", WHOLE))
    return Sheet("territory", title, ((axis.code, label),), tuple(lines), note)


def mean_sheet(
    code: str,
    title: str,
    by: tuple[Axis, str] | None,
    measures: Mapping[str, str],
    label: str,
    axes: Axes,
    words: Words,
) -> Sheet:
    """Means of several scores, over all or by the codes of one axis. ``measures`` maps code to words."""
    if by is None:
        whole = tuple(Line(score, name, "", "", WHOLE, score) for score, name in measures.items())
        return Sheet(code, title, (("score", label),), whole)
    lines = tuple(
        Line(value or TOTAL_CODE, axes.name(by[0], value, words), score, name, by[0].cell(value), score)
        for value in (*by[0].parents, TOTAL)
        for score, name in measures.items()
    )
    return Sheet(code, title, ((by[0].code, by[1]), ("score", label)), lines)


def answers_sheet(
    code: str, title: str, labels: tuple[str, str], questions: Sequence[QuestionLines], note: str = ""
) -> Sheet:
    """Counts of answers: one row per question, one column per choice."""
    lines = tuple(
        Line(question.code, question.text, choice, label, cell)
        for question in questions
        for choice, label, cell in question.choices
    )
    return Sheet(code, title, (("question", labels[0]), ("answer", labels[1])), lines, note)


def choices_of(choices: Mapping[str, str], table: Table, words: Words) -> tuple[tuple[str, str, Cell], ...]:
    """Choices of a question with their cells, older choices and the absence of answer last."""
    axis = table.spec.axes[0]
    labels = {**choices, OTHER: words.other_answer, NO_ANSWER: words.no_answer}
    return tuple((code, label, axis.cell(code)) for code, label in labels.items() if code in axis.parents)
