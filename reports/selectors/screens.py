"""What dashboards show: key figures with target and trend, companies to follow, tasks of the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies.enums import Stage
from companies.models import Participation
from core.charts import Chart
from core.formats import format_euros_round, format_number, format_percent
from core.freshness import kept_for
from core.registries import TodayTask, indicators, search_providers, today_tasks
from diagnostics.enums import OPEN_ACTIONS
from diagnostics.models import ActionItem
from funding.selectors import BudgetOverview, budget_overview
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme
from reports import charts
from reports.contexts import AxisPart, IndicatorLine
from reports.periods import Period, elapsed_share
from reports.selectors import progress

FIGURES_SECONDS = 30
"""How long the programme's figures are kept: every page that shows them says the time they were read."""
TREND_DAYS = 30
FOLLOW_DAYS = 7
FOLLOWED = 8


@dataclass(frozen=True)
class FigureView:
    """A key figure (``components/key_figure.html``)."""

    label: str
    value: str
    percent: int | None
    target: str
    note: str
    url: str
    tone: str


@dataclass(frozen=True)
class OfficeFigures:
    """The programme at a moment, the same for everybody who may see all of it."""

    at: datetime
    figures: tuple[FigureView, ...]
    axes_chart: Chart


@dataclass(frozen=True)
class FollowedCompany:
    """A company whose next step is due."""

    name: str
    city: str
    step: str
    due: str
    is_late: bool
    url: str


@dataclass(frozen=True)
class FunderProgress:
    """What a funder reads of the programme: totals and published figures, no company."""

    at: datetime
    indicators: tuple[IndicatorLine, ...]
    charts: Mapping[str, Chart]
    figures: tuple[FigureView, ...]


def today_period(programme: Programme) -> Period:
    """From the start of the agreement to today, never before its start nor after its end."""
    last = max(programme.starts_on, min(timezone.localdate(), programme.ends_on))
    return Period(programme.starts_on, last)


def office_figures(programme: Programme) -> OfficeFigures:
    """Four key figures and the money by axis, read at most every ``FIGURES_SECONDS``."""
    key = f"reports:office:{programme.pk}"
    known: OfficeFigures | None = cache.get(key)
    if known is None:
        known = _office_figures(programme)
        cache.set(key, known, FIGURES_SECONDS)
    return known


_KEY_PAGES = (
    ("companies.engaged", "companies:list"),
    ("diagnostics_submitted", "diagnostics:list"),
    ("people_trained", "trainings:session_list"),
)


def _office_figures(programme: Programme) -> OfficeFigures:
    period = today_period(programme)
    targets = dict(programme.targets.values_list("indicator", "value"))
    figures = [
        _indicator_figure(programme, code, page, period, targets.get(code)) for code, page in _KEY_PAGES
    ]
    overview = budget_overview(programme)
    figures.append(_money_figure(programme, overview, period))
    return OfficeFigures(timezone.now(), tuple(figures), charts.axes_chart(_axes(overview), uid="volets"))


def _axes(overview: BudgetOverview) -> tuple[AxisPart, ...]:
    return tuple(
        AxisPart(axis.number, axis.name, "", "", (), progress.amounts_of(axis.figures), (), ())
        for axis in overview.axes
    )


def _indicator_figure(
    programme: Programme, code: str, page: str, period: Period, target: int | None
) -> FigureView:
    indicator = indicators.get(code)
    value = indicator.measure(programme, period.start, period.end)
    since = max(period.start, period.end - timedelta(days=TREND_DAYS - 1))
    recent = indicator.measure(programme, since, period.end)
    return FigureView(
        label=str(indicator.label),
        value=format_number(value),
        percent=min(100, value * 100 // target) if target else None,
        target=_("objectif %(target)s") % {"target": format_number(target)} if target else "",
        note=_("+%(count)s en %(days)s jours") % {"count": format_number(recent), "days": TREND_DAYS},
        url=programme_url(programme, page),
        tone="",
    )


def _money_figure(programme: Programme, overview: BudgetOverview, period: Period) -> FigureView:
    spent, total = overview.total.validated_cents, overview.agreed_cents
    gone = elapsed_share(programme.starts_on, programme.ends_on, period.end)
    return FigureView(
        label=_("Dépenses validées"),
        value=format_euros_round(spent),
        percent=max(0, min(100, spent * 100 // total)) if total else None,
        target=_("sur %(total)s") % {"total": format_euros_round(total)},
        note=_("%(share)s pour %(gone)s du temps")
        % {
            "share": format_percent(spent, total, 0),
            "gone": format_percent(round(gone * 100), 100, 0),
        },
        url=programme_url(programme, "funding:overview"),
        tone="",
    )


def advisor_figures(access: Access) -> tuple[FigureView, ...]:
    """An advisor's own companies, in two queries."""
    rows = Participation.objects.visible_to(access)
    totals = rows.aggregate(
        companies=Count("pk"),
        diagnostics=Sum("diagnostics_count", default=0),
        people=Sum("trained_people_count", default=0),
        actions=Sum("open_actions_count", default=0),
    )
    late = ActionItem.objects.filter(
        plan__participation__in=rows.values("pk"), status__in=OPEN_ACTIONS, due_on__lt=timezone.localdate()
    ).count()
    overdue = ngettext("%(count)s en retard", "%(count)s en retard", late) % {"count": format_number(late)}

    def figure(label: str, name: str, page: str, note: str = "", tone: str = "") -> FigureView:
        value, url = format_number(totals[name]), programme_url(access.programme, page)
        return FigureView(label, value, None, "", note, url, tone)

    return (
        figure(_("Mes entreprises"), "companies", "companies:list"),
        figure(_("Diagnostics remis"), "diagnostics", "diagnostics:list"),
        figure(_("Actions en cours"), "actions", "diagnostics:plan_list", overdue, "warn" if late else ""),
        figure(_("Personnes formées"), "people", "trainings:session_list"),
    )


def followed_companies(access: Access) -> tuple[FollowedCompany, ...]:
    """Companies of the caller whose next step is past or due within a week, the oldest first."""
    today = timezone.localdate()
    rows = (
        Participation.objects.visible_to(access)
        .filter(next_step_on__lte=today + timedelta(days=FOLLOW_DAYS))
        .exclude(stage=Stage.CLOSED)
        .order_by("next_step_on", "name", "pk")
        .values_list("pk", "name", "city", "next_step", "next_step_on")[:FOLLOWED]
    )
    return tuple(
        FollowedCompany(
            name=name,
            city=city,
            step=step or _("Prochaine étape à préciser"),
            due=f"{due:%d/%m/%Y}",
            is_late=due < today,
            url=programme_url(access.programme, "companies:detail", pk=pk),
        )
        for pk, name, city, step, due in rows
    )


def tasks_of_today(access: Access) -> tuple[TodayTask, ...]:
    """« À faire » lines that the apps declare for this caller, never older than her last move."""
    if access.user is None:
        return ()
    return kept_for(
        access.user.pk,
        f"today:{access.programme.pk}",
        FIGURES_SECONDS,
        lambda: tuple(task for _code, find in today_tasks.items() for task in find(access)),
    )


def funder_progress(programme: Programme) -> FunderProgress:
    """The funders' page, from the builders of the progress report; kept ``FIGURES_SECONDS``."""
    key = f"reports:funder:{programme.pk}"
    known: FunderProgress | None = cache.get(key)
    if known is None:
        known = _funder_progress(programme)
        cache.set(key, known, FIGURES_SECONDS)
    return known


def _funder_progress(programme: Programme) -> FunderProgress:
    context = progress.progress_context(programme, today_period(programme))
    drawn = charts.progress_charts(context)
    wanted = ("targets", "stages", "departments", "diagnostics", "levels", "stakes", "axes")
    office = office_figures(programme)
    return FunderProgress(
        at=office.at,
        indicators=context.indicators,
        charts={name: drawn[name] for name in wanted if name in drawn},
        figures=tuple(_without_link(figure) for figure in office.figures),
    )


def _without_link(figure: FigureView) -> FigureView:
    """Staff lists stand behind the office's figures: a funder does not open them."""
    return FigureView(figure.label, figure.value, figure.percent, figure.target, figure.note, "", figure.tone)


def search_groups(access: Access, text: str, limit: int) -> list[dict[str, Any]]:
    """Hits of every provider that found something, in the order of their codes."""
    if not text.strip():
        return []
    groups = [
        {"code": code, "label": str(provider.label), "hits": provider.find(access, text, limit)}
        for code, provider in search_providers.items()
    ]
    return [group for group in groups if group["hits"]]
