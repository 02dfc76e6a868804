"""Questions drawn once, then stamped with each person's answers.

What a question looks like depends on its definition only; what changes from one company to the next is
which boxes are ticked, a typed value, a comment and an hour. So the template draws every question once,
with marks where these go, and a page is made by joining texts. A page of thirty questions then costs
little more than the page around them.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from diagnostics.definition import Choice, Kind, Question
from diagnostics.definition.limits import MAX_FILES

_MARK = re.compile("\x01(.*?)\x02")  # control characters cannot be in a definition's text
_MOST_KEPT = 5_000
_CHECKED = " checked"
_stamps: dict[tuple[str, str, str], "Stamp"] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Option:
    """A radio button or a box, with the mark where its tick goes."""

    code: str
    label: str
    mark: str
    exclusive: bool = False
    hide: str = ""
    disable: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """A row of a matrix."""

    name: str
    label: str
    steps: tuple[Option, ...]


@dataclass(frozen=True)
class Cell:
    """A box of a multiple choice in columns."""

    name: str
    label: str
    option: Option


@dataclass(frozen=True)
class ColumnsRow:
    """A choice, to be ticked in each column."""

    label: str
    hide: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Given:
    """What a person gave: her kept JSON value or, when it was refused, what she typed and why.

    ``files`` are the names and addresses of what she attached, ``upload_url`` where a file is sent.
    """

    value: object = None
    not_applicable: bool = False
    comment: str = ""
    typed: str = ""
    saved: str = ""
    error: str = ""
    set_by: str = ""
    hidden_choices: frozenset[str] = frozenset()
    files: tuple[tuple[str, str], ...] = ()
    upload_url: str = ""


@dataclass(frozen=True)
class Stamp:
    """A drawn question: texts, and between them the names of what is stamped."""

    texts: tuple[str, ...]
    names: tuple[str, ...]

    def fill(self, values: Mapping[str, str]) -> SafeString:
        """The question with ``values``, which are escaped already; a name without value is empty."""
        parts = [self.texts[0]]
        for name, text in zip(self.names, self.texts[1:], strict=True):
            parts.append(values.get(name, ""))
            parts.append(text)
        return mark_safe("".join(parts))  # noqa: S308 -- texts come from the template, values are escaped


def question_html(
    sha256: str, question: Question, given: Given, *, save_url: str, swapped: bool = False, language: str = ""
) -> SafeString:
    """A question with its answer. ``sha256`` names its definition, read in ``language``.

    ``swapped`` is for htmx, out of band.
    """
    key = (sha256, language, question.code)
    stamp = _stamps.get(key)
    if stamp is None:
        stamp = _draw(question)
        with _lock:
            if len(_stamps) >= _MOST_KEPT:
                _stamps.clear()
            _stamps[key] = stamp
    values: dict[str, str] = {
        "url": escape(save_url),
        "value": escape(given.typed),
        "comment": escape(given.comment),
        "label": escape(_aside(question, given)),
        "status": escape(given.error or given.saved),
    }
    if question.kind is Kind.FILE:
        values["upload"] = f'hx-post="{escape(given.upload_url)}"' if given.upload_url else "disabled"
        values["nothing"] = "" if given.files else " hidden"
    if given.comment or (given.files and question.kind is not Kind.FILE):
        values["open"] = " open"
    if given.files:
        values["files"] = _file_list(given.files)
    if given.error:
        values["failed"] = " failed"
    if swapped:
        values["oob"] = ' hx-swap-oob="true"'
    if given.not_applicable:
        values["na"] = _CHECKED
    if given.set_by:
        values["set"] = f'<p class="set-by meta">{escape(given.set_by)}</p>'
    for code in given.hidden_choices:
        values[f"hide={code}"] = " hidden"
        values[f"disable={code}"] = " disabled"
    values.update((name, _CHECKED) for name in _ticked(given.value))
    return stamp.fill(values)


def _aside(question: Question, given: Given) -> str:
    """What the disclosure under a question holds, or offers."""
    if question.kind is Kind.FILE:
        return _("Votre commentaire") if given.comment else _("Ajouter un commentaire")
    if not given.files:
        # Nearly every question: plural words would cost more than the question itself.
        return _("Votre commentaire") if given.comment else _("Ajouter un commentaire ou un fichier")
    count = len(given.files)
    attached = ngettext("%(count)s fichier joint", "%(count)s fichiers joints", count) % {"count": count}
    return _("Votre commentaire, %(attached)s") % {"attached": attached} if given.comment else attached


def _file_list(files: tuple[tuple[str, str], ...]) -> str:
    lines = (f'<li><a href="{escape(url)}">{escape(name)}</a></li>' for name, url in files)
    return f"<ul>{''.join(lines)}</ul>"


def hidden_html(question: Question, *, swapped: bool = False) -> SafeString:
    """The place of a question that is not shown."""
    oob = ' hx-swap-oob="true"' if swapped else ""
    return mark_safe(f'<div id="question-{escape(question.code)}"{oob} hidden></div>')  # noqa: S308 -- escaped


def fields_of(question: Question) -> str:
    """Names of the inputs of one question: what its own saving sends."""
    names = [f"c-{question.code}"]
    if question.kind is not Kind.FILE:
        names += [f"q-{question.code}-{part.code}" for part in question.parts] or [f"q-{question.code}"]
    if question.not_applicable:
        names.append(f"na-{question.code}")
    return ",".join(names)


def _draw(question: Question) -> Stamp:
    options, rows = _options(question)
    names = (
        *("oob", "url", "value", "na", "open", "label", "comment", "files", "upload", "failed", "status"),
        *("set", "nothing"),
    )
    context = {
        "question": question,
        "mark": {name: _mark(name) for name in names},
        "options": options,
        "rows": rows,
        "columns_rows": _columns_rows(question),
        "fields": fields_of(question),
        "most_files": question.most_files or MAX_FILES,
        "unit": {Kind.AMOUNT: "€", Kind.PERCENTAGE: "%"}.get(question.kind, question.unit),
    }
    pieces = _MARK.split(render_to_string("diagnostics/question.html", context))
    return Stamp(tuple(pieces[::2]), tuple(pieces[1::2]))


def _mark(name: str) -> str:
    return f"\x01{name}\x02"


def _options(question: Question) -> tuple[tuple[Option, ...], tuple[MatrixRow, ...]]:
    scale = question.scale
    if scale is None:
        return tuple(_option(choice, f"={choice.code}") for choice in question.choices), ()
    steps = [(str(step), scale.label_of(step) or str(step)) for step in scale.steps]
    if question.kind is Kind.MATRIX:
        return (), tuple(
            MatrixRow(
                f"q-{question.code}-{row.code}",
                row.label,
                tuple(Option(step, label, _mark(f"{row.code}={step}")) for step, label in steps),
            )
            for row in question.rows
        )
    return tuple(Option(step, label, _mark(f"={step}")) for step, label in steps), ()


def _option(choice: Choice, mark: str) -> Option:
    hide = disable = ""
    if choice.show_if is not None:
        hide, disable = _mark(f"hide={choice.code}"), _mark(f"disable={choice.code}")
    return Option(choice.code, choice.label, _mark(mark), choice.exclusive, hide, disable)


def _columns_rows(question: Question) -> tuple[ColumnsRow, ...]:
    if question.kind is not Kind.COLUMNS:
        return ()
    rows = []
    for choice in question.choices:
        cells = tuple(
            Cell(
                f"q-{question.code}-{column.code}",
                f"{choice.label} – {column.label}",
                _option(choice, f"{column.code}={choice.code}"),
            )
            for column in question.columns
        )
        rows.append(ColumnsRow(choice.label, cells[0].option.hide, cells))
    return tuple(rows)


def _ticked(value: object) -> list[str]:
    """Names of the marks that a kept value ticks."""
    match value:
        case list():
            return [f"={code}" for code in value]
        case dict():
            return [
                f"{part}={given}"
                for part, found in value.items()
                for given in (found if isinstance(found, list) else [found])
            ]
        case None:
            return []
        case _:
            return [f"={value}"]
