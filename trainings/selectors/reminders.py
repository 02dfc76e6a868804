"""Who is to be reminded of a session: those who hold a place, a week before and on the last working day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from diagnostics.selectors.plan_reminders import pauses
from notifications.enums import Topic
from notifications.planning import Matter, Occasion, Recipient, last_working_day
from programme.links import programme_url
from programme.models import Programme
from trainings.enums import SessionStatus
from trainings.models import Enrolment, HalfDay, Session
from trainings.wording import half_day_line

COMING = (SessionStatus.PLANNED, SessionStatus.OPEN)
WEEK = timedelta(days=7)


def session_matters(programme: Programme, companies: Any, first: date, last: date) -> Iterator[Matter]:
    """People registered in sessions that begin near the period. Four queries."""
    rows = Enrolment.objects.holding_a_place().filter(
        session__programme=programme,
        session__status__in=COMING,
        session__starts_on__gt=first,
        session__starts_on__lte=last + WEEK,
    )
    if companies is not None:
        rows = rows.filter(participation__in=companies)
    half_days = Prefetch("session__half_days", queryset=HalfDay.objects.order_by("day", "starts_at"))
    enrolments = list(
        rows.select_related("session__course", "participation").prefetch_related(half_days).order_by("pk")
    )
    known = _accounts(enrolments)
    paused = pauses(programme)
    for each in enrolments:
        path = programme_url(programme, "trainings:session_detail", pk=each.session_id)
        yield Matter(
            key=f"session:{each.session_id}",
            topic=Topic.TRAININGS,
            template="reminder_session",
            recipient=_recipient(each, known),
            occasions=_occasions(each.session),
            title=each.session.course.title,
            company=each.participation.name,
            participation_id=each.participation_id,
            path=path,
            group_path=path,
            due_on=each.session.starts_on,
            # Enrolled within the week, she has just been told.
            answered_on=timezone.localdate(each.created_at),
            pause=paused.get(each.participation_id),
        )


def _accounts(enrolments: list[Enrolment]) -> dict[str, User]:
    """People who also have an account: what they chose to receive is theirs to choose."""
    emails = {each.email.lower() for each in enrolments}
    return {user.email.lower(): user for user in User.objects.filter(email__in=emails, is_active=True)}


def _recipient(enrolment: Enrolment, known: dict[str, User]) -> Recipient:
    user = known.get(enrolment.email.lower())
    if user is None:
        # Not her address: the ledger keeps this key, and forgets nobody by itself.
        return Recipient(f"e{enrolment.pk}", enrolment.full_name, enrolment.email)
    return Recipient(f"u{user.pk}", enrolment.full_name, enrolment.email, user.pk)


def _occasions(session: Session) -> tuple[Occasion, ...]:
    start = session.starts_on
    week, eve = last_working_day(start - WEEK), last_working_day(start - timedelta(days=1))
    reason = _reason(session)
    return (
        Occasion(f"{start}/-7", week, max(week, start - timedelta(days=4)), reason, week),
        Occasion(f"{start}/-1", eve, start - timedelta(days=1), reason),
    )


def _reason(session: Session) -> str:
    half_days = list(session.half_days.all())
    if not half_days:
        return ""
    opening = half_days[0]
    when = half_day_line(opening.day, opening.part, opening.starts_at, opening.ends_at)
    place = session.place or session.link
    return _("Vous êtes attendu %(when)s, %(place)s.") % {"when": when, "place": place or _("à distance")}
