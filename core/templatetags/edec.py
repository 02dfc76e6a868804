"""Template filters every page uses (loaded as builtins): French numbers, amounts, dates."""

from datetime import date, datetime
from typing import Any, Literal

from django import template
from django.utils import timezone

from core import formats

register = template.Library()


@register.filter
def euros(cents: int | Literal[""] | None) -> str:
    """Cents as ``1 046 100,00 €``; a dash for nothing."""
    return "–" if cents is None or cents == "" else formats.format_euros(cents)


@register.filter
def euros_round(cents: int | Literal[""] | None) -> str:
    """Cents rounded to the euro."""
    return "–" if cents is None or cents == "" else formats.format_euros_round(cents)


@register.filter
def number(value: Any, decimals: int = 0) -> str:
    """A number in French."""
    return "–" if value is None or value == "" else formats.format_number(value, decimals)


@register.filter
def tenths(value: int | Literal[""] | None) -> str:
    """A score kept in tenths, as ``41,5``."""
    return "–" if value is None or value == "" else formats.format_number(value / 10, 1)


@register.filter
def percent_of(part: int | None, whole: int | None) -> str:
    """``part`` as a percentage of ``whole``."""
    return "–" if part is None or not whole else formats.format_percent(part, whole)


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) else value


@register.filter
def day(value: date | datetime | None) -> str:
    """``29 janvier 2019``."""
    return "–" if not value else formats.format_date(_local(value))


@register.filter
def short_day(value: date | datetime | None) -> str:
    """``29/01/2019``, for tables."""
    return "–" if not value else f"{_local(value):%d/%m/%Y}"


@register.filter
def month(value: date | None) -> str:
    """``janvier 2019``."""
    return "–" if not value else formats.format_month(value)


@register.filter
def moment(value: datetime | None) -> str:
    """``29 janvier 2019 à 14 h 02``."""
    if not value:
        return "–"
    return formats.format_moment(timezone.localtime(value))


@register.filter
def hour(value: datetime | None) -> str:
    """``14 h 02``."""
    return "–" if not value else formats.format_time(timezone.localtime(value))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """An entry of a mapping, nothing when it is missing."""
    return mapping.get(key)
