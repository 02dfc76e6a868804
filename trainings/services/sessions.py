"""Writes about sessions: planned, changed, cancelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind
from companies.services import record_event
from core import audit
from core.errors import BusinessError
from programme.links import programme_url
from programme.models import Programme
from trainings.enums import EnrolmentStatus, SessionStatus
from trainings.faults import fault_text
from trainings.models import Attendance, Course, HalfDay, Provider, Session
from trainings.services.enrolments import locked_session, promote_waiting
from trainings.services.messages import calendar_text, tell
from trainings.timetable import PlannedHalfDay, in_order, problems
from trainings.wording import half_day_line, period


@dataclass(frozen=True)
class SessionDetails:
    """What a session is, apart from its course and its half-days.

    ``is_open`` lets companies register their own people; staff may enrol in either case.
    """

    provider: Provider
    trainer: User | None = None
    trainer_name: str = ""
    place: str = ""
    link: str = ""
    capacity_min: int = 4
    capacity_max: int = 12
    price_cents: int = 0
    is_open: bool = True


def _checked(programme: Programme, half_days: Sequence[PlannedHalfDay]) -> tuple[PlannedHalfDay, ...]:
    """The timetable in order. Raises ``BusinessError`` naming the first half-day at fault."""
    if not half_days:
        raise BusinessError(_("Indiquez au moins une demi-journée."), code="no-half-day")
    found = problems(half_days, programme_start=programme.starts_on, programme_end=programme.ends_on)
    if found:
        wrong = half_days[found[0].index]
        line = half_day_line(wrong.day, wrong.part, wrong.starts_at, wrong.ends_at)
        raise BusinessError(
            _("%(half_day)s\u00a0: %(fault)s")
            % {"half_day": line.capitalize(), "fault": fault_text(found[0].fault, programme)},
            code=f"half-day-{found[0].fault.value}",
        )
    return in_order(half_days)


def _apply(session: Session, details: SessionDetails, half_days: Sequence[PlannedHalfDay]) -> None:
    if details.provider.programme_id != session.programme_id:
        raise BusinessError(_("Cet organisme n’est pas du programme."), field="provider", code="provider")
    session.provider = details.provider
    session.trainer = details.trainer
    named = details.trainer.full_name if details.trainer is not None else ""
    session.trainer_name = details.trainer_name.strip() or named
    session.place, session.link = details.place.strip(), details.link.strip()
    session.capacity_min, session.capacity_max = details.capacity_min, details.capacity_max
    session.price_cents = details.price_cents
    session.starts_on, session.ends_on = half_days[0].day, half_days[-1].day
    if session.status in (SessionStatus.PLANNED, SessionStatus.OPEN):
        session.status = SessionStatus.OPEN if details.is_open else SessionStatus.PLANNED
    try:
        session.full_clean(exclude=["programme", "course", "provider", "trainer", "request_key"])
    except ValidationError as error:
        raise BusinessError(" ".join(error.messages), code="session-invalid") from error


def _half_day(session: Session, planned: PlannedHalfDay) -> HalfDay:
    return HalfDay(
        session=session,
        day=planned.day,
        part=planned.part,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        minutes=planned.minutes,
    )


def _planned_already(programme: Programme, request_key: UUID | None) -> Session | None:
    if request_key is None:
        return None
    session: Session | None = Session.objects.for_programme(programme).filter(request_key=request_key).first()
    return session


@transaction.atomic
def plan_session(
    *,
    actor: User | None,
    course: Course,
    details: SessionDetails,
    half_days: Sequence[PlannedHalfDay],
    request_key: UUID | None = None,
) -> Session:
    """Plan a session of a course; the same ``request_key`` sent twice gives the same session.

    Raises ``BusinessError`` for dates outside the programme, a half-day given twice, or wrong capacities.
    """
    existing = _planned_already(course.programme, request_key)
    if existing is not None:
        return existing
    ordered = _checked(course.programme, half_days)
    session = Session(programme=course.programme, course=course, request_key=request_key)
    _apply(session, details, ordered)
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError:
        # The same form arrived twice at the same instant: the other one made the session.
        existing = _planned_already(course.programme, request_key)
        if existing is None:
            raise
        return existing
    HalfDay.objects.bulk_create(_half_day(session, planned) for planned in ordered)
    audit.record(
        actor=actor,
        verb="session.planned",
        obj=session,
        programme_id=session.programme_id,
        changes={"half_days": [f"{each.day.isoformat()} {each.part}" for each in ordered]},
    )
    return session


@transaction.atomic
def change_session(
    *,
    actor: User | None,
    session: Session,
    details: SessionDetails,
    half_days: Sequence[PlannedHalfDay],
    notify: bool = True,
) -> Session:
    """Change a session; people who hold a place are told when its dates or place change.

    Raises ``BusinessError`` for a cancelled session, a capacity below the people enrolled, or the
    removal of a half-day whose attendance is marked. Side effects: e-mails, promotion of those who
    wait when there is more room, an audit event when something changed.
    """
    session = locked_session(session)
    if session.status == SessionStatus.CANCELLED:
        raise BusinessError(
            _("Cette session est annulée\u00a0: elle ne se modifie plus."), code="session-cancelled"
        )
    ordered = _checked(session.programme, half_days)
    before = _facts(session)
    taken = session.enrolments.holding_a_place().count()
    if details.capacity_max < taken:
        raise BusinessError(
            _(
                "%(count)s personnes sont déjà inscrites\u00a0: l’effectif maximum ne peut pas "
                "être plus petit."
            )
            % {"count": taken},
            field="capacity_max",
            code="capacity-below-enrolled",
        )
    _apply(session, details, ordered)
    dates_changed = _replace_half_days(session, ordered)
    after = _facts(session)
    changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if not changes:
        return session
    moved = dates_changed or "place" in changes or "link" in changes
    if moved:
        session.calendar_sequence += 1
    session.save()
    audit.record(
        actor=actor, verb="session.changed", obj=session, programme_id=session.programme_id, changes=changes
    )
    now = list(session.half_days.all())
    if moved and notify:
        people = session.enrolments.holding_a_place().select_related("participation")
        calendar = calendar_text(session, now)
        tell("training_session_changed", people, session=session, half_days=now, calendar=calendar)
    promote_waiting(actor=actor, session=session, half_days=now, notify=notify)
    return session


def _facts(session: Session) -> dict[str, object]:
    """What an audit event compares."""
    return {
        "provider": session.provider_id,
        "trainer": session.trainer_id,
        "trainer_name": session.trainer_name,
        "place": session.place,
        "link": session.link,
        "capacity_min": session.capacity_min,
        "capacity_max": session.capacity_max,
        "price_cents": session.price_cents,
        "status": session.status,
        "half_days": [
            f"{each.day.isoformat()} {each.part} {each.starts_at:%H:%M}-{each.ends_at:%H:%M}"
            for each in HalfDay.objects.filter(session=session)
        ],
    }


def _replace_half_days(session: Session, ordered: Sequence[PlannedHalfDay]) -> bool:
    """Bring the half-days to what is asked, keeping the rows that stay; says whether any changed."""
    wanted = {(each.day, each.part): each for each in ordered}
    present = {(each.day, each.part): each for each in session.half_days.all()}
    removed = [row for key, row in present.items() if key not in wanted]
    marked = Attendance.objects.filter(half_day__in=removed).select_related("half_day").first()
    if marked is not None:
        row = marked.half_day
        raise BusinessError(
            _("La présence est déjà enregistrée pour une demi-journée retirée\u00a0: %(half_day)s.")
            % {"half_day": half_day_line(row.day, row.part, row.starts_at, row.ends_at)},
            code="half-day-attended",
        )
    HalfDay.objects.filter(pk__in=[row.pk for row in removed]).delete()
    changed = bool(removed)
    for key, planned in wanted.items():
        kept = present.get(key)
        if kept is None:
            _half_day(session, planned).save()
            changed = True
        elif (kept.starts_at, kept.ends_at) != (planned.starts_at, planned.ends_at):
            kept.starts_at, kept.ends_at, kept.minutes = planned.starts_at, planned.ends_at, planned.minutes
            kept.save(update_fields=["starts_at", "ends_at", "minutes"])
            changed = True
    return changed


@transaction.atomic
def cancel_session(*, actor: User | None, session: Session, reason: str = "", notify: bool = True) -> Session:
    """Cancel a session nobody attended yet; cancelling twice changes nothing.

    Raises ``BusinessError`` when attendance shows that it was held. Side effects: e-mails that remove
    the calendar entries, a line on each company's timeline, an audit event with the reason.
    """
    session = locked_session(session)
    if session.status == SessionStatus.CANCELLED:
        return session
    if Attendance.objects.filter(enrolment__session=session, present=True).exists():
        raise BusinessError(
            _("Des personnes ont été présentes à cette session\u00a0: elle ne peut plus être annulée."),
            code="session-held",
        )
    session.status = SessionStatus.CANCELLED
    session.calendar_sequence += 1
    session.save(update_fields=["status", "calendar_sequence", "updated_at"])
    audit.record(
        actor=actor, verb="session.cancelled", obj=session, programme_id=session.programme_id, comment=reason
    )
    concerned = list(
        session.enrolments.exclude(status=EnrolmentStatus.CANCELLED).select_related("participation")
    )
    for participation in {each.participation_id: each.participation for each in concerned}.values():
        record_event(
            participation=participation,
            kind=EventKind.TRAINING,
            title=_("Session annulée\u00a0: «\u00a0%(course)s\u00a0»") % {"course": session.course.title},
            text=" ".join(filter(None, [period(session.starts_on, session.ends_on), reason])),
            url=programme_url(session.programme, "trainings:session_detail", pk=session.pk),
            actor=actor,
            visible_to_company=True,
        )
    if notify:
        half_days = list(session.half_days.all())
        calendar = calendar_text(session, half_days, cancelled=True)
        tell(
            "training_session_cancelled",
            concerned,
            session=session,
            half_days=half_days,
            calendar=calendar,
            reason=reason,
        )
    return session
