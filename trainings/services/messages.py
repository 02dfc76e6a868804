"""What trainees are told: each message carries the calendar entries it creates, moves or removes."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from notifications.services import send_message
from trainings.invites import CalendarSlot, session_calendar
from trainings.models import Enrolment, HalfDay, Session
from trainings.wording import duration_line, half_day_line, period


def calendar_text(
    session: Session, half_days: Sequence[HalfDay], *, cancelled: bool = False, with_link: bool = True
) -> str:
    """The .ics of a session; the same entries are replaced or removed by later ones.

    ``with_link`` writes the address of the remote class, which is for the people enrolled only.
    """
    return session_calendar(
        [
            CalendarSlot(
                uid=f"{half_day.day:%Y%m%d}-{half_day.part}-session-{session.pk}@{session.programme.slug}.edec-ia",
                day=half_day.day,
                starts_at=half_day.starts_at,
                ends_at=half_day.ends_at,
            )
            for half_day in half_days
        ],
        title=session.course.title,
        location=session.place,
        description=session.link if with_link else "",
        zone=ZoneInfo(settings.TIME_ZONE),
        now=timezone.now(),
        cancelled=cancelled,
        sequence=session.calendar_sequence,
    )


def _context(session: Session, half_days: Sequence[HalfDay], **extra: str) -> dict[str, object]:
    return {
        "course": session.course.title,
        "period": period(session.starts_on, session.ends_on),
        "half_days": [
            half_day_line(half_day.day, half_day.part, half_day.starts_at, half_day.ends_at)
            for half_day in half_days
        ],
        "duration": duration_line(len(half_days), sum(half_day.minutes for half_day in half_days)),
        "place": session.place,
        "session_link": session.link,
        "trainer": session.trainer_name,
        **extra,
    }


def tell(
    template: str,
    enrolments: Iterable[Enrolment],
    *,
    session: Session,
    half_days: Sequence[HalfDay],
    calendar: str = "",
    **extra: str,
) -> None:
    """Send one message to each person; ``calendar`` is the text of an .ics to attach."""
    attachments = (
        [{"name": "formation.ics", "content": calendar, "type": "text/calendar"}] if calendar else []
    )
    facts = _context(session, half_days, **extra)
    for enrolment in enrolments:
        send_message(
            template=template,
            email=enrolment.email,
            programme=session.programme,
            context={**facts, "first_name": enrolment.first_name, "company": enrolment.participation.name},
            attachments=attachments,
            participation_id=enrolment.participation_id,
        )
