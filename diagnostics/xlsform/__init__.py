"""XLSForm: questionnaires written in a spreadsheet, read as a document of our own format, or refused whole.

The reader is ours because a refusal must name the sheet, the row and the reason, and because nothing may
be imported by halves (docs/adr). The writer says what it leaves out. Pure: sheets are rows of texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from diagnostics.definition import DefinitionError, parse_definition
from diagnostics.definition.problems import gettext_noop as _

from .conditions import Written
from .sheets import Notes, SheetProblem, XlsFormError, read_table
from .survey import SurveyReader
from .writing import Loss, SheetOut, XlsForm, write_xlsform

__all__ = ["Loss", "SheetOut", "SheetProblem", "XlsForm", "XlsFormError", "read_xlsform", "write_xlsform"]

READ = ("survey", "choices", "settings", "levels")
_OTHERS = ("external_choices", "entities", "osm", "columns", "cascades")
_QUESTION = re.compile(r"questions\[([^\]]+)\]")


def read_xlsform(sheets: Mapping[str, Sequence[Sequence[str]]]) -> Written:
    """The document a workbook says. Raises ``XlsFormError`` with everything that cannot be represented.

    ``sheets`` are its rows by name. The document is checked whole: it can be imported as it is.
    """
    notes = Notes()
    named = {name.strip().lower(): rows for name, rows in sheets.items()}
    for name in _OTHERS:
        if any(any(cell.strip() for cell in row) for row in named.get(name, ())):
            notes.note(name, 0, _("cette feuille n’a pas d’équivalent"))
    survey, choices, settings, levels = (read_table(name, named.get(name, ()), notes) for name in READ)
    if not survey.lines:
        notes.note("survey", 0, _("une feuille «\u00a0survey\u00a0» avec des questions est attendue"))
        notes.raise_if_any()
    reader = SurveyReader(survey, choices, settings, levels, notes)
    document = reader.document()
    notes.raise_if_any()
    try:
        parse_definition(document)
    except DefinitionError as error:
        for problem in error.problems:
            place = _QUESTION.search(problem.path)
            line = reader.lines.get(place[1]) if place else None
            reason = "%(path)s\u00a0: " + problem.expected
            notes.note("survey", line.row if line else 0, reason, path=problem.path, **problem.values)
    notes.raise_if_any()
    return document
