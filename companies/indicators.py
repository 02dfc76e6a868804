"""Indicators of the support axis that targets refer to: companies by the stage they reached."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from companies.enums import Stage
from companies.models import Participation
from core.i18n import gettext_lazy as _
from core.registries import Indicator, indicators
from programme.models import Programme

_SUPPORT_AXIS = 2
_ORDER = list(Stage)


def reached(stage: Stage) -> Callable[[Programme, date, date], int]:
    """Count of companies that first reached a stage, or a later one, within a period."""
    later = [candidate.value for candidate in _ORDER[_ORDER.index(stage) :] if candidate is not Stage.CLOSED]

    def measure(programme: Programme, start: date, end: date) -> int:
        since, until = _moment(start), _moment(end + timedelta(days=1))
        rows = Participation.objects.for_programme(programme)
        before = rows.filter(stage_changes__stage__in=later, stage_changes__at__lt=since)
        within = rows.filter(
            stage_changes__stage__in=later, stage_changes__at__gte=since, stage_changes__at__lt=until
        )
        return int(within.exclude(pk__in=before.values("pk")).values("pk").distinct().count())

    return measure


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


for _code, _stage, _label in (
    ("companies.contacted", Stage.CONTACTED, _("Entreprises contactées")),
    ("companies.engaged", Stage.ENGAGED, _("Entreprises engagées")),
):
    indicators.register(
        _code, Indicator(label=_label, unit=_("entreprises"), axis=_SUPPORT_AXIS, measure=reached(_stage))
    )
