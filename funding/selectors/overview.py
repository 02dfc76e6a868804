"""Where the money stands: axes × funders × lines, from one selector with a constant number of queries.

What counts as spent is the shares of booked expenses (validated or paid, counter-entries deducted),
dated by the day of the expense: shares never move once written, so a figure can be found again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from funding.enums import ExpenseStatus, Nature, PlanStatus
from funding.forecast import MonthPoint, expected_at_end, monthly_points
from funding.models import BudgetLine, Expense, Funder, MatrixCell, Plan, PlannedLine, Share
from programme.models import Axis, Programme

FULL, WARNING = Fraction(1), Fraction(80, 100)


@dataclass(frozen=True)
class Figures:
    """Planned, waiting for validation, validated and paid, in cents."""

    planned_cents: int = 0
    submitted_cents: int = 0
    validated_cents: int = 0
    paid_cents: int = 0

    @property
    def remaining_cents(self) -> int:
        """Planned and not yet charged."""
        return self.planned_cents - self.validated_cents

    @property
    def consumption(self) -> Fraction | None:
        """Validated over planned; nothing when nothing is planned."""
        return Fraction(self.validated_cents, self.planned_cents) if self.planned_cents else None

    @property
    def percent(self) -> int:
        """Consumption as a whole percent from 0 to 100, for a bar."""
        return max(0, min(100, int((self.consumption or 0) * 100)))

    @property
    def tone(self) -> str:
        """How a bar tells of it: ``warn`` from 80 %, ``bad`` when nothing remains."""
        used = self.consumption
        if used is None or used < WARNING:
            return ""
        return "bad" if used > FULL else "warn"

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.planned_cents + other.planned_cents,
            self.submitted_cents + other.submitted_cents,
            self.validated_cents + other.validated_cents,
            self.paid_cents + other.paid_cents,
        )


@dataclass(frozen=True)
class FunderFigures:
    """A funder: what it agreed, and what its columns of the plan say."""

    id: int
    name: str
    short_name: str
    is_state: bool
    agreed_cents: int
    figures: Figures


@dataclass(frozen=True)
class LineFigures:
    """A budget line and its figures; ``by_funder`` follows the order of the overview's funders."""

    id: int
    code: str
    label: str
    axis_number: int
    nature: Nature
    figures: Figures
    by_funder: tuple[Figures, ...]

    @property
    def account(self) -> str:
        """Account class of the financial report."""
        return self.nature.account


@dataclass(frozen=True)
class AxisFigures:
    """An axis: the sum of its lines."""

    id: int
    number: int
    name: str
    figures: Figures
    by_funder: tuple[Figures, ...]
    lines: tuple[LineFigures, ...]


@dataclass(frozen=True)
class BudgetOverview:
    """The whole budget at a date; ``plan_number`` is empty as long as no plan is in force."""

    at: date | None
    agreed_cents: int
    plan_number: int | None
    plan_decided_on: date | None
    total: Figures
    axes: tuple[AxisFigures, ...]
    funders: tuple[FunderFigures, ...]
    submitted_count: int

    @property
    def lines(self) -> tuple[LineFigures, ...]:
        """Lines of every axis, in order."""
        return tuple(line for axis in self.axes for line in axis.lines)

    def funder_index(self, funder_id: int) -> int:
        """Place of a funder in ``funders`` and in every ``by_funder``. Raises ``LookupError``."""
        for index, funder in enumerate(self.funders):
            if funder.id == funder_id:
                return index
        raise LookupError(f"unknown funder {funder_id}")

    @property
    def follows_agreement(self) -> bool:
        """Whether the plan's columns are the funders' agreed amounts (an amendment is due otherwise)."""
        return all(f.agreed_cents == f.figures.planned_cents for f in self.funders)


@dataclass(frozen=True)
class CofundingRate:
    """The State's part: what was planned, what is reached, as exact fractions."""

    state_agreed_cents: int
    agreed_cents: int
    state_cents: int
    total_cents: int

    @property
    def planned(self) -> Fraction | None:
        """The State's part of the agreement (48.497 % of the public one)."""
        return Fraction(self.state_agreed_cents, self.agreed_cents) if self.agreed_cents else None

    @property
    def reached(self) -> Fraction | None:
        """The State's part of what was charged; nothing before the first expense."""
        return Fraction(self.state_cents, self.total_cents) if self.total_cents else None


def plan_in_force(programme: Programme, at: date | None = None) -> Plan | None:
    """The plan that applied at a date (the present one by default); the first one before any decision."""
    plans: list[Plan] = list(
        Plan.objects.for_programme(programme).exclude(status=PlanStatus.DRAFT).order_by("number")
    )
    if not plans:
        return None
    if at is None:
        return plans[-1]
    decided = [plan for plan in plans if plan.decided_on is None or plan.decided_on <= at]
    return decided[-1] if decided else plans[0]


def budget_overview(programme: Programme, at: date | None = None) -> BudgetOverview:
    """The budget of a programme: everything booked, or what was dated up to the end of the day ``at``.

    Eight queries whatever the number of lines, funders and expenses.
    """
    plan = plan_in_force(programme, at)
    funders = list(Funder.objects.for_programme(programme))
    planned = (
        dict(PlannedLine.objects.filter(plan=plan).values_list("line_id", "planned_cents")) if plan else {}
    )
    cells = _cells(plan)
    charged = _charged(programme, at)
    submitted = _submitted(programme, at)
    used = planned.keys() | {line for line, _funder in charged} | submitted.keys()
    lines: dict[int, list[LineFigures]] = {}
    for line in BudgetLine.objects.for_programme(programme).select_related("axis"):
        if line.pk not in used:
            continue
        by_funder = tuple(_figures(cells, charged, line.pk, funder.pk) for funder in funders)
        lines.setdefault(line.axis_id, []).append(
            LineFigures(
                id=line.pk,
                code=line.code,
                label=line.label,
                axis_number=line.axis.number,
                nature=Nature(line.nature),
                figures=Figures(
                    planned_cents=planned.get(line.pk, 0),
                    submitted_cents=submitted.get(line.pk, (0, 0))[0],
                    validated_cents=sum(figures.validated_cents for figures in by_funder),
                    paid_cents=sum(figures.paid_cents for figures in by_funder),
                ),
                by_funder=by_funder,
            )
        )
    axes = tuple(
        _axis(axis, lines.get(axis.pk, []), len(funders))
        for axis in Axis.objects.filter(programme=programme).order_by("number")
    )
    return BudgetOverview(
        at=at,
        agreed_cents=programme.total_cents,
        plan_number=plan.number if plan else None,
        plan_decided_on=plan.decided_on if plan else None,
        total=_sum(axis.figures for axis in axes),
        axes=axes,
        funders=tuple(
            FunderFigures(
                id=funder.pk,
                name=funder.name,
                short_name=funder.short_name,
                is_state=funder.is_state,
                agreed_cents=funder.agreed_cents,
                figures=_sum(axis.by_funder[index] for axis in axes),
            )
            for index, funder in enumerate(funders)
        ),
        submitted_count=sum(count for _cents, count in submitted.values()),
    )


def _cells(plan: Plan | None) -> dict[tuple[int, int], int]:
    if plan is None:
        return {}
    rows = MatrixCell.objects.filter(planned_line__plan=plan).order_by()
    return {
        (line, funder): cents
        for line, funder, cents in rows.values_list("planned_line__line_id", "funder_id", "amount_cents")
    }


def _charged(programme: Programme, at: date | None) -> dict[tuple[int, int], tuple[int, int]]:
    """Validated and paid cents by (line, funder)."""
    rows = Share.objects.filter(expense__programme=programme)
    paid = Q(expense__paid_on__isnull=False)
    if at is not None:
        rows = rows.filter(expense__spent_on__lte=at)
        paid &= Q(expense__paid_on__lte=at)
    totals = (
        rows.order_by()
        .values_list("line_id", "funder_id")
        .annotate(validated=Sum("amount_cents"), paid=Sum("amount_cents", filter=paid, default=0))
    )
    return {(line, funder): (validated, paid) for line, funder, validated, paid in totals}


def _submitted(programme: Programme, at: date | None) -> dict[int, tuple[int, int]]:
    """Eligible cents and number of expenses that wait for validation, by line."""
    rows = Expense.objects.for_programme(programme).filter(status=ExpenseStatus.SUBMITTED)
    if at is not None:
        rows = rows.filter(spent_on__lte=at)
    totals = rows.order_by().values_list("line_id").annotate(cents=Sum("eligible_cents"), count=Count("pk"))
    return {line: (cents, count) for line, cents, count in totals}


def _figures(
    cells: Mapping[tuple[int, int], int],
    charged: Mapping[tuple[int, int], tuple[int, int]],
    line: int,
    funder: int,
) -> Figures:
    validated, paid = charged.get((line, funder), (0, 0))
    return Figures(cells.get((line, funder), 0), 0, validated, paid)


def _axis(axis: Axis, lines: list[LineFigures], funders: int) -> AxisFigures:
    return AxisFigures(
        id=axis.pk,
        number=axis.number,
        name=axis.name,
        figures=_sum(line.figures for line in lines),
        by_funder=tuple(_sum(line.by_funder[index] for line in lines) for index in range(funders)),
        lines=tuple(lines),
    )


def _sum(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())


def cofunding_rate(programme: Programme, at: date | None = None) -> CofundingRate:
    """The State's co-funding: planned by the agreement, reached on what was charged up to ``at``."""
    return rate_of(budget_overview(programme, at))


def rate_of(overview: BudgetOverview) -> CofundingRate:
    """The State's co-funding read from an overview already made."""
    state = [funder for funder in overview.funders if funder.is_state]
    return CofundingRate(
        state_agreed_cents=sum(funder.agreed_cents for funder in state),
        agreed_cents=overview.agreed_cents,
        state_cents=sum(funder.figures.validated_cents for funder in state),
        total_cents=overview.total.validated_cents,
    )


def monthly_series(
    programme: Programme, at: date | None = None, *, planned_cents: int | None = None
) -> tuple[MonthPoint, ...]:
    """Plan (spread by days over the agreement) beside what was charged, month by month, in cents.

    ``planned_cents`` spares two queries to who already has the overview's total.
    """
    total = _planned_total(programme, at) if planned_cents is None else planned_cents
    rows = Share.objects.filter(expense__programme=programme)
    if at is not None:
        rows = rows.filter(expense__spent_on__lte=at)
    actual = (
        rows.order_by()
        .annotate(month=TruncMonth("expense__spent_on"))
        .values_list("month")
        .annotate(total=Sum("amount_cents"))
    )
    return monthly_points(total, programme.starts_on, programme.ends_on, dict(actual))


def _planned_total(programme: Programme, at: date | None) -> int:
    plan = plan_in_force(programme, at)
    if plan is None:
        agreed: int = programme.total_cents
        return agreed
    rows = PlannedLine.objects.filter(plan=plan)
    total: int = rows.aggregate(total=Sum("planned_cents", default=0))["total"]
    return total


def charged_on_axis(programme: Programme, number: int, start: date, end: date) -> int:
    """Cents charged on an axis by what is dated from ``start`` to ``end``, both included."""
    rows = Share.objects.filter(
        expense__programme=programme,
        expense__spent_on__range=(start, end),
        line__axis__number=number,
    )
    total: int = rows.aggregate(total=Sum("amount_cents", default=0))["total"]
    return total


def expected_total(programme: Programme, overview: BudgetOverview, at: date) -> int:
    """What the pace so far leads to at the end of the agreement, in cents."""
    return expected_at_end(overview.total.validated_cents, programme.starts_on, programme.ends_on, at)
