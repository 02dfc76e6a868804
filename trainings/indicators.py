"""Indicators of trainings that targets refer to."""

from datetime import date
from typing import Any

from core.i18n import gettext_lazy as _
from core.registries import Indicator, indicators
from trainings.selectors import training_totals

AXIS = 3


def _people(programme: Any, start: date, end: date) -> int:
    return training_totals(programme, start, end).people


def _hours(programme: Any, start: date, end: date) -> int:
    return training_totals(programme, start, end).trainee_hours


def _sessions(programme: Any, start: date, end: date) -> int:
    return training_totals(programme, start, end).sessions


indicators.register(
    "people_trained", Indicator(label=_("Personnes formées"), unit=_("personnes"), axis=AXIS, measure=_people)
)
indicators.register(
    "trainee_hours",
    Indicator(label=_("Heures de formation suivies"), unit=_("heures-stagiaires"), axis=AXIS, measure=_hours),
)
indicators.register(
    "sessions_held",
    Indicator(label=_("Sessions réalisées"), unit=_("sessions"), axis=AXIS, measure=_sessions),
)
