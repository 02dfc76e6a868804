"""Indicators of diagnostics and action plans that targets refer to."""

from datetime import date
from typing import Any

from core.i18n import gettext_lazy as _
from core.registries import Indicator, indicators
from diagnostics.enums import ActionStatus, DiagnosticStatus
from diagnostics.models import ActionItem, ActionPlan, Diagnostic

AXIS = 2


def diagnostics_submitted(programme: Any, start: date, end: date) -> int:
    """Diagnostics handed in over a period, both days included."""
    rows = Diagnostic.objects.for_programme(programme).filter(status=DiagnosticStatus.SUBMITTED)
    return int(rows.filter(submitted_at__date__range=(start, end)).count())


def plans_agreed(programme: Any, start: date, end: date) -> int:
    """Action plans agreed over a period."""
    return int(
        ActionPlan.objects.for_programme(programme).filter(agreed_at__date__range=(start, end)).count()
    )


def actions_done(programme: Any, start: date, end: date) -> int:
    """Actions of plans done over a period."""
    rows = ActionItem.objects.filter(plan__programme=programme, status=ActionStatus.DONE)
    return rows.filter(done_on__range=(start, end)).count()


indicators.register(
    "diagnostics_submitted",
    Indicator(label=_("Diagnostics remis"), unit=_("diagnostics"), axis=AXIS, measure=diagnostics_submitted),
)
indicators.register(
    "plans_agreed",
    Indicator(label=_("Plans d’actions validés"), unit=_("plans"), axis=AXIS, measure=plans_agreed),
)
indicators.register(
    "actions_done",
    Indicator(label=_("Actions réalisées"), unit=_("actions"), axis=AXIS, measure=actions_done),
)
