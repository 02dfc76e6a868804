"""Indicators of money: what was charged to the funders on each axis, in whole euros."""

from collections.abc import Callable
from datetime import date
from typing import Any

from core.i18n import gettext_lazy as _
from core.registries import Indicator, indicators
from funding.selectors import charged_on_axis

AXES = (1, 2, 3, 4)


def _charged(number: int) -> Callable[[Any, date, date], int]:
    def measure(programme: Any, start: date, end: date) -> int:
        return charged_on_axis(programme, number, start, end) // 100

    return measure


for axis in AXES:
    indicators.register(
        f"euros_charged_{axis}",
        Indicator(label=_("Dépenses validées"), unit=_("euros"), axis=axis, measure=_charged(axis)),
    )
