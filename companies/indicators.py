"""Indicators of companies that targets refer to."""

from datetime import date
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from companies.enums import Stage
from companies.models import StageChange
from core.registries import Indicator, indicators

AXIS = 2
ENGAGED = [stage for stage in Stage if stage not in (Stage.SPOTTED, Stage.CONTACTED)]


def companies_engaged(programme: Any, start: date, end: date) -> int:
    """Companies that went beyond a first contact for the first time in the period. One query."""
    first = (
        StageChange.objects.filter(participation__programme=programme, stage__in=ENGAGED)
        .order_by()
        .values("participation")
        .annotate(first=Min("at__date"))
    )
    return int(first.filter(first__range=(start, end)).count())


indicators.register(
    "companies_engaged",
    Indicator(label=_("Entreprises engagées"), unit=_("entreprises"), axis=AXIS, measure=companies_engaged),
)
