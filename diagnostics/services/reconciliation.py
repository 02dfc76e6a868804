"""Putting points of view together: individual answers are closed, the company's own retained from them."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from diagnostics.answers import stored_value
from diagnostics.definition import Definition, Kind
from diagnostics.disagreement import agreed_answers
from diagnostics.enums import FillingMode
from diagnostics.models import Diagnostic
from diagnostics.selectors.filling import respondent_pk
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.viewpoints import Voice, gaps_between, voices_of
from diagnostics.services.answers import MAX_COMMENT, OPEN, Entry, save_answers
from diagnostics.services.files import copy_files


@transaction.atomic
def close_views(
    *, actor: User | None, diagnostic: Diagnostic, at: datetime | None = None, by_staff: bool = False
) -> Diagnostic:
    """Close individual answers and retain what needs no discussion; closing twice is harmless.

    From then on the company's answers are chosen among them. Raises ``BusinessError`` when nobody answered
    alone, or the diagnostic is over. Side effects: the agreed answers, audit.
    """
    row: Diagnostic = (
        Diagnostic.objects.select_for_update(of=("self",)).select_related("version").get(pk=diagnostic.pk)
    )
    if row.mode == FillingMode.RECONCILING:
        return row
    definition = definition_of(row.version)
    voices = voices_of(definition, row) if row.mode == FillingMode.SEPARATE else ()
    if row.status not in OPEN or not voices:
        raise BusinessError(
            _("Personne n’a encore répondu de son côté\u00a0: il n’y a rien à mettre en commun."),
            code="no-views",
        )
    row.mode = FillingMode.RECONCILING
    row.save(update_fields=["mode", "updated_at"])
    agreed = agreed_answers(gaps_between(definition, voices))
    by_name = {voice.name: voice for voice in voices}
    entries = {
        code: _entry(definition, by_name[name], code, note=_comments(voices, code))
        for code, (name, _answer) in agreed.items()
    }
    _retain_files(actor, definition, row, entries)
    save_answers(actor=actor, diagnostic=row, entries=entries, at=at or timezone.now(), by_staff=by_staff)
    audit.record(
        actor=actor,
        verb="diagnostic.views_closed",
        obj=row,
        programme_id=row.programme_id,
        changes={"views": [voice.name for voice in voices], "agreed": len(entries)},
    )
    return row


@transaction.atomic
def retain_answers(
    *,
    actor: User | None,
    diagnostic: Diagnostic,
    choices: Mapping[str, int],
    notes: Mapping[str, str],
    by_staff: bool = False,
) -> int:
    """Retain, for each question of ``choices``, the answer of a respondent; how many changed.

    ``notes`` say why, by question. Raises ``BusinessError`` unless points of view are being put together,
    or for an answer that nobody gave. Side effects: the company's answers, their history.
    """
    if diagnostic.mode != FillingMode.RECONCILING:
        raise BusinessError(_("Les réponses individuelles ne sont pas encore closes."), code="not-closed")
    definition = definition_of(diagnostic.version)
    voices = {voice.respondent.pk: voice for voice in voices_of(definition, diagnostic)}
    entries = {}
    for code, respondent_id in choices.items():
        voice = voices.get(respondent_id)
        if voice is None or code not in voice.kept:
            raise BusinessError(_("Cette réponse n’est celle d’aucun répondant."), code="unknown-answer")
        entries[code] = _entry(definition, voice, code, note=notes.get(code, "").strip())
    _retain_files(actor, definition, diagnostic, entries)
    saved = save_answers(actor=actor, diagnostic=diagnostic, entries=entries, by_staff=by_staff)
    return len(saved.changed)


def _entry(definition: Definition, voice: Voice, code: str, *, note: str) -> Entry:
    answer = voice.answers[code]
    value = None if answer.not_applicable else stored_value(definition.questions[code], answer.value)
    return Entry(value, answer.not_applicable, note[:MAX_COMMENT], retained_from=voice.respondent.pk)


def _retain_files(
    actor: User | None, definition: Definition, diagnostic: Diagnostic, entries: Mapping[str, Entry]
) -> None:
    """The files of a retained answer go with it."""
    for code, entry in entries.items():
        if definition.questions[code].kind is Kind.FILE and entry.retained_from is not None:
            copy_files(
                actor=actor,
                diagnostic=diagnostic,
                code=code,
                from_id=entry.retained_from,
                to_id=respondent_pk(diagnostic),
            )


def _comments(voices: tuple[Voice, ...], code: str) -> str:
    """What each wrote beside an answer all gave: nothing of it is lost."""
    lines = (
        f"{voice.name}\u00a0: {voice.kept[code].comment}"
        for voice in voices
        if code in voice.kept and voice.kept[code].comment
    )
    return "\n".join(lines)
