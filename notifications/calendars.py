"""The calendar file of a private address. Pure: whole days, the moment of writing is given."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from core.registries import CalendarEntry

PRODUCT = "-//EDEC IA//Calendrier//FR"
REFRESH = timedelta(hours=6)


def calendar_file(entries: Iterable[CalendarEntry], *, name: str, site_url: str, now: datetime) -> bytes:
    """Entries as a calendar that telephones and mail programs subscribe to."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    for entry in sorted(entries, key=lambda each: (each.day, each.uid)):
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title)
        event.add("transp", "TRANSPARENT")
        if entry.text:
            event.add("description", entry.text)
        event.add("url", f"{site_url.rstrip('/')}{entry.path}")
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
