"""Who may do what with sessions, enrolments and attendance."""

from datetime import date, datetime

from companies.models import Participation
from programme.access import Access
from programme.enums import Role
from trainings import timetable
from trainings.enums import EnrolmentStatus, SessionStatus
from trainings.models import Enrolment, Session


def can_plan_sessions(access: Access) -> bool:
    """The office plans, changes and cancels sessions, and keeps training bodies."""
    return access.is_office


def can_mark_attendance(access: Access, session: Session) -> bool:
    """The office, and the trainers who see the session; nobody marks a cancelled one."""
    if session.programme_id != access.programme.pk or session.status == SessionStatus.CANCELLED:
        return False
    return access.is_office or (
        access.has(Role.TRAINER) and Session.objects.visible_to(access).filter(pk=session.pk).exists()
    )


def takes_registrations(session: Session) -> bool:
    """Whether people can still be registered by the programme's staff."""
    return session.status != SessionStatus.CANCELLED


def is_over(session: Session, now: datetime) -> bool:
    """Whether the last half-day has ended at ``now``, a local moment: nobody gets a place any more."""
    return timetable.is_over([(each.day, each.ends_at) for each in session.half_days.all()], now=now)


def is_open_to_companies(session: Session, today: date) -> bool:
    """Whether a company may still register its own people: open, and not begun."""
    return session.status == SessionStatus.OPEN and session.starts_on >= today


def can_enrol(access: Access, session: Session, participation: Participation, today: date) -> bool:
    """Staff for the companies they may see; a company for itself, while the session is open."""
    if session.programme_id != access.programme.pk or participation.programme_id != access.programme.pk:
        return False
    if access.is_office:
        return takes_registrations(session)
    if access.has(Role.ADVISOR) and access.user is not None and participation.advisor_id == access.user.pk:
        return takes_registrations(session)
    return access.has(Role.COMPANY) and is_open_to_companies(session, today)


def can_see_link(access: Access, session: Session) -> bool:
    """The remote class opens to the team, to the session's trainers, and to companies with somebody in it."""
    if access.is_staff or Session.objects.visible_to(access).filter(pk=session.pk).exists():
        return True
    return session.enrolments.visible_to(access).holding_a_place().exists()


def can_cancel_enrolment(access: Access, enrolment: Enrolment, today: date) -> bool:
    """Who could enrol the person may also give the place back."""
    if enrolment.status == EnrolmentStatus.CANCELLED:
        return False
    return can_enrol(access, enrolment.session, enrolment.participation, today)
