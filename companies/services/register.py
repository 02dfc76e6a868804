"""Completes companies from the public register: at once when it answered, by a job when it did not."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.drafts import ParticipationDraft
from companies.enums import EventKind
from companies.identity import completed
from companies.models import Participation
from companies.selectors import identity_of
from companies.selectors.register import LookupState, draft_of
from companies.services.identity import refresh_siblings, write_identity
from companies.services.timeline import record_event
from companies.wording import identity_label, shown_fact
from core import audit, jobs
from core.enums import JobStatus
from core.models import Job

HANDLER = "companies.complete_from_register"
# Minutes between one attempt and the next: an outage of the register lasts minutes, or days.
DELAYS = (2, 15, 60, 6 * 60, 24 * 60, 24 * 60, 48 * 60, 96 * 60)


@transaction.atomic
def request_completion(*, actor: User | None, participation: Participation) -> Job | None:
    """Have a job complete a company from the register; ``None`` when the register is switched off.

    Asked again while a job waits, it is the same job. Side effects: the company is marked.
    """
    if not settings.REGISTER_URL:
        return None
    waiting = Job.objects.filter(
        name=HANDLER,
        key__startswith=f"register-{participation.pk}-",
        status__in=(JobStatus.QUEUED, JobStatus.RUNNING),
    ).first()
    if waiting is not None:
        return waiting
    _mark(participation, pending=True)
    return _enqueue(participation, actor, attempt=0, series=str(time.time_ns()))


def _enqueue(participation: Participation, actor: User | None, *, attempt: int, series: str) -> Job:
    later = timezone.now() + timedelta(minutes=DELAYS[attempt - 1]) if attempt else None
    return jobs.enqueue(
        HANDLER,
        key=f"register-{participation.pk}-{series}-{attempt}",
        label=_("«\u00a0%(name)s\u00a0» complétée par le répertoire public") % {"name": participation.name},
        programme_id=participation.programme_id,
        actor=actor,
        run_at=later,
        participation_id=participation.pk,
        attempt=attempt,
        series=series,
    )


def _mark(participation: Participation, *, pending: bool) -> None:
    participation.register_pending = pending
    participation.save(update_fields=["register_pending"])


def complete_or_wait(
    *, actor: User | None, participation: Participation, attempt: int, series: str
) -> LookupState:
    """Ask the register about one company and write what it adds; when it is silent, ask again later.

    After the last attempt the company stays marked: somebody may ask again from its page.
    """
    state, draft = draft_of(participation.programme, participation.establishment.siret)
    if state is LookupState.UNAVAILABLE:
        if attempt < len(DELAYS):
            _enqueue(participation, actor, attempt=attempt + 1, series=series)
        return state
    if draft is None:
        note_unknown(participation=participation)
    else:
        complete(actor=actor, participation=participation, draft=draft)
    return state


@transaction.atomic
def note_unknown(*, participation: Participation) -> None:
    """The register knows nothing of this number: said on the page, and not asked again."""
    told = _("Le répertoire public ne connaît pas ce SIRET\u00a0: vérifiez-le.")
    if told not in participation.warning:
        participation.warning = f"{participation.warning} {told}".strip()[:250]
    participation.register_pending = False
    participation.register_checked_at = timezone.now()
    participation.save(update_fields=["warning", "register_pending", "register_checked_at"])


@transaction.atomic
def complete(
    *, actor: User | None, participation: Participation, draft: ParticipationDraft
) -> dict[str, Any]:
    """Add what the register knows and nobody typed; what was typed stays, differences are told.

    Side effects: identity, projections, one line of history when something was added or differs, audit.
    """
    outcome = completed(identity_of(participation), draft)
    if outcome.has_place:
        participation.is_outside_territory = not draft.in_territory
    write_identity(participation, outcome.identity)
    participation.register_pending = False
    participation.register_checked_at = timezone.now()
    participation.save()
    refresh_siblings(participation)
    if outcome.added or outcome.differing:
        record_event(
            participation=participation,
            kind=EventKind.IMPORT,
            title=_("Fiche complétée par le répertoire public"),
            text=_told(outcome.added, outcome.differing),
            actor=actor,
        )
    if outcome.added:
        audit.record(
            actor=actor,
            verb="company.completed",
            obj=participation,
            programme_id=participation.programme_id,
            changes={key: list(pair) for key, pair in outcome.added.items()},
        )
    return outcome.added


def _told(added: dict[str, tuple[Any, Any]], differing: dict[str, tuple[Any, Any]]) -> str:
    lines = [
        _("%(fact)s\u00a0: %(value)s") % {"fact": identity_label(key), "value": shown_fact(key, new)}
        for key, (_old, new) in added.items()
    ]
    lines += [
        _("%(fact)s\u00a0: «\u00a0%(kept)s\u00a0» est gardé, le répertoire dit «\u00a0%(value)s\u00a0»")
        % {"fact": identity_label(key), "kept": shown_fact(key, old), "value": shown_fact(key, new)}
        for key, (old, new) in differing.items()
    ]
    return "\n".join(lines)
