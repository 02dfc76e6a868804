"""Links and sessions: technical traces, removed without notice."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import PersonalLink
from core.i18n import gettext_lazy as _
from core.keeping import latest_start, months_after
from core.registries import DueItem, RetentionRule, retention_rules

LINK_MONTHS = 12


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _due_links(programme: Any, today: date) -> list[DueItem]:
    limit = _end_of(latest_start(today, months=LINK_MONTHS))
    rows = PersonalLink.objects.filter(
        programme_id=programme.pk if programme is not None else None, created_at__lt=limit
    )
    return [
        DueItem(str(pk), str(_("Lien personnel")), months_after(timezone.localdate(at), LINK_MONTHS))
        for pk, at in rows.order_by("created_at").values_list("pk", "created_at")
    ]


def _purge_links(programme: Any, keys: Sequence[str]) -> int:
    return PersonalLink.objects.filter(pk__in=keys).delete()[0]


def _due_sessions(programme: Any, today: date) -> list[DueItem]:
    if programme is not None:
        return []
    rows = Session.objects.filter(expire_date__lt=_end_of(today - timedelta(days=1)))
    return [
        DueItem(key, str(_("Session expirée")), timezone.localdate(at))
        for key, at in rows.values_list("session_key", "expire_date")
    ]


def _purge_sessions(programme: Any, keys: Sequence[str]) -> int:
    return Session.objects.filter(session_key__in=keys).delete()[0]


retention_rules.register(
    "personal-links",
    RetentionRule(
        label=_("Liens personnels"),
        delay=_("12 mois après l’envoi"),
        source=_("Journaux d’accès\u00a0: 12 mois (recommandation de la CNIL sur la journalisation)."),
        outcome=_("Suppression"),
        due=_due_links,
        purge=_purge_links,
        notice_days=0,
    ),
)
retention_rules.register(
    "sessions",
    RetentionRule(
        label=_("Sessions de connexion"),
        delay=_("Dès leur expiration"),
        source=_("Journaux d’accès\u00a0: 12 mois au plus\u00a0; une session expirée ne sert plus."),
        outcome=_("Suppression"),
        due=_due_sessions,
        purge=_purge_sessions,
        notice_days=0,
    ),
)
