"""Filters of the list of sessions."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from trainings.enums import EnrolmentStatus, SessionStatus, Stake
from trainings.models import Attendance, Enrolment, HalfDay, Provider, Session

TO_COME, PAST, TO_MARK = "a-venir", "passees", "presence"


def _providers(request: Any) -> QuerySet[Provider]:
    if request is None:
        return Provider.objects.none()
    rows: QuerySet[Provider] = Provider.objects.for_programme(request.programme)
    return rows


def sessions_to_mark(rows: QuerySet[Session], today: Any) -> QuerySet[Session]:
    """Sessions with people, one of whose past half-days has no attendance yet."""
    unmarked = HalfDay.objects.filter(session=OuterRef("pk"), day__lte=today).exclude(
        Exists(Attendance.objects.filter(half_day=OuterRef("pk")))
    )
    people = Enrolment.objects.filter(session=OuterRef("pk"), status=EnrolmentStatus.REGISTERED)
    return rows.filter(Exists(unmarked), Exists(people)).exclude(status=SessionStatus.CANCELLED)


class SessionFilter(django_filters.FilterSet):
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
        """Every word somewhere in the course, the place, the trainer or the body."""
        for word in value.split():
            rows = rows.filter(
                Q(course__title__icontains=word)
                | Q(place__icontains=word)
                | Q(trainer_name__icontains=word)
                | Q(provider__name__icontains=word)
            )
        return rows

    def by_moment(self, rows: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        """Relative to today."""
        today = timezone.localdate()
        if value == TO_COME:
            return rows.filter(ends_on__gte=today)
        if value == PAST:
            return rows.filter(ends_on__lt=today)
        return sessions_to_mark(rows, today)
