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

from diagnostics.definition import Kind, Question

_MARK = re.compile("\x01(.*?)\x02")  # control characters cannot be in a definition's text
_MOST_KEPT = 5_000
_CHECKED = " checked"
_stamps: dict[tuple[str, str], "Stamp"] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Option:
    """A radio button or a box, with the mark where its tick goes."""

    code: str
    label: str
    mark: str
    exclusive: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """A row of a matrix."""

    name: str
    label: str
    steps: tuple[Option, ...]


@dataclass(frozen=True)
class Given:
    """What a person gave: her kept JSON value or, when it was refused, what she typed and why."""

    value: object = None
    not_applicable: bool = False
    comment: str = ""
    typed: str = ""
    saved: str = ""
    error: str = ""


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
    sha256: str, question: Question, given: Given, *, save_url: str, swapped: bool = False
) -> SafeString:
    """A question with its answer. ``sha256`` names its definition; ``swapped`` is for htmx, out of band."""
    stamp = _stamps.get((sha256, question.code))
    if stamp is None:
        stamp = _draw(question)
        with _lock:
            if len(_stamps) >= _MOST_KEPT:
                _stamps.clear()
            _stamps[sha256, question.code] = stamp
    values: dict[str, str] = {
        "url": escape(save_url),
        "value": escape(given.typed),
        "comment": escape(given.comment),
        "label": escape(_("Votre commentaire") if given.comment else _("Ajouter un commentaire")),
        "status": escape(given.error or given.saved),
    }
    if given.comment:
        values["open"] = " open"
    if given.error:
        values["failed"] = " failed"
    if swapped:
        values["oob"] = ' hx-swap-oob="true"'
    if given.not_applicable:
        values["na"] = _CHECKED
    values.update((name, _CHECKED) for name in _ticked(given.value))
    return stamp.fill(values)


def hidden_html(question: Question, *, swapped: bool = False) -> SafeString:
    """The place of a question that is not shown."""
    oob = ' hx-swap-oob="true"' if swapped else ""
    return mark_safe(f'<div id="question-{escape(question.code)}"{oob} hidden></div>')  # noqa: S308 -- escaped


def fields_of(question: Question) -> str:
    """Names of the inputs of one question: what its own saving sends."""
    names = [f"c-{question.code}"]
    names += [f"q-{question.code}-{row.code}" for row in question.rows] or [f"q-{question.code}"]
    if question.not_applicable:
        names.append(f"na-{question.code}")
    return ",".join(names)


def _draw(question: Question) -> Stamp:
    options, rows = _options(question)
    names = ("oob", "url", "value", "na", "open", "label", "comment", "failed", "status")
    context = {
        "question": question,
        "mark": {name: _mark(name) for name in names},
        "options": options,
        "rows": rows,
        "fields": fields_of(question),
        "unit": {Kind.AMOUNT: "€", Kind.PERCENTAGE: "%"}.get(question.kind, question.unit),
    }
    pieces = _MARK.split(render_to_string("diagnostics/question.html", context))
    return Stamp(tuple(pieces[::2]), tuple(pieces[1::2]))


def _mark(name: str) -> str:
    return f"\x01{name}\x02"


def _options(question: Question) -> tuple[tuple[Option, ...], tuple[MatrixRow, ...]]:
    scale = question.scale
    if scale is None:
        choices = question.choices
        return tuple(Option(c.code, c.label, _mark(f"={c.code}"), c.exclusive) for c in choices), ()
    if question.kind is Kind.MATRIX:
        return (), tuple(
            MatrixRow(
                f"q-{question.code}-{row.code}",
                row.label,
                tuple(Option(str(s), str(s), _mark(f"{row.code}={s}")) for s in scale.steps),
            )
            for row in question.rows
        )
    return tuple(Option(str(step), str(step), _mark(f"={step}")) for step in scale.steps), ()


def _ticked(value: object) -> list[str]:
    """Names of the marks that a kept value ticks."""
    match value:
        case list():
            return [f"={code}" for code in value]
        case dict():
            return [f"{row}={step}" for row, step in value.items()]
        case None:
            return []
        case _:
            return [f"={value}"]
