"""Hours of training, in whole minutes. Pure: no database, no clock.

What is counted is what was attended (signed by half-day), never what was planned.
"""

from collections.abc import Collection, Mapping
from datetime import time

NBSP = "\u00a0"


def minutes_between(starts_at: time, ends_at: time) -> int:
    """Length in minutes between two times of one day; 0 when they are reversed."""
    length = (ends_at.hour * 60 + ends_at.minute) - (starts_at.hour * 60 + starts_at.minute)
    return max(length, 0)


def attended_minutes(lengths: Mapping[int, int], present: Collection[int]) -> int:
    """Minutes of the half-days attended: ``lengths`` maps a half-day to its minutes."""
    return sum(lengths[half_day] for half_day in set(present) if half_day in lengths)


def whole_hours(minutes: int) -> int:
    """Minutes as hours, half an hour rounded up: what an indicator in hours shows."""
    return (minutes + 30) // 60


class HoursOfTrainees:
    """Gives figures that keep ``trainee_minutes`` their hours, the way every page and report shows them."""

    trainee_minutes: int

    @property
    def trainee_hours(self) -> int:
        """Hours × trainees, rounded to the hour."""
        return whole_hours(self.trainee_minutes)


def format_duration(minutes: int) -> str:
    """``7 h``, ``3 h 30``, ``45 min``; ``0 h`` when there is nothing."""
    hours, rest = divmod(max(minutes, 0), 60)
    if hours and rest:
        return f"{hours}{NBSP}h{NBSP}{rest:02d}"
    if rest:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h"


def format_clock(moment: time) -> str:
    """A time of day as ``9 h 00``."""
    return f"{moment.hour}{NBSP}h{NBSP}{moment.minute:02d}"
