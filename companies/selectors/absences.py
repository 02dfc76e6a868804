"""Absences of advisors: who replaces whom, until when."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from companies.enums import AbsenceStatus
from companies.models import AdvisorAbsence
from programme.access import Access
from programme.models import Programme

OPEN = (AbsenceStatus.PLANNED, AbsenceStatus.RUNNING)


def running_absence(programme: Programme, advisor: User) -> AdvisorAbsence | None:
    """The absence an advisor is in now, if any."""
    rows = AdvisorAbsence.objects.for_programme(programme).select_related("replacement")
    found: AdvisorAbsence | None = rows.filter(absent=advisor, status=AbsenceStatus.RUNNING).first()
    return found


def overlapping(programme: Programme, user: User, starts_on: date, ends_on: date) -> "QuerySet[Any]":
    """Open absences of a period in which a person is absent or replaces somebody."""
    rows = AdvisorAbsence.objects.for_programme(programme).filter(
        status__in=OPEN, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    mine: QuerySet[Any] = rows.filter(Q(absent=user) | Q(replacement=user)).select_related(
        "absent", "replacement"
    )
    return mine


def absences_for(access: Access) -> "QuerySet[Any]":
    """Absences the office sees, or those a person is part of; open ones first."""
    rows = AdvisorAbsence.objects.for_programme(access.programme).select_related("absent", "replacement")
    if not access.is_office:
        rows = rows.filter(Q(absent=access.user) | Q(replacement=access.user))
    handed = Count("handed", filter=Q(handed__meeting=None))
    annotated: QuerySet[Any] = rows.annotate(companies=handed).order_by("-ends_on", "-pk")
    return annotated


def replaced_by(access: Access) -> "QuerySet[Any]":
    """Absences during which the caller replaces somebody today, for her home page and her log."""
    today = timezone.localdate()
    rows: QuerySet[Any] = AdvisorAbsence.objects.for_programme(access.programme).filter(
        replacement=access.user, status=AbsenceStatus.RUNNING, ends_on__gte=today
    )
    return rows.select_related("absent")
