"""Replacement of an absent advisor: everything is handed over on the first day, given back after the last.

Two jobs, one at each end, call ``settle_absence``, which compares the dates with today and does what is
missing; called at any moment, any number of times, it does it once.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import AbsenceStatus, EventKind, MeetingStatus
from companies.models import AdvisorAbsence, HandedItem, Meeting, Participation
from companies.selectors.absences import OPEN, overlapping
from companies.services.participations import assign_advisor
from companies.services.timeline import record_event
from core import audit, jobs
from core.errors import BusinessError
from core.formats import format_date
from programme.enums import STAFF
from programme.models import Programme
from programme.selectors import role_holders

HANDLER = "companies.settle_absence"


@transaction.atomic
def plan_absence(
    *,
    actor: User | None,
    programme: Programme,
    absent: User,
    replacement: User,
    starts_on: date,
    ends_on: date,
    note: str = "",
) -> AdvisorAbsence:
    """Have somebody follow an advisor's companies from one day to another, both included.

    The same request again is the same absence. Raises ``BusinessError`` for impossible dates, somebody
    outside the team, or a period in which one of the two is absent or replaces somebody already.
    Side effects: what begins today is handed over at once; two jobs settle both ends.
    """
    twin = AdvisorAbsence.objects.for_programme(programme).filter(
        absent=absent, replacement=replacement, starts_on=starts_on, ends_on=ends_on, status__in=OPEN
    )
    if (existing := twin.first()) is not None:
        found: AdvisorAbsence = existing
        return found
    _check(programme, absent, replacement, starts_on, ends_on)
    absence = AdvisorAbsence(
        programme=programme,
        absent=absent,
        replacement=replacement,
        starts_on=starts_on,
        ends_on=ends_on,
        note=note[:500],
    )
    absence.full_clean(exclude=["programme"])
    absence.save()
    audit.record(
        actor=actor,
        verb="absence.planned",
        obj=absence,
        programme_id=programme.pk,
        changes={"from": starts_on.isoformat(), "to": ends_on.isoformat()},
    )
    _plan_handovers(actor, absence)
    settle_absence(actor=actor, absence=absence)
    return absence


def _plan_handovers(actor: User | None, absence: AdvisorAbsence) -> None:
    """One job on the first day, one on the day after the last."""
    for end, day in (("start", absence.starts_on), ("end", absence.ends_on + timedelta(days=1))):
        jobs.enqueue(
            HANDLER,
            key=f"absence-{absence.pk}-{end}",
            label=_("Passage de relais"),
            programme_id=absence.programme_id,
            actor=actor,
            run_at=_midnight(day),
            absence_id=absence.pk,
        )


def _check(programme: Programme, absent: User, replacement: User, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise BusinessError(_("Le dernier jour vient avant le premier."), field="ends_on", code="dates")
    if ends_on < timezone.localdate():
        raise BusinessError(_("Cette absence est déjà terminée."), field="ends_on", code="past")
    if absent == replacement:
        raise BusinessError(
            _("Choisissez une autre personne que l’absente."), field="replacement", code="same-person"
        )
    team = set(role_holders(programme, *STAFF).values_list("pk", flat=True))
    for field, user in (("absent", absent), ("replacement", replacement)):
        if user.pk not in team:
            raise BusinessError(
                _("%(name)s ne fait pas partie de l’équipe de ce programme.") % {"name": user.full_name},
                field=field,
                code="not-staff",
            )
        clash = overlapping(programme, user, starts_on, ends_on).first()
        if clash is not None:
            raise BusinessError(
                _("%(name)s est déjà concernée ou concerné par une absence du %(start)s au %(end)s.")
                % {
                    "name": user.full_name,
                    "start": format_date(clash.starts_on),
                    "end": format_date(clash.ends_on),
                },
                field=field,
                code="overlap",
            )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@transaction.atomic
def settle_absence(*, actor: User | None, absence: AdvisorAbsence) -> None:
    """Bring an absence to where it should be today: handed over, or given back."""
    today = timezone.localdate()
    if absence.status not in OPEN:
        return
    if today > absence.ends_on:
        _give_back(actor, absence)
    elif today >= absence.starts_on and absence.status == AbsenceStatus.PLANNED:
        _hand_over(actor, absence)


@transaction.atomic
def end_absence(*, actor: User | None, absence: AdvisorAbsence) -> None:
    """The advisor is back earlier, or the absence is called off. Ending again changes nothing."""
    if absence.status == AbsenceStatus.PLANNED:
        absence.status = AbsenceStatus.CANCELLED
        absence.save(update_fields=["status", "updated_at"])
        audit.record(actor=actor, verb="absence.cancelled", obj=absence, programme_id=absence.programme_id)
    elif absence.status == AbsenceStatus.RUNNING:
        _give_back(actor, absence)


def _hand_over(actor: User | None, absence: AdvisorAbsence) -> None:
    absence.status = AbsenceStatus.RUNNING
    absence.save(update_fields=["status", "updated_at"])
    now = timezone.now()
    mine = Participation.objects.for_programme(absence.programme).filter(advisor=absence.absent)
    for participation in mine.select_related("programme", "advisor"):
        HandedItem.objects.create(absence=absence, participation=participation, handed_at=now)
        assign_advisor(actor=actor, participation=participation, advisor=absence.replacement)
    led = Meeting.objects.filter(
        participation__programme=absence.programme,
        led_by=absence.absent,
        status=MeetingStatus.PLANNED,
        starts_at__gte=_midnight(absence.starts_on),
        starts_at__lt=_midnight(absence.ends_on + timedelta(days=1)),
    )
    for meeting in led.select_related("participation"):
        HandedItem.objects.create(
            absence=absence, participation=meeting.participation, meeting=meeting, handed_at=now
        )
        _lead(actor, meeting, absence.replacement)
    audit.record(actor=actor, verb="absence.handed_over", obj=absence, programme_id=absence.programme_id)


def _give_back(actor: User | None, absence: AdvisorAbsence) -> None:
    """Give back what the replacement still has; what somebody gave to another person meanwhile stays."""
    absence.status = AbsenceStatus.ENDED
    absence.save(update_fields=["status", "updated_at"])
    now = timezone.now()
    is_staff = role_holders(absence.programme, *STAFF).filter(pk=absence.absent_id).exists()
    rows = absence.handed.filter(returned_at=None).select_related(
        "participation__programme", "participation__advisor", "meeting__participation"
    )
    for item in rows:
        meeting = item.meeting
        if meeting is not None:
            planned = meeting.status == MeetingStatus.PLANNED
            if planned and meeting.led_by_id == absence.replacement_id:
                _lead(actor, meeting, absence.absent)
        elif is_staff and item.participation.advisor_id == absence.replacement_id:
            assign_advisor(actor=actor, participation=item.participation, advisor=absence.absent)
        item.returned_at = now
        item.save(update_fields=["returned_at"])
    audit.record(actor=actor, verb="absence.given_back", obj=absence, programme_id=absence.programme_id)


def _lead(actor: User | None, meeting: Meeting, leader: User) -> None:
    meeting.led_by = leader
    meeting.sequence += 1
    meeting.save(update_fields=["led_by", "sequence", "updated_at"])
    record_event(
        participation=meeting.participation,
        kind=EventKind.MEETING,
        title=_("Le rendez-vous sera tenu par %(name)s") % {"name": leader.full_name},
        actor=actor,
    )
