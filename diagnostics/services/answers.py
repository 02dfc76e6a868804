"""Saving answers: one at a time from a page that saves by itself, or a section at once without script.

Every value an answer ever had is kept: when two tabs write at the same instant the last one wins,
question by question, and the other is in the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import BusinessError
from diagnostics.conditions import Shown, what_is_shown
from diagnostics.definition import Definition, Kind
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic
from diagnostics.progress import Progress, progress_of
from diagnostics.selectors.filling import KeptAnswer, as_answers, kept_answers, respondent_pk
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.statements import AnswerLine, lock_status, write_answers, write_progress

OPEN = (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)
MAX_COMMENT = 2_000


@dataclass(frozen=True)
class Entry:
    """What is to be kept for one question: a JSON value that suits it, or « sans objet », and a comment."""

    value: Any
    not_applicable: bool = False
    comment: str = ""


@dataclass(frozen=True)
class Saved:
    """What saving changed: which questions, what was shown before and is now, how far along it is."""

    at: datetime
    changed: tuple[str, ...]
    before: Shown
    after: Shown
    kept: Mapping[str, KeptAnswer]
    progress: Progress


@transaction.atomic
def save_answers(
    *,
    actor: User | None,
    diagnostic: Diagnostic,
    entries: Mapping[str, Entry],
    at: datetime | None = None,
) -> Saved:
    """Keep answers of the main respondent, as of now or of ``at``. Saving the same again writes nothing.

    Values were checked by ``diagnostics.answers``. Raises ``BusinessError`` once the diagnostic is
    submitted or cancelled, for an unknown question, « sans objet » where it is not offered, or too
    long a comment. Side effects: answers, their history, progress of the diagnostic.
    """
    definition = definition_of(diagnostic.version)
    _check(definition, entries)
    respondent_id = respondent_pk(diagnostic)
    if lock_status(diagnostic.pk) not in OPEN:
        raise BusinessError(
            _("Ce questionnaire est déjà remis\u00a0: ses réponses ne changent plus."), code="not-open"
        )
    kept = kept_answers(respondent_id)
    before = what_is_shown(definition, as_answers(definition, kept))
    now = at or timezone.now()
    changed = [code for code, entry in entries.items() if not _is_same(kept.get(code), entry)]
    if changed:
        write_answers(
            diagnostic_id=diagnostic.pk,
            respondent_id=respondent_id,
            lines=[_line(definition, code, entries[code]) for code in changed],
            saved_by_id=actor.pk if actor else None,
            saved_at=now,
        )
        for code in changed:
            entry = entries[code]
            kept[code] = KeptAnswer(entry.value, entry.not_applicable, entry.comment, now)
    answers = as_answers(definition, kept)
    after = what_is_shown(definition, answers)
    progress = progress_of(definition, answers, after)
    if changed:
        write_progress(
            diagnostic_id=diagnostic.pk, at=now, answered=progress.answered, visible=progress.total
        )
    return Saved(now, tuple(changed), before, after, kept, progress)


def _check(definition: Definition, entries: Mapping[str, Entry]) -> None:
    for code, entry in entries.items():
        question = definition.questions.get(code)
        if question is None:
            raise BusinessError(_("Cette question n’est pas dans ce questionnaire."), code="unknown-question")
        if entry.not_applicable and not question.not_applicable:
            raise BusinessError(_("Cette question ne peut pas être déclarée sans objet."), code="not-offered")
        if len(entry.comment) > MAX_COMMENT:
            raise BusinessError(
                _("Le commentaire dépasse %(most)s caractères.") % {"most": MAX_COMMENT}, code="too-long"
            )


def _is_same(kept: KeptAnswer | None, entry: Entry) -> bool:
    if kept is None:
        return entry.value is None and not entry.not_applicable and not entry.comment
    return (kept.value, kept.not_applicable, kept.comment) == (
        entry.value,
        entry.not_applicable,
        entry.comment,
    )


def _line(definition: Definition, code: str, entry: Entry) -> AnswerLine:
    """Values come from ``diagnostics.answers``, which checks more than the model could."""
    choice = entry.value or "" if definition.questions[code].kind is Kind.SINGLE else ""
    return AnswerLine(code, entry.value, choice, entry.not_applicable, entry.comment)
