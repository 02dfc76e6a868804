"""The planner: e-mails of the next days with the reason of each, and what will not leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from core.registries import reminder_sources, visible_ids
from notifications.models import MessageChoice, RefusedAddress, SentReminder
from notifications.planning import Matter, Plan, PlannedMessage, Preferences, Withheld, plan
from programme.access import Access
from programme.models import Programme

PLANNER_DAYS = 30
# No reminder has more than a year between its first occasion and its last.
LEDGER_DAYS = 400


@dataclass(frozen=True)
class PlannedRow:
    """A line of the planner: one e-mail to come, or one that will not leave (``why``)."""

    day: date
    person: str
    email: str
    company: str
    topic: str
    titles: tuple[str, ...]
    reasons: tuple[str, ...]
    url: str
    why: str = ""


@dataclass(frozen=True)
class PlannedDay:
    """The e-mails of one day."""

    day: date
    rows: tuple[PlannedRow, ...]


def planned(programme: Programme, *, first: date, days: int, access: Access | None = None) -> Plan:
    """What leaves from ``first`` on, about the companies ``access`` may see (all of them without one).

    Three queries, and those of the sources, whatever the number of companies.
    """
    matters: list[Matter] = []
    last = first + timedelta(days=days - 1)
    companies = None if access is None else visible_ids.get("participation")(access)
    for source in reminder_sources.values():
        matters += source.matters(programme, companies, first, last)
    return plan(
        matters,
        preferences=_preferences(programme),
        sent=frozenset(
            SentReminder.objects.filter(
                programme=programme, sent_on__gte=first - timedelta(days=LEDGER_DAYS)
            ).values_list("key", flat=True)
        ),
        refused=refused_addresses(programme),
        first=first,
        days=days,
    )


def _preferences(programme: Programme) -> dict[str, Preferences]:
    rows = MessageChoice.objects.filter(programme=programme)
    return {f"u{row.user_id}": row.preferences() for row in rows}


def refused_addresses(programme: Programme) -> frozenset[str]:
    """Addresses that refuse e-mails in a programme, in small letters."""
    rows = RefusedAddress.objects.for_programme(programme).filter(lifted_at__isnull=True)
    return frozenset(rows.values_list("email", flat=True))


def message_row(message: PlannedMessage) -> PlannedRow:
    """An e-mail to come, ready to print."""
    matter = message.matter
    return PlannedRow(
        day=message.day,
        person=matter.recipient.name,
        email=matter.recipient.email,
        company=matter.company,
        topic=str(matter.topic.label),
        titles=tuple(line.matter.title for line in message.lines),
        reasons=tuple(dict.fromkeys(line.reason for line in message.lines)),
        url=matter.path if len(message.lines) == 1 else matter.group_path,
    )


def withheld_row(each: Withheld) -> PlannedRow:
    """A reminder that will not leave, ready to print."""
    return PlannedRow(
        day=each.day,
        person=each.matter.recipient.name,
        email=each.matter.recipient.email,
        company=each.matter.company,
        topic=str(each.matter.topic.label),
        titles=(each.matter.title,),
        reasons=(each.reason,),
        url=each.matter.path,
        why=str(each.why.label),
    )


def by_day(rows: Iterable[PlannedRow]) -> list[PlannedDay]:
    """Rows grouped by day, in order."""
    days: dict[date, list[PlannedRow]] = {}
    for row in rows:
        days.setdefault(row.day, []).append(row)
    return [PlannedDay(day, tuple(days[day])) for day in sorted(days)]


def only(rows: Iterable[PlannedRow], text: str) -> list[PlannedRow]:
    """Rows of a company or of a person whose name or address holds some words."""
    words = text.casefold().split()
    return [
        row
        for row in rows
        if all(word in f"{row.company} {row.person} {row.email}".casefold() for word in words)
    ]
