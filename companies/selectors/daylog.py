"""The day of an advisor: what was done, whom she meets, what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind, Stage
from companies.models import Meeting, Participation, TimelineEvent
from companies.selectors.meetings import MeetingRow, meeting_row
from core.exports import Sheet
from core.formats import format_date, format_time
from programme.access import Access
from programme.links import programme_url

MAX_DUE = 50


@dataclass(frozen=True)
class LogLine:
    """Something done for a company."""

    time: str
    kind: str
    title: str
    text: str
    company: str
    url: str
    minutes: int | None


@dataclass(frozen=True)
class DueLine:
    """A next step that was to be taken by that day."""

    company: str
    url: str
    step: str
    day: str
    is_late: bool


@dataclass(frozen=True)
class DayLog:
    """All of one day of one person."""

    lines: tuple[LogLine, ...]
    meetings: tuple[MeetingRow, ...]
    due: tuple[DueLine, ...]
    minutes: int
    calls: int


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    start = timezone.make_aware(datetime.combine(first, time()))
    return start, timezone.make_aware(datetime.combine(last + timedelta(days=1), time()))


def _events(access: Access, person: User, first: date, last: date) -> Any:
    start, end = _bounds(first, last)
    visible = Participation.objects.visible_to(access)
    return TimelineEvent.objects.filter(
        actor=person, at__gte=start, at__lt=end, participation__in=visible.values("pk")
    )


def day_log(access: Access, person: User, day: date) -> DayLog:
    """What one person did, has and must do on one day, among companies the caller may see (four queries)."""
    events = _events(access, person, day, day)
    totals = events.aggregate(minutes=Sum("duration_minutes"))
    rows = list(events.select_related("participation").order_by("at", "pk"))
    start, end = _bounds(day, day)
    visible = Participation.objects.visible_to(access)
    meetings = (
        Meeting.objects.filter(
            led_by=person, starts_at__gte=start, starts_at__lt=end, participation__in=visible.values("pk")
        )
        .select_related("participation", "led_by")
        .order_by("starts_at", "pk")
    )
    return DayLog(
        lines=tuple(_line(access, row) for row in rows),
        meetings=tuple(meeting_row(access, meeting) for meeting in meetings),
        due=tuple(_due(access, person, day)),
        minutes=totals["minutes"] or 0,
        calls=sum(1 for row in rows if row.kind == EventKind.CALL),
    )


def _line(access: Access, row: TimelineEvent) -> LogLine:
    return LogLine(
        time=format_time(timezone.localtime(row.at)),
        kind=str(EventKind(row.kind).label),
        title=row.title,
        text=row.text,
        company=row.participation.name,
        url=programme_url(access.programme, "companies:detail", pk=row.participation_id),
        minutes=row.duration_minutes,
    )


def _due(access: Access, person: User, day: date) -> Iterator[DueLine]:
    rows = (
        Participation.objects.visible_to(access)
        .filter(advisor=person, next_step_on__lte=day)
        .exclude(stage=Stage.CLOSED)
        .order_by("next_step_on", "name_key", "pk")
        .values_list("pk", "name", "next_step", "next_step_on")
    )
    for pk, name, step, on in rows[:MAX_DUE]:
        url = programme_url(access.programme, "companies:detail", pk=pk)
        yield DueLine(name, url, step or str(_("à préciser")), format_date(on), on < day)


def log_sheet(access: Access, person: User, first: date, last: date) -> Sheet:
    """What one person did over a period, to hand in or to count."""
    rows = _events(access, person, first, last).select_related("participation", "contact")
    return Sheet(
        title=_("Journal"),
        columns=[
            _("Date"),
            _("Heure"),
            _("Entreprise"),
            _("Nature"),
            _("Titre"),
            _("Avec"),
            _("Durée (minutes)"),
            _("Texte"),
        ],
        rows=(_sheet_row(row) for row in rows.order_by("at", "pk").iterator(chunk_size=500)),
    )


def _sheet_row(row: TimelineEvent) -> list[Any]:
    local = timezone.localtime(row.at)
    return [
        local.date(),
        f"{local:%H:%M}",
        row.participation.name,
        str(EventKind(row.kind).label),
        row.title,
        str(row.contact or ""),
        row.duration_minutes,
        row.text,
    ]
