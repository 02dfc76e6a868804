"""The figures of the progress report and of the funders' page: one builder, so that they are equal."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Q
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from companies.enums import SizeBand, Stage
from companies.models import Participation
from core.registries import indicators
from diagnostics.enums import OPEN_ACTIONS, ActionStatus, DiagnosticStatus
from diagnostics.models import ActionItem, ActionPlan, Diagnostic
from funding.forecast import planned_by
from funding.selectors import BudgetOverview, Figures, LedgerRow, budget_overview, ledger_rows, monthly_series
from funding.selectors.overview import rate_of
from funding.selectors.steering import total_forecast
from observatory.selectors import published_release, release_tables, release_view
from observatory.sheets import TOTAL_CODE
from programme.models import Activity, Department, Programme
from reports import contexts as c
from reports.periods import Period, month_count, month_number
from trainings.enums import AgeBand, Occupation, Sex
from trainings.selectors import (
    training_by_stake,
    training_profile,
    training_sessions,
    training_totals,
)

MONEY_INDICATORS = "euros_"
# The order in which a company, then a trainee, goes through the programme; unknown ones follow by label.
INDICATOR_ORDER = (
    "companies.contacted",
    "companies.engaged",
    "diagnostics_submitted",
    "plans_agreed",
    "actions_done",
    "sessions_held",
    "people_trained",
    "trainee_hours",
)


def progress_context(
    programme: Programme,
    period: Period,
    *,
    narratives: Mapping[int, str] | None = None,
    introduction: str = "",
) -> c.ProgressContext:
    """Everything the progress report of a period tells, on the day it is asked for.

    ``narratives`` maps an axis number to the director's words. Money, training and diagnostics stop at
    the end of the period; companies and action plans are told as they stand today.
    """
    today = timezone.localdate()
    overview = budget_overview(programme, period.end)
    return c.ProgressContext(
        period_start=period.start,
        period_end=period.end,
        period_label=period.label,
        as_of=today,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        month_number=month_number(programme.starts_on, min(period.end, programme.ends_on)),
        month_count=month_count(programme.starts_on, programme.ends_on),
        source=programme.source,
        introduction=introduction.strip(),
        axes=axis_parts(programme, period, overview, narratives or {}),
        companies=companies_part(programme),
        diagnostics=diagnostics_part(programme, period),
        maturity=maturity_part(programme),
        plans=plans_part(programme, period, today),
        training=training_part(programme, period),
        budget=budget_part(programme, period, overview),
    )


def indicator_lines(
    programme: Programme, period: Period, *, with_money: bool = False
) -> tuple[c.IndicatorLine, ...]:
    """Every registered indicator with its target, by axis, in ``INDICATOR_ORDER``.

    Those in euros are left out unless asked for: reports tell money to the cent, from the budget.
    """
    targets = dict(programme.targets.values_list("indicator", "value"))
    since_start = min(programme.starts_on, period.end)
    lines = [
        c.IndicatorLine(
            code=code,
            label=str(indicator.label),
            unit=str(indicator.unit),
            axis_number=indicator.axis,
            to_date=indicator.measure(programme, since_start, period.end),
            in_period=indicator.measure(programme, period.start, period.end),
            target=targets.get(code),
        )
        for code, indicator in indicators.items()
        if with_money or not code.startswith(MONEY_INDICATORS)
    ]
    ranks = {code: rank for rank, code in enumerate(INDICATOR_ORDER)}
    return tuple(
        sorted(lines, key=lambda line: (line.axis_number, ranks.get(line.code, len(ranks)), line.label))
    )


def amounts_of(figures: Figures) -> c.Amounts:
    """The part of budget figures that reports tell."""
    return c.Amounts(figures.planned_cents, figures.validated_cents, figures.paid_cents)


def axis_parts(
    programme: Programme, period: Period, overview: BudgetOverview, narratives: Mapping[int, str]
) -> tuple[c.AxisPart, ...]:
    """Axes with their indicators and their money."""
    lines = indicator_lines(programme, period)
    purposes = dict(programme.axes.values_list("number", "purpose"))
    return tuple(
        c.AxisPart(
            number=axis.number,
            name=axis.name,
            purpose=purposes.get(axis.number, ""),
            narrative=narratives.get(axis.number, "").strip(),
            indicators=tuple(line for line in lines if line.axis_number == axis.number),
            amounts=amounts_of(axis.figures),
            by_funder=tuple(
                c.FunderAmounts(funder.name, amounts_of(figures))
                for funder, figures in zip(overview.funders, axis.by_funder, strict=True)
            ),
            lines=tuple(
                c.BudgetLinePart(line.code, line.label, line.account, amounts_of(line.figures))
                for line in axis.lines
            ),
        )
        for axis in overview.axes
    )


def _counts(programme: Programme, field: str) -> dict[str, int]:
    rows = Participation.objects.for_programme(programme).order_by().values_list(field)
    return dict(rows.annotate(number=CountOf("pk")))


def companies_part(programme: Programme) -> c.CompaniesPart:
    """Companies by stage, sector, size and department, as the list of companies counts them."""
    stages, sizes = _counts(programme, "stage"), _counts(programme, "size_band")
    sections = dict(Activity.objects.filter(level=1).values_list("code", "label"))
    departments = dict(Department.objects.filter(region_id=programme.region_id).values_list("code", "name"))
    return c.CompaniesPart(
        total=sum(stages.values()),
        by_stage=tuple(c.Count(_named(stage), stages.get(stage.value, 0)) for stage in Stage),
        by_sector=_ranked(_counts(programme, "section"), sections, _("Activité non connue")),
        by_size=tuple(
            c.Count(_named(band), sizes.get(band.value, 0))
            for band in (*list(SizeBand)[1:], SizeBand.UNKNOWN)
        ),
        by_department=_ranked(_counts(programme, "department_code"), departments, _("Hors du territoire")),
    )


def _named(member: Any) -> str:
    """Words of an enum member, as they begin a line."""
    return str(capfirst(member.label))


def _ranked(counts: Mapping[str, int], labels: Mapping[str, str], otherwise: str) -> tuple[c.Count, ...]:
    """Counts by label, greatest first, what has no label last and together."""
    known = [c.Count(labels[code], number) for code, number in counts.items() if code in labels]
    rest = sum(number for code, number in counts.items() if code not in labels)
    known.sort(key=lambda count: (-count.count, count.label))
    return (*known, c.Count(otherwise, rest)) if rest else tuple(known)


def _moments(period: Period) -> tuple[datetime, datetime]:
    """First and last instants of a period in the programme's time zone, so that indexes serve."""
    first = timezone.make_aware(datetime.combine(period.start, time.min))
    last = timezone.make_aware(datetime.combine(period.end + timedelta(days=1), time.min))
    return first, last - timedelta(microseconds=1)


def diagnostics_part(programme: Programme, period: Period) -> c.DiagnosticsPart:
    """Diagnostics opened and submitted, since the start, in the period, month by month."""
    first, last = _moments(period)
    rows = Diagnostic.objects.for_programme(programme).exclude(status=DiagnosticStatus.CANCELLED)
    totals = rows.aggregate(
        opened=CountOf("pk", filter=Q(opened_at__lte=last)),
        submitted=CountOf("pk", filter=Q(submitted_at__lte=last)),
        opened_in=CountOf("pk", filter=Q(opened_at__range=(first, last))),
        submitted_in=CountOf("pk", filter=Q(submitted_at__range=(first, last))),
    )
    opened, submitted = _by_month(rows, "opened_at", last), _by_month(rows, "submitted_at", last)
    months = [month for month in programme.months() if month <= period.end]
    return c.DiagnosticsPart(
        opened=totals["opened"],
        submitted=totals["submitted"],
        opened_in_period=totals["opened_in"],
        submitted_in_period=totals["submitted_in"],
        by_month=tuple(
            c.MonthCount(month, opened.get(month, 0), submitted.get(month, 0)) for month in months
        ),
    )


def _by_month(rows: Any, field: str, last: datetime) -> dict[date, int]:
    counted = (
        rows.filter(**{f"{field}__lte": last})
        .order_by()
        .annotate(month=TruncMonth(field))
        .values_list("month")
        .annotate(number=CountOf("pk"))
    )
    return {timezone.localdate(month): number for month, number in counted}


def maturity_part(programme: Programme) -> c.MaturityPart | None:
    """Levels and mean scores of the last published release; nothing before the first."""
    release = published_release(programme)
    if release is None:
        return None
    view, tables = release_view(release), release_tables(release)
    levels = tables.get("level")
    scores = tables.get("scores")
    return c.MaturityPart(
        release_title=view.title,
        reference_date=view.reference_date,
        published_on=view.published_on,
        companies=view.companies,
        levels=tuple(
            c.Share(cell.row_label, cell.count)
            for cell in (levels.cells if levels else ())
            if cell.row != TOTAL_CODE
        ),
        scores=tuple(c.Score(cell.row_label, cell.value_tenths) for cell in (scores.cells if scores else ())),
    )


def plans_part(programme: Programme, period: Period, today: date) -> c.PlansPart:
    """Action plans and their actions, as they stand today."""
    plans = ActionPlan.objects.for_programme(programme).aggregate(
        plans=CountOf("pk"), agreed=CountOf("pk", filter=Q(agreed_at__isnull=False))
    )
    items = ActionItem.objects.filter(plan__programme=programme)
    by_status = dict(items.order_by().values_list("status").annotate(number=CountOf("pk")))
    told = [
        status for status in ActionStatus if status not in (ActionStatus.PROPOSED, ActionStatus.SET_ASIDE)
    ]
    return c.PlansPart(
        plans=plans["plans"],
        agreed=plans["agreed"],
        actions=sum(by_status.get(status.value, 0) for status in told),
        done=by_status.get(ActionStatus.DONE.value, 0),
        done_in_period=items.filter(
            status=ActionStatus.DONE, done_on__range=(period.start, period.end)
        ).count(),
        overdue=items.filter(status__in=OPEN_ACTIONS, due_on__lt=today).count(),
        by_status=tuple(c.Count(_named(status), by_status.get(status.value, 0)) for status in told),
    )


def training_part(programme: Programme, period: Period) -> c.TrainingPart:
    """Training since the start and in the period, as the trainings app counts it."""
    start = min(programme.starts_on, period.end)
    return c.TrainingPart(
        to_date=_training(programme, start, period.end),
        in_period=_training(programme, period.start, period.end),
        by_stake=tuple(
            c.StakePart(capfirst(stake.label), stake.sessions, stake.people, stake.trainee_minutes)
            for stake in training_by_stake(programme, start, period.end)
        ),
        by_age=_profile(programme, start, period.end, "age_band", AgeBand),
        by_sex=_profile(programme, start, period.end, "sex", Sex),
        by_occupation=_profile(programme, start, period.end, "occupation", Occupation),
        sessions=tuple(
            c.SessionPart(
                title=session.title,
                stake=capfirst(session.stake_label),
                provider=session.provider,
                starts_on=session.starts_on,
                ends_on=session.ends_on,
                people=session.people,
                trainee_minutes=session.trainee_minutes,
            )
            for session in training_sessions(programme, period.start, period.end)
        ),
    )


def _training(programme: Programme, start: date, end: date) -> c.TrainingFigures:
    totals = training_totals(programme, start, end)
    return c.TrainingFigures(totals.sessions, totals.people, totals.companies, totals.trainee_minutes)


def _profile(programme: Programme, start: date, end: date, field: str, members: Any) -> tuple[c.Count, ...]:
    labels = {member.value: _named(member) for member in members}
    return tuple(
        c.Count(labels.get(code, _("Non renseigné")), count)
        for code, count in training_profile(programme, start, end, field)
    )


def budget_part(programme: Programme, period: Period, overview: BudgetOverview) -> c.BudgetPart:
    """The money up to the end of the period, and the expenses dated in it."""
    rate = rate_of(overview)
    rows = list(ledger_rows(programme, period.start, period.end))
    bounds = (programme.starts_on, programme.ends_on)
    return c.BudgetPart(
        total_cents=overview.agreed_cents,
        plan_number=overview.plan_number,
        amounts=amounts_of(overview.total),
        submitted_cents=overview.total.submitted_cents,
        submitted_count=overview.submitted_count,
        planned_to_date_cents=planned_by(overview.total.planned_cents, *bounds, period.end),
        expected_cents=total_forecast(programme, overview, period.end),
        period_cents=sum(row.funded_cents for row in rows),
        funders=_funder_parts(overview),
        state_agreed_cents=rate.state_agreed_cents,
        state_cents=rate.state_cents,
        months=tuple(
            c.MonthAmount(
                point.month,
                point.planned_cents,
                point.actual_cents,
                point.planned_total_cents,
                point.actual_total_cents,
            )
            for point in monthly_series(programme, period.end)
        ),
        expenses=tuple(map(_expense_part, rows)),
    )


def _funder_parts(overview: BudgetOverview) -> tuple[c.FunderPart, ...]:
    return tuple(
        c.FunderPart(
            funder.name,
            funder.short_name,
            funder.is_state,
            funder.agreed_cents,
            amounts_of(funder.figures),
        )
        for funder in overview.funders
    )


def _expense_part(row: LedgerRow) -> c.ExpensePart:
    return c.ExpensePart(
        number=row.number,
        spent_on=row.spent_on,
        line_code=row.line_code,
        supplier=row.supplier,
        label=row.label,
        status=row.status,
        eligible_cents=row.eligible_cents,
        funded_cents=row.funded_cents,
        shares=row.shares,
    )
