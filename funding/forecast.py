"""What was planned by a date, and what the pace so far leads to.

A plan holds one amount per line for the whole agreement. To compare it with what
was spent month by month, the plan is spread over the agreement by days, each
month's end being rounded down once on the cumulated amount: no cent is lost and no
month is negative. Dates and integer cents in, integer cents out; no clock.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class MonthPoint:
    """Planned and actual amounts of one month, alone and cumulated, in cents."""

    month: date
    planned_cents: int
    actual_cents: int
    planned_total_cents: int
    actual_total_cents: int


def planned_by(total: int, start: date, end: date, at: date) -> int:
    """Return the part of ``total`` cents planned up to the end of the day ``at``.

    Args:
        total: planned amount for the whole period, in cents.
        start: first day of the agreement.
        end: last day of the agreement, included; must not be before ``start``.
        at: the day asked about; before ``start`` gives 0, from ``end`` on gives ``total``.

    Raises:
        ValueError: the period ends before it starts.
    """
    if end < start:
        raise ValueError("the period ends before it starts")
    if at < start:
        return 0
    if at >= end:
        return total
    return total * ((at - start).days + 1) // ((end - start).days + 1)


def expected_at_end(spent: int, start: date, end: date, at: date) -> int:
    """Return what ``spent`` cents at ``at`` lead to at ``end`` if the pace stays the same.

    Rounded half up to the cent. Before the start, or after the end, it is what was spent.

    Raises:
        ValueError: the period ends before it starts.
    """
    if end < start:
        raise ValueError("the period ends before it starts")
    if at < start or at >= end:
        return spent
    elapsed, whole = (at - start).days + 1, (end - start).days + 1
    return (2 * spent * whole + elapsed) // (2 * elapsed)


def monthly_points(total: int, start: date, end: date, actual: dict[date, int]) -> tuple[MonthPoint, ...]:
    """Return one point per calendar month of the agreement, plan beside actual.

    Args:
        total: planned amount for the whole period, in cents.
        start: first day of the agreement.
        end: last day of the agreement, included.
        actual: amounts by first day of month, in cents; a month outside the agreement
            (a late payment) gets its own point, with nothing planned.
    """
    months = set(_months(start, end)) | {month.replace(day=1) for month in actual}
    points: list[MonthPoint] = []
    planned_before = actual_before = 0
    for month in sorted(months):
        planned = planned_by(total, start, end, _last_day(month))
        spent = actual.get(month, 0)
        actual_before += spent
        points.append(MonthPoint(month, planned - planned_before, spent, planned, actual_before))
        planned_before = planned
    return tuple(points)


def _months(start: date, end: date) -> list[date]:
    months, current = [], start.replace(day=1)
    while current <= end:
        months.append(current)
        current = date(current.year + current.month // 12, current.month % 12 + 1, 1)
    return months


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
