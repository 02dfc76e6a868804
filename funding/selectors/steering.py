"""Reads of steering: forecasts and alerts, from an overview already made. No query."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from core.formats import format_euros, format_percent
from funding.selectors.overview import BudgetOverview, Figures, LineFigures
from funding.steering import Alert, Position, Thresholds, alert_of, elapsed, expected
from programme.links import programme_url
from programme.models import Programme

TONES = {Alert.OVER: "bad", Alert.FULL: "bad", Alert.NEAR: "warn", Alert.UNDER: "info"}
ORDER = (Alert.OVER, Alert.FULL, Alert.NEAR, Alert.UNDER)


@dataclass(frozen=True)
class LineAlert:
    """A line to watch, ready to be shown."""

    kind: Alert
    tone: str
    badge: str
    label: str
    text: str
    url: str


@dataclass(frozen=True)
class LineForecast:
    """What a line comes to at the end of the agreement, beside its plan; in cents."""

    expected_cents: int
    planned_cents: int

    @property
    def gap_cents(self) -> int:
        """Expected minus planned."""
        return self.expected_cents - self.planned_cents


def position_of(figures: Figures) -> Position:
    """The part of the figures that steering reads."""
    return Position(figures.planned_cents, figures.validated_cents, figures.committed_cents)


def bar_tone(figures: Figures, thresholds: Thresholds) -> str:
    """How a bar of consumption tells of it: ``warn`` from the threshold, ``bad`` once all is spent."""
    kind = alert_of(Position(figures.planned_cents, figures.validated_cents), Fraction(0), thresholds)
    return TONES[kind] if kind else ""


def forecast_of(programme: Programme, figures: Figures, at: date) -> LineForecast:
    """What figures lead to at the end of the agreement."""
    cents = expected(position_of(figures), programme.starts_on, programme.ends_on, at)
    return LineForecast(cents, figures.planned_cents)


def total_forecast(programme: Programme, overview: BudgetOverview, at: date) -> int:
    """What the whole budget comes to: the sum of its lines, so that both pages agree, in cents."""
    return sum(forecast_of(programme, line.figures, at).expected_cents for line in overview.lines)


def line_alerts(
    programme: Programme, overview: BudgetOverview, at: date, thresholds: Thresholds
) -> list[LineAlert]:
    """Lines to watch, the most pressing first."""
    gone = elapsed(programme.starts_on, programme.ends_on, at)
    found = [
        (kind, line)
        for line in overview.lines
        if (kind := alert_of(position_of(line.figures), gone, thresholds)) is not None
    ]
    found.sort(key=lambda each: ORDER.index(each[0]))
    return [_told(programme, kind, line, gone, thresholds) for kind, line in found]


def alert_for(programme: Programme, line: LineFigures, at: date, thresholds: Thresholds) -> LineAlert | None:
    """The alert of one line, if it has one."""
    gone = elapsed(programme.starts_on, programme.ends_on, at)
    kind = alert_of(position_of(line.figures), gone, thresholds)
    return _told(programme, kind, line, gone, thresholds) if kind else None


def _told(
    programme: Programme, kind: Alert, line: LineFigures, gone: Fraction, thresholds: Thresholds
) -> LineAlert:
    position = position_of(line.figures)
    words = {
        "used": format_percent(position.used_cents, position.planned_cents),
        "left": format_euros(position.planned_cents - position.used_cents),
        "over": format_euros(position.used_cents - position.planned_cents),
        "gone": format_percent(gone, decimals=0),
    }
    badge, text = {
        Alert.OVER: (_("dépassée"), _("%(over)s au-delà du prévu, engagements compris.")),
        Alert.FULL: (_("100 %"), _("Tout est dépensé ou engagé.")),
        Alert.NEAR: (
            format_percent(Fraction(thresholds.near_percent, 100), decimals=0),
            _("%(used)s dépensés ou engagés, il reste %(left)s."),
        ),
        Alert.UNDER: (
            _("sous-consommée"),
            _("%(used)s dépensés ou engagés alors que %(gone)s de la convention est passé."),
        ),
    }[kind]
    return LineAlert(
        kind=kind,
        tone=TONES[kind],
        badge=badge,
        label=f"{line.code} {line.label}",
        text=text % words,
        url=programme_url(programme, "funding:line_detail", pk=line.id),
    )
