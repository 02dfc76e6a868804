"""Saving answers: one at a time from a page that saves by itself, or a section at once without script.

Every value an answer ever had is kept: when two tabs write at the same instant the last one wins,
question by question, and the other is in the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import BusinessError
from diagnostics.answers import stored_value
from diagnostics.conditions import Shown, what_is_shown
from diagnostics.definition import Definition, Kind
from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.models import AnswerFile, Diagnostic
from diagnostics.progress import Progress, progress_of
from diagnostics.seats import Seat, SeatKind
from diagnostics.selectors.filling import KeptAnswer, as_answer, as_answers, kept_answers, seat_at
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.statements import AnswerLine, Save, lock_status, write_save

OPEN = (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)
MAX_COMMENT = 2_000


@dataclass(frozen=True)
class Entry:
    """What is to be kept for one question: a JSON value that suits it, or « sans objet », and a comment.

    That of a file question is read from the files attached, whatever is given here.
    ``retained_from`` is the respondent whose point of view was kept, when several were compared.
    """

    value: Any
    not_applicable: bool = False
    comment: str = ""
    retained_from: int | None = None


@dataclass(frozen=True)
class Saved:
    """What saving changed: which questions, what was shown before and is now, how far along it is."""

    at: datetime
    changed: tuple[str, ...]
    before: Shown
    after: Shown
    kept: Mapping[str, KeptAnswer]
    progress: Progress


def save_answers(
    *,
    actor: User | None,
    diagnostic: Diagnostic,
    entries: Mapping[str, Entry],
    at: datetime | None = None,
    by_staff: bool = False,
) -> Saved:
    """Keep answers from the caller's seat (the company's, by default), as of now or of ``at``.

    Saving the same again writes nothing. It is first tried as if nobody else was saving; when somebody was,
    or answers are closed, again with the diagnostic locked. Values were checked by ``diagnostics.answers``;
    ``by_staff`` marks what an advisor answers for the company. Raises ``BusinessError`` once the diagnostic
    is submitted or cancelled, or answers of this kind are closed, for a question that is unknown or not the
    caller's, « sans objet » where it is not offered, or too long a comment. Side effects: answers, their
    history, progress.
    """
    seat = seat_at(diagnostic)
    _check(definition_of(diagnostic.version), seat, entries)
    asked = _Asked(actor, diagnostic, seat, entries, at or timezone.now(), by_staff)
    saved = None
    if may_answer(seat, diagnostic.status, diagnostic.mode):
        saved = _save(asked, diagnostic.answers_revision)
    if saved is None:
        with transaction.atomic():
            status, mode, revision = lock_status(diagnostic.pk)
            check_open(seat, status, mode)
            saved = _save(asked, revision)
        if saved is None:
            raise RuntimeError("a locked diagnostic changed")
    return saved


@dataclass(frozen=True)
class _Asked:
    actor: User | None
    diagnostic: Diagnostic
    seat: Seat
    entries: Mapping[str, Entry]
    at: datetime
    by_staff: bool


def _save(asked: _Asked, revision: int) -> Saved | None:
    """Save, the diagnostic being at ``revision``; None when it is there no more, and nothing is written."""
    definition, seat, now = definition_of(asked.diagnostic.version), asked.seat, asked.at
    entries = _with_files(definition, seat.respondent_id, asked.entries)
    kept = kept_answers(seat.respondent_id)
    answers = as_answers(definition, kept)
    before = what_is_shown(definition, answers)
    changed = [
        code
        for code, entry in entries.items()
        if not _is_same(kept.get(code), entry) and not _is_what_was_set(definition, before, code, entry)
    ]
    for code in changed:
        entry = entries[code]
        kept[code] = KeptAnswer(entry.value, entry.not_applicable, entry.comment, now, asked.by_staff)
    told = {code: as_answer(definition.questions[code], kept[code]) for code in changed}
    answers = {**answers, **told}
    after = what_is_shown(definition, answers)
    progress = progress_of(definition, answers, after)
    if changed:
        written = write_save(
            Save(
                diagnostic_id=asked.diagnostic.pk,
                respondent_id=seat.respondent_id,
                revision=revision,
                alone=seat.kind is SeatKind.ALONE,
                lines=[_line(definition, code, entries[code]) for code in changed],
                saved_by_id=asked.actor.pk if asked.actor else None,
                saved_at=now,
                by_staff=asked.by_staff,
                answered=progress.answered,
                visible=progress.total,
            )
        )
        if not written:
            return None
        asked.diagnostic.answers_revision = revision + 1
    return Saved(now, tuple(changed), before, after, kept, progress)


def may_answer(seat: Seat, status: str, mode: str) -> bool:
    """Whether a diagnostic in this state takes answers from this seat."""
    return status in OPEN and (seat.kind is SeatKind.ALONE) is (mode == FillingMode.SEPARATE)


def check_open(seat: Seat, status: str, mode: str) -> None:
    """Raise ``BusinessError`` unless answers may be given from this seat now, the diagnostic being locked."""
    if status not in OPEN:
        raise BusinessError(
            _("Ce questionnaire est déjà remis\u00a0: ses réponses ne changent plus."), code="not-open"
        )
    if not may_answer(seat, status, mode):
        raise BusinessError(
            _(
                "La façon de répondre à ce diagnostic vient de changer\u00a0: ouvrez-le de nouveau. "
                "Ce qui était enregistré est gardé."
            ),
            code="mode-changed",
        )


def _check(definition: Definition, seat: Seat, entries: Mapping[str, Entry]) -> None:
    for code, entry in entries.items():
        question = definition.questions.get(code)
        if question is None:
            raise BusinessError(_("Cette question n’est pas dans ce questionnaire."), code="unknown-question")
        if not seat.opens(definition.dimension_of[code].code):
            raise BusinessError(_("Cette question ne vous est pas confiée."), code="not-yours")
        if entry.not_applicable and not question.not_applicable:
            raise BusinessError(_("Cette question ne peut pas être déclarée sans objet."), code="not-offered")
        if len(entry.comment) > MAX_COMMENT:
            raise BusinessError(
                _("Le commentaire dépasse %(most)s caractères.") % {"most": MAX_COMMENT}, code="too-long"
            )


def _with_files(
    definition: Definition, respondent_id: int, entries: Mapping[str, Entry]
) -> Mapping[str, Entry]:
    """The entries with, as the answer to a file question, the names of the files attached to it."""
    asked = [code for code in entries if definition.questions[code].kind is Kind.FILE]
    if not asked:
        return entries
    rows = AnswerFile.objects.filter(respondent_id=respondent_id, question_code__in=asked)
    names: dict[str, list[str]] = {}
    for code, name in rows.values_list("question_code", "file__name"):
        names.setdefault(code, []).append(name)
    attached = {
        code: replace(entries[code], value=None if entries[code].not_applicable else names.get(code))
        for code in asked
    }
    return {**entries, **attached}


def _is_same(kept: KeptAnswer | None, entry: Entry) -> bool:
    if kept is None:
        return entry.value is None and not entry.not_applicable and not entry.comment
    return (kept.value, kept.not_applicable, kept.comment) == (
        entry.value,
        entry.not_applicable,
        entry.comment,
    )


def _is_what_was_set(definition: Definition, before: Shown, code: str, entry: Entry) -> bool:
    """Whether a page only sends back an answer that another one set: it stays set, and follows it."""
    if code not in before.set_by or entry.comment:
        return False
    answer = before.answers[code]
    value = stored_value(definition.questions[code], answer.value)
    return (entry.value, entry.not_applicable) == (value, answer.not_applicable)


def _line(definition: Definition, code: str, entry: Entry) -> AnswerLine:
    """Values come from ``diagnostics.answers``, which checks more than the model could."""
    choice = entry.value or "" if definition.questions[code].kind is Kind.SINGLE else ""
    return AnswerLine(code, entry.value, choice, entry.not_applicable, entry.comment, entry.retained_from)
