"""When the time of something is over: whole calendar years and months, never a day too early. Pure."""

from datetime import date, timedelta


def months_after(day: date, months: int) -> date:
    """The same day some months later; where it does not exist, the first day of the month that follows.

    A month that has no 31st must not shorten what was promised.
    """
    whole = day.year * 12 + day.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)


def years_after(day: date, years: int) -> date:
    """The same day some years later; 1 March for a 29 February."""
    return months_after(day, 12 * years)


def latest_start(today: date, *, months: int) -> date:
    """The last day from which ``months`` have gone by today: what began later is not over.

    The inverse of ``months_after``, for a database that compares dates.
    """
    whole = today.year * 12 + today.month - 1 - months
    year, month = whole // 12, whole % 12 + 1
    for day in range(31, 0, -1):
        try:
            start = date(year, month, day)
        except ValueError:
            continue
        if months_after(start, months) <= today:
            return start
    # Nothing of this month is over yet: the last day of the month before is.
    return date(year, month, 1) - timedelta(days=1)
