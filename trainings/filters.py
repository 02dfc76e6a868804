"""Filters of the list of sessions."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from trainings.enums import SessionStatus, Stake
from trainings.models import Provider, Session
from trainings.selectors import matching_sessions, sessions_to_mark, thin_sessions

TO_COME, PAST, TO_MARK, THIN = "a-venir", "passees", "presence", "sous-effectif"


def _providers(request: Any) -> QuerySet[Provider]:
    if request is None:
        return Provider.objects.none()
    rows: QuerySet[Provider] = Provider.objects.for_programme(request.programme)
    return rows


class SessionFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By words, stake, moment, state and training body."""

    q = django_filters.CharFilter(method="by_words", label=_("Formation, lieu ou formateur"))
    enjeu = django_filters.ChoiceFilter(
        field_name="course__stake", choices=choices(Stake), label=_("Enjeu"), empty_label=_("Tous")
    )
    moment = django_filters.ChoiceFilter(
        method="by_moment",
        choices=[
            (TO_COME, _("à venir ou en cours")),
            (PAST, _("passées")),
            (TO_MARK, _("présence à enregistrer")),
            (THIN, _("bientôt, sous l’effectif minimum")),
        ],
        label=_("Moment"),
        empty_label=_("Toutes"),
    )
    etat = django_filters.ChoiceFilter(
        field_name="status", choices=choices(SessionStatus), label=_("État"), empty_label=_("Tous")
    )
    organisme = django_filters.ModelChoiceFilter(
        field_name="provider", queryset=_providers, label=_("Organisme"), empty_label=_("Tous")
    )

    class Meta:
        model = Session
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form.fields["q"].widget.input_type = "search"  # type: ignore[attr-defined]

    def by_words(self, rows: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """As the search page looks for sessions."""
        return matching_sessions(rows, value)

    def by_moment(self, rows: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Relative to today."""
        today = timezone.localdate()
        if value == TO_COME:
            return rows.filter(ends_on__gte=today)
        if value == PAST:
            return rows.filter(ends_on__lt=today)
        if value == THIN:
            return thin_sessions(rows, today)
        return sessions_to_mark(rows, today)
