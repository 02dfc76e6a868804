"""What the search box finds in trainings: sessions, and people in sessions."""

from typing import Any

from django.db.models import Q

from core.i18n import gettext_lazy as _
from core.registries import SearchHit, SearchProvider, search_providers
from programme.links import programme_url
from trainings.models import Enrolment, Session
from trainings.selectors import matching_sessions
from trainings.wording import period


def _sessions(access: Any, text: str, limit: int) -> list[SearchHit]:
    rows = matching_sessions(Session.objects.visible_to(access).select_related("course"), text)
    return [
        SearchHit(
            title=row.course.title,
            detail=" · ".join(filter(None, [period(row.starts_on, row.ends_on), row.place])),
            url=programme_url(access.programme, "trainings:session_detail", pk=row.pk),
        )
        for row in rows.order_by("-starts_on", "pk")[:limit]
    ]


def _people(access: Any, text: str, limit: int) -> list[SearchHit]:
    rows = Enrolment.objects.visible_to(access).select_related("session__course", "participation")
    for word in text.split():
        rows = rows.filter(
            Q(last_name__icontains=word) | Q(first_name__icontains=word) | Q(email__icontains=word)
        )
    return [
        SearchHit(
            title=row.full_name,
            detail=f"{row.participation.name} · {row.session.course.title}",
            url=programme_url(access.programme, "trainings:session_detail", pk=row.session_id),
        )
        for row in rows.order_by("-session__starts_on", "last_name", "pk")[:limit]
    ]


search_providers.register("sessions", SearchProvider(label=_("Sessions de formation"), find=_sessions))
search_providers.register("trainees", SearchProvider(label=_("Personnes en formation"), find=_people))
