"""What trainings hold about a person: enrolments, which are evidence once attendance was marked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from core import audit
from core.formats import format_date
from core.i18n import gettext_lazy as _
from core.persons import (
    ERASED_NAME,
    TRAINING_REASON,
    Erasure,
    PersonRecord,
    PersonScope,
    erased_address,
    kept,
)
from core.registries import PersonDataSource, own_actions, person_data
from trainings.enums import EnrolmentStatus
from trainings.models import Attendance, Enrolment, ProviderMember, Session
from trainings.services import cancel_enrolment

_WAY = "session__programme"


def _enrolments(scope: PersonScope) -> list[Enrolment]:
    rows = Enrolment.objects.filter(email__iexact=scope.email).select_related(
        "session__course", "session__programme", "participation"
    )
    return list(scope.within(rows, _WAY))


def _collect(scope: PersonScope) -> list[PersonRecord]:
    records = [
        PersonRecord(
            str(_("Inscription à une formation")),
            {
                str(_("formation")): each.session.course.title,
                str(_("du")): format_date(each.session.starts_on),
                str(_("entreprise")): each.participation.name,
                str(_("prénom")): each.first_name,
                str(_("nom")): each.last_name,
                str(_("état")): str(EnrolmentStatus(each.status).label),
                str(_("sexe")): each.get_sex_display(),
                str(_("tranche d’âge")): each.get_age_band_display(),
                str(_("catégorie")): each.get_occupation_display(),
                str(_("contrat")): each.get_contract_display(),
                str(_("demi-journées suivies")): each.attendances.filter(present=True).count(),
            },
        )
        for each in _enrolments(scope)
    ]
    led = scope.within(Session.objects.filter(trainer__email__iexact=scope.email)).select_related("course")
    records += [
        PersonRecord(
            str(_("Session animée")),
            {str(_("formation")): each.course.title, str(_("du")): format_date(each.starts_on)},
        )
        for each in led
    ]
    return records


def forget_trainee(enrolment: Enrolment) -> None:
    """Make an enrolment anonymous: the profile asked by the agreement stays counted, the name goes."""
    Enrolment.objects.filter(pk=enrolment.pk).update(
        first_name="", last_name=ERASED_NAME, email=erased_address(enrolment.pk)
    )
    audit.forget_names([enrolment])


def _erase(scope: PersonScope) -> Erasure:
    """Evidence keeps the name and loses the address; the rest loses both; places to come are given back."""
    today = timezone.localdate()
    erased = evidence = 0
    for enrolment in _enrolments(scope):
        if Attendance.objects.filter(enrolment=enrolment).exists():
            Enrolment.objects.filter(pk=enrolment.pk).update(email=erased_address(enrolment.pk))
            evidence += 1
            continue
        forget_trainee(enrolment)
        enrolment.refresh_from_db()
        if enrolment.session.ends_on >= today and enrolment.status != EnrolmentStatus.CANCELLED:
            cancel_enrolment(actor=None, enrolment=enrolment, notify=False)
        erased += 1
    members = ProviderMember.objects.filter(user__email__iexact=scope.email)
    gone, _rows = scope.within(members, "provider__programme").delete()
    held = scope.within(Session.objects.filter(trainer__email__iexact=scope.email))
    led = held.filter(half_days__attendances__isnull=False).distinct().count()
    return Erasure(
        erased=erased + gone,
        kept=kept(_("Formations suivies"), evidence, TRAINING_REASON)
        + kept(_("Formations animées"), led, TRAINING_REASON),
        keeps_account=bool(led),
    )


def _last_enrolments(programme: Any) -> Mapping[str, datetime]:
    rows = Enrolment.objects.filter(session__programme=programme).order_by("created_at")
    return {email.lower(): at for email, at in rows.values_list("email", "created_at")}


own_actions.register("trainings", _last_enrolments)
person_data.register(
    "trainings",
    PersonDataSource(
        label=_("Formations"),
        purpose=_("Organiser les formations et en justifier (convention, obligation légale)."),
        rank=20,
        collect=_collect,
        erase=_erase,
        keeps={
            "trainings.enrolment": TRAINING_REASON,
            "trainings.session.trainer_name": TRAINING_REASON,
            "trainings.provider": TRAINING_REASON,
            "trainings.course": "",
        },
    ),
)
