"""The half-days of a session, checked together. Pure: dates of the programme are given.

One signature per person and half-day is what funders ask for, so a half-day stands once in a
session, lasts a plausible time, and falls inside the agreement.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from trainings.hours import minutes_between

SHORTEST_MINUTES = 30
LONGEST_MINUTES = 300


class Fault(StrEnum):
    """What is wrong with a half-day; the door puts it into words."""

    TWICE = "twice"
    REVERSED = "reversed"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    OVERLAPS = "overlaps"
    BEFORE_PROGRAMME = "before_programme"
    AFTER_PROGRAMME = "after_programme"


@dataclass(frozen=True)
class PlannedHalfDay:
    """A half-day asked for; ``part`` is ``am`` or ``pm``."""

    day: date
    part: str
    starts_at: time
    ends_at: time

    @property
    def minutes(self) -> int:
        """Its length."""
        return minutes_between(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Problem:
    """A fault and the rank of the half-day that has it."""

    index: int
    fault: Fault


def problems(
    half_days: Sequence[PlannedHalfDay], *, programme_start: date, programme_end: date
) -> tuple[Problem, ...]:
    """Everything wrong with a timetable, at most one fault per half-day, in their order."""
    found = []
    for index, half_day in enumerate(half_days):
        fault = _own_fault(half_day, programme_start, programme_end)
        fault = fault or _fault_beside(half_day, half_days[:index])
        if fault is not None:
            found.append(Problem(index, fault))
    return tuple(found)


def _own_fault(half_day: PlannedHalfDay, start: date, end: date) -> Fault | None:
    if half_day.day < start:
        return Fault.BEFORE_PROGRAMME
    if half_day.day > end:
        return Fault.AFTER_PROGRAMME
    if half_day.ends_at <= half_day.starts_at:
        return Fault.REVERSED
    if half_day.minutes < SHORTEST_MINUTES:
        return Fault.TOO_SHORT
    return Fault.TOO_LONG if half_day.minutes > LONGEST_MINUTES else None


def _fault_beside(half_day: PlannedHalfDay, earlier: Sequence[PlannedHalfDay]) -> Fault | None:
    same_day = [other for other in earlier if other.day == half_day.day]
    if any(other.part == half_day.part for other in same_day):
        return Fault.TWICE
    if any(other.starts_at < half_day.ends_at and half_day.starts_at < other.ends_at for other in same_day):
        return Fault.OVERLAPS
    return None


def in_order(half_days: Sequence[PlannedHalfDay]) -> tuple[PlannedHalfDay, ...]:
    """The half-days as they will happen."""
    return tuple(sorted(half_days, key=lambda each: (each.day, each.starts_at)))


def is_over(ends: Collection[tuple[date, time]], *, now: datetime) -> bool:
    """Whether every half-day has ended: ``ends`` are their days and closing times, ``now`` is local."""
    return bool(ends) and all(each <= (now.date(), now.time()) for each in ends)
