"""Dates, durations and lists of trainings in French words."""

from collections.abc import Sequence
from datetime import date, time

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.formats import format_date
from trainings.enums import DayPart
from trainings.hours import format_clock, format_duration

WEEKDAYS = (
    gettext_lazy("lundi"),
    gettext_lazy("mardi"),
    gettext_lazy("mercredi"),
    gettext_lazy("jeudi"),
    gettext_lazy("vendredi"),
    gettext_lazy("samedi"),
    gettext_lazy("dimanche"),
)


def period(start: date, end: date) -> str:
    """``2 mars 2026``, ``du 2 au 3 mars 2026``, ``du 31 mars au 2 avril 2026``."""
    if start == end:
        return format_date(start)
    first = format_date(start)
    if start.year == end.year:
        first = first.removesuffix(f"\u00a0{start.year}")
        if start.month == end.month:
            first = first.split("\u00a0")[0]
    return _("du %(start)s au %(end)s") % {"start": first, "end": format_date(end)}


def clock_range(starts_at: time, ends_at: time) -> str:
    """``de 9 h 00 à 12 h 30``."""
    return _("de %(start)s à %(end)s") % {"start": format_clock(starts_at), "end": format_clock(ends_at)}


def half_day_line(day: date, part: str, starts_at: time, ends_at: time) -> str:
    """``lundi 2 mars 2026, matin, de 9 h 00 à 12 h 30``."""
    return _("%(weekday)s %(day)s, %(part)s, %(hours)s") % {
        "weekday": WEEKDAYS[day.weekday()],
        "day": format_date(day),
        "part": DayPart(part).label,
        "hours": clock_range(starts_at, ends_at),
    }


def where(place: str) -> str:
    """The place, or « à distance »: the address of a remote class is for the people enrolled only."""
    return place or _("à distance")


def duration_line(half_days: int, minutes: int) -> str:
    """``2 demi-journées, 7 h``."""
    return ngettext(
        "%(count)s\u00a0demi-journée, %(duration)s", "%(count)s\u00a0demi-journées, %(duration)s", half_days
    ) % {"count": half_days, "duration": format_duration(minutes)}


def people(count: int) -> str:
    """``1 personne``, ``3 personnes``."""
    return ngettext("%(count)s\u00a0personne", "%(count)s\u00a0personnes", count) % {"count": count}


def listed(names: Sequence[str]) -> str:
    """``Ada``, ``Ada et Luc``, ``Ada, Luc et Zoé``."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s et %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
