"""Calendar entry (.ics) of a meeting. Pure: the moment of writing is given.

The identifier never changes and the sequence grows, so that a second message replaces the entry of the
first in the person's calendar, and a cancellation removes it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event

PRODUCT = "-//EDEC IA//Meetings//FR"


@dataclass(frozen=True)
class MeetingEntry:
    """What a calendar needs to know of a meeting; moments are aware."""

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    url: str = ""
    description: str = ""
    organizer: str = ""
    is_cancelled: bool = False


def meeting_calendar(entry: MeetingEntry, *, now: datetime) -> str:
    """The entry as text, in UTC, which every calendar reads without a time-zone table."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if entry.is_cancelled else "PUBLISH")
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", entry.title)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    for name, value in (
        ("location", entry.place),
        ("url", entry.url),
        ("description", entry.description),
        ("organizer", f"mailto:{entry.organizer}" if entry.organizer else ""),
    ):
        if value:
            event.add(name, value)
    calendar.add_component(event)
    return str(calendar.to_ical().decode())
