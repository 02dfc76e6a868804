"""Writes on a company's timeline."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from companies.enums import EventKind
from companies.models import Participation, TimelineEvent
from core import audit

_SAME_CLICK = timedelta(minutes=2)


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


@transaction.atomic
def log_exchange(
    *,
    actor: User | None,
    participation: Participation,
    kind: EventKind,
    text: str,
    at: datetime | None = None,
) -> TimelineEvent:
    """Keep a note, a telephone call or a meeting. The same text twice within two minutes is one click."""
    recent = TimelineEvent.objects.filter(
        participation=participation,
        kind=kind,
        text=text,
        actor=actor,
        at__gte=timezone.now() - _SAME_CLICK,
    ).first()
    if recent is not None and at is None:
        return recent
    event = record_event(
        participation=participation, kind=kind, title=str(kind.label), text=text, at=at, actor=actor
    )
    audit.record(
        actor=actor,
        verb="company.exchange_logged",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"kind": kind.value},
    )
    return event
