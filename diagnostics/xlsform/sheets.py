"""The sheets of a workbook as tables: lines by column name, each with its row in the spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from diagnostics.definition.problems import gettext_noop as _

MAX_PROBLEMS = 200
_LANGUAGE = re.compile(r"\(\s*([A-Za-z]{2,3}(?:-[A-Za-z]{2,4})?)\s*\)\s*$")
_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_OLD_NAMES = {
    "relevance": "relevant",
    "bind::relevant": "relevant",
    "bind::required": "required",
    "bind::constraint": "constraint",
    "bind::jr:constraintmsg": "constraint_message",
    "caption": "label",
    "command": "type",
    "value": "name",
    "list name": "list_name",
    "readonly": "read_only",
    "read only": "read_only",
    "constraint-msg": "constraint_message",
    "constraint message": "constraint_message",
    "choice filter": "choice_filter",
    "id_string": "form_id",
    "form id": "form_id",
    "set form id": "form_id",
    "form title": "form_title",
    "set form title": "form_title",
    "default language": "default_language",
    "set default language": "default_language",
}


@dataclass(frozen=True)
class SheetProblem:
    """What cannot be represented: the sheet, its row (0: the sheet itself), and the reason.

    ``reason`` is a French template for ``values``.
    """

    sheet: str
    row: int
    reason: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.sheet}:{self.row}\u00a0: {self.reason % self.values}"


class XlsFormError(ValueError):
    """The workbook holds what a questionnaire cannot; ``problems`` lists everything."""

    def __init__(self, problems: Sequence[SheetProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class Notes:
    """The problems met while one workbook is read."""

    def __init__(self) -> None:
        self.noted: list[SheetProblem] = []

    def note(self, sheet: str, row: int, reason: str, /, **values: object) -> None:
        """Note one problem; stops everything when there are absurdly many."""
        said = {name: str(value)[:80] for name, value in values.items()}
        self.noted.append(SheetProblem(sheet, row, reason, said))
        if len(self.noted) >= MAX_PROBLEMS:
            self.raise_if_any()

    def raise_if_any(self) -> None:
        """Raise ``XlsFormError`` with everything noted so far."""
        if self.noted:
            raise XlsFormError(self.noted)


@dataclass(frozen=True)
class Line:
    """One row of a sheet: texts by column, and by column then language where they are translated."""

    sheet: str
    row: int
    cells: Mapping[str, str]
    translated: Mapping[str, Mapping[str, str]]

    def get(self, column: str) -> str:
        """The text of a column, empty when there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """A sheet: its lines and the languages of its columns, in their order."""

    lines: tuple[Line, ...] = ()
    languages: tuple[str, ...] = ()


def read_table(sheet: str, rows: Sequence[Sequence[str]], notes: Notes) -> Table:
    """A sheet whose first row that is not empty names the columns."""
    start = next((rank for rank, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if start is None:
        return Table()
    columns = [_column(sheet, start + 1, cell, notes) for cell in rows[start]]
    lines = []
    for number, row in enumerate(rows[start + 1 :], start + 2):
        cells: dict[str, str] = {}
        translated: dict[str, dict[str, str]] = {}
        for (name, language), cell in zip(columns, row, strict=False):
            text = cell.strip()
            if not text or not name:
                continue
            if language:
                translated.setdefault(name, {})[language] = text
            else:
                cells[name] = text
        if cells or translated:
            lines.append(Line(sheet, number, cells, translated))
    languages = tuple(dict.fromkeys(language for _name, language in columns if language))
    return Table(tuple(lines), languages)


def _column(sheet: str, row: int, header: str, notes: Notes) -> tuple[str, str]:
    """« label::Français (fr) » is the column label in the language fr."""
    text = " ".join(header.split())
    name, mark, language = text.partition("::")
    # « bind::relevant » and « media::image » are names of their own, not translations.
    whole = text.lower()
    if whole in _OLD_NAMES:
        return _OLD_NAMES[whole], ""
    if not mark or name.strip().lower() in ("bind", "body", "instance", "media"):
        return (_OLD_NAMES.get(whole, whole) if not mark else whole), ""
    column = name.strip().lower()
    code = language_code(language)
    if not code:
        reason = _(
            "la langue de la colonne «\u00a0%(column)s\u00a0»\u00a0: son code entre parenthèses, "
            "«\u00a0English (en)\u00a0»"
        )
        notes.note(sheet, row, reason, column=text)
    return _OLD_NAMES.get(column, column), code


def language_code(text: str) -> str:
    """« Français (fr) » or « fr » gives fr; anything else nothing."""
    match = _LANGUAGE.search(text)
    if match:
        return match.group(1).lower() if "-" not in match.group(1) else match.group(1)
    bare = text.strip()
    return bare if _CODE.fullmatch(bare) else ""
