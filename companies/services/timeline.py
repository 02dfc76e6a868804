"""Writes on a company's timeline."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import CallDirection, CallOutcome, EventKind
from companies.models import Contact, Participation, TimelineEvent
from core import audit
from core.errors import BusinessError

_SAME_CLICK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """What else is known of an exchange: with whom, who called, what came of it, how long it took."""

    contact: Contact | None = None
    direction: CallDirection | None = None
    outcome: CallOutcome | None = None
    duration_minutes: int | None = None


_NOTHING_MORE = ExchangeFacts()


@transaction.atomic
def record_event(
    *,
    participation: Participation,
    kind: EventKind,
    title: str,
    text: str = "",
    url: str = "",
    at: datetime | None = None,
    actor: User | None = None,
    visible_to_company: bool = False,
) -> TimelineEvent:
    """Write one line of a company's history; any app calls it when it did something for the company.

    ``at`` defaults to now; ``url`` is the page that shows the matter. No audit event: the caller's own
    write has one.
    """
    return TimelineEvent.objects.create(
        participation=participation,
        kind=kind,
        title=title[:200],
        text=text,
        url=url,
        at=at or timezone.now(),
        actor=actor,
        visible_to_company=visible_to_company,
    )


def record_document(
    *, participation: Participation | None, title: str, url: str, actor: User | None
) -> TimelineEvent | None:
    """Write down that a document about a company is ready; nothing when the company is gone meanwhile."""
    if participation is None:
        return None
    return record_event(
        participation=participation,
        kind=EventKind.DOCUMENT,
        title=_("Document établi\u00a0: %(title)s") % {"title": title},
        url=url,
        actor=actor,
    )


@transaction.atomic
def log_exchange(
    *,
    actor: User | None,
    participation: Participation,
    kind: EventKind,
    text: str,
    at: datetime | None = None,
    facts: ExchangeFacts = _NOTHING_MORE,
) -> TimelineEvent:
    """Keep a note, a telephone call or a meeting. The same text twice within two minutes is one click.

    Raises ``BusinessError`` for a moment to come, or a person of another company.
    """
    now = timezone.now()
    if at is not None and at > now:
        raise BusinessError(
            _("Un échange est noté après coup\u00a0: indiquez un moment passé."), field="at", code="future"
        )
    if facts.contact is not None and facts.contact.participation_id != participation.pk:
        raise BusinessError(_("Cette personne est d’une autre entreprise."), field="contact", code="contact")
    moment = {"at": at} if at is not None else {"at__gte": now - _SAME_CLICK}
    recent = TimelineEvent.objects.filter(
        participation=participation, kind=kind, text=text, actor=actor, **moment
    ).first()
    if recent is not None:
        return recent
    event = TimelineEvent.objects.create(
        participation=participation,
        kind=kind,
        title=_title(kind, facts),
        text=text,
        at=at or now,
        actor=actor,
        contact=facts.contact,
        direction=facts.direction or "",
        outcome=facts.outcome or "",
        duration_minutes=facts.duration_minutes,
    )
    audit.record(
        actor=actor,
        verb="company.exchange_logged",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"kind": kind.value},
    )
    return event


def _title(kind: EventKind, facts: ExchangeFacts) -> str:
    """« Appel émis – Inès Delattre – personne jointe », as far as it is known."""
    first = str(facts.direction.label).capitalize() if facts.direction else str(kind.label)
    parts = [first, str(facts.contact or ""), str(facts.outcome.label) if facts.outcome else ""]
    return " – ".join(part for part in parts if part)[:200]
