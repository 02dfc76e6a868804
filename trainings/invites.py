"""Calendar entries (.ics) of a session. Pure: the moment of writing is given, times are local.

One entry per half-day, each with an identifier that never changes, so that a second message
replaces the entry of the first in the person's calendar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

PRODUCT = "-//EDEC IA//Formations//FR"


@dataclass(frozen=True)
class CalendarSlot:
    """One entry: ``uid`` is stable for the half-day."""

    uid: str
    day: date
    starts_at: time
    ends_at: time


def session_calendar(
    slots: Sequence[CalendarSlot],
    *,
    title: str,
    location: str,
    description: str,
    zone: ZoneInfo,
    now: datetime,
    cancelled: bool = False,
    sequence: int = 0,
) -> str:
    """The calendar of a session as text; ``cancelled`` removes the entries from the calendar.

    Times are written in UTC, which every calendar reads without a time-zone table.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    for slot in slots:
        event = Event()
        event.add("uid", slot.uid)
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", datetime.combine(slot.day, slot.starts_at, tzinfo=zone).astimezone(UTC))
        event.add("dtend", datetime.combine(slot.day, slot.ends_at, tzinfo=zone).astimezone(UTC))
        event.add("summary", title)
        event.add("sequence", sequence)
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        if location:
            event.add("location", location)
        if description:
            event.add("description", description)
        calendar.add_component(event)
    return str(calendar.to_ical().decode())
