"""Dates of the demonstration: it slides so that today is always in month 16 of 24. Pure module."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

MONTHS = 24
CURRENT_MONTH = 16
SATURDAY = 5


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", years=year))


def is_working_day(day: date) -> bool:
    """Tell whether people work that day: neither a week-end nor a French public holiday."""
    return day.weekday() < SATURDAY and day not in _public_holidays(day.year)


def add_months(day: date, months: int) -> date:
    """Return the first day of the month ``months`` after the month of ``day``."""
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


@dataclass(frozen=True)
class DemoCalendar:
    """The 24 months of the fictional agreement, counted from 1."""

    today: date

    @property
    def starts_on(self) -> date:
        """First day of month 1."""
        return add_months(self.today, 1 - CURRENT_MONTH)

    @property
    def ends_on(self) -> date:
        """Last day of month 24."""
        return add_months(self.starts_on, MONTHS) - timedelta(days=1)

    def month_start(self, month: int) -> date:
        """Return the first day of the ``month``-th month (1 to 24)."""
        return add_months(self.starts_on, month - 1)

    def at(self, progress: float) -> date:
        """Return the day at a share of the way (0 to 1) between the start and today, a working day."""
        days = (self.today - self.starts_on).days
        return self.working_day(self.starts_on + timedelta(days=round(days * progress)))

    def working_day(self, day: date) -> date:
        """Return ``day``, or the nearest working day before it, never before the agreement."""
        found = day
        while not is_working_day(found) and found > self.starts_on:
            found -= timedelta(days=1)
        while not is_working_day(found) or found < self.starts_on:
            found += timedelta(days=1)
        return found

    def next_working_day(self, day: date) -> date:
        """Return the first working day after ``day``."""
        found = day + timedelta(days=1)
        while not is_working_day(found):
            found += timedelta(days=1)
        return found
