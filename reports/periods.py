"""Periods of reports: quarters, their names, and where a day stands in an agreement. No query, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from core.formats import format_date

_ORDINALS = ("1er", "2e", "3e", "4e")


@dataclass(frozen=True)
class Period:
    """Both days included."""

    start: date
    end: date

    @property
    def label(self) -> str:
        """``3e trimestre 2026`` for a whole quarter, ``année 2026`` for a year, else the two dates."""
        if self == quarter_of(self.start):
            rank = _ORDINALS[(self.start.month - 1) // 3]
            return _("%(rank)s trimestre %(year)s") % {"rank": rank, "year": self.start.year}
        if (self.start, self.end) == (date(self.start.year, 1, 1), date(self.start.year, 12, 31)):
            return _("année %(year)s") % {"year": self.start.year}
        dates = {"start": format_date(self.start), "end": format_date(self.end)}
        return _("du %(start)s au %(end)s") % dates

    def within(self, start: date, end: date) -> Period | None:
        """The part of the period inside two bounds, or nothing."""
        first, last = max(self.start, start), min(self.end, end)
        return Period(first, last) if first <= last else None


def quarter_of(day: date) -> Period:
    """The calendar quarter of a day."""
    month = (day.month - 1) // 3 * 3 + 1
    start = date(day.year, month, 1)
    following = date(day.year + (month == 10), month % 12 + 3 if month < 10 else 1, 1)
    return Period(start, following - timedelta(days=1))


def finished_quarters(start: date, today: date, end: date) -> tuple[Period, ...]:
    """Quarters that are over and touch the agreement, latest first."""
    quarters: list[Period] = []
    current = quarter_of(start)
    while current.end < today and current.start <= end:
        quarters.append(current)
        current = quarter_of(current.end + timedelta(days=1))
    return tuple(reversed(quarters))


def default_period(start: date, today: date, end: date) -> Period:
    """The last quarter that is over; before there is one, from the start to today."""
    quarters = finished_quarters(start, today, end)
    return quarters[0] if quarters else Period(start, max(start, min(today, end)))


def month_number(start: date, at: date) -> int:
    """Which month of the agreement a day is in: 1 for the first; 0 before it."""
    if at < start:
        return 0
    months = (at.year - start.year) * 12 + at.month - start.month
    return months + (1 if at.day >= start.day else 0)


def month_count(start: date, end: date) -> int:
    """How many months the agreement lasts: 24 from 29 January 2019 to 28 January 2021."""
    return month_number(start, end)


def elapsed_share(start: date, end: date, at: date) -> float:
    """Share of the agreement gone by at the end of a day, from 0 to 1."""
    whole = (end - start).days + 1
    gone = (min(max(at, start - timedelta(days=1)), end) - start).days + 1
    return gone / whole
