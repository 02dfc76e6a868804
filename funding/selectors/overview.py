"""Where the money stands: axes × funders × lines, from one selector with a constant number of queries.

What counts as spent is the shares of booked expenses (validated or paid, counter-entries deducted),
dated by the day of the expense: shares never move once written, so a figure can be found again. Claims and
commitments are dated by their moves (``selectors.dated``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from funding.enums import ExpenseStatus, Nature, PlanStatus
from funding.forecast import MonthPoint, monthly_points
from funding.models import (
    BudgetLine,
    Expense,
    Funder,
    MatrixCell,
    Plan,
    PlannedLine,
    Receipt,
    Share,
)
from funding.selectors.dated import claimed_at, received_at, reserves_at
from funding.selectors.reserves import programme_reserves
from funding.selectors.totals import funder_totals, month_totals
from programme.models import Axis, Programme


@dataclass(frozen=True)
class Figures:
    """Planned, waiting for validation, validated, paid, claimed, committed, in cents.

    ``committed_cents`` is what commitments keep and no invoice consumed yet, by line only: which funder
    will pay of it is known at validation. ``claimed_cents`` is what claims hold and no funder rejected.
    """

    planned_cents: int = 0
    submitted_cents: int = 0
    validated_cents: int = 0
    paid_cents: int = 0
    claimed_cents: int = 0
    committed_cents: int = 0

    @property
    def remaining_cents(self) -> int:
        """Planned and not yet charged."""
        return self.planned_cents - self.validated_cents

    @property
    def available_cents(self) -> int:
        """Planned, not charged and not reserved: what a new move may take."""
        return self.remaining_cents - self.committed_cents

    @property
    def consumption(self) -> Fraction | None:
        """Validated over planned; nothing when nothing is planned."""
        return Fraction(self.validated_cents, self.planned_cents) if self.planned_cents else None

    @property
    def percent(self) -> int:
        """Consumption as a whole percent from 0 to 100, for a bar."""
        return max(0, min(100, int((self.consumption or 0) * 100)))

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.planned_cents + other.planned_cents,
            self.submitted_cents + other.submitted_cents,
            self.validated_cents + other.validated_cents,
            self.paid_cents + other.paid_cents,
            self.claimed_cents + other.claimed_cents,
            self.committed_cents + other.committed_cents,
        )


@dataclass(frozen=True)
class FunderFigures:
    """A funder: what it agreed, what its columns of the plan say, what it paid."""

    id: int
    name: str
    short_name: str
    is_state: bool
    agreed_cents: int
    figures: Figures
    received_cents: int = 0


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

    Twelve queries at most whatever the number of lines, funders and expenses; without ``at`` none of them
    adds up past expenses.
    """
    plan = plan_in_force(programme, at)
    funders = list(Funder.objects.for_programme(programme))
    submitted = _submitted(programme, at)
    lines = _lines(programme, at, plan, funders, submitted)
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
        funders=_funder_figures(funders, axes, _received(programme, at)),
        submitted_count=sum(count for _cents, count in submitted.values()),
    )


def _lines(
    programme: Programme,
    at: date | None,
    plan: Plan | None,
    funders: list[Funder],
    submitted: Mapping[int, tuple[int, int]],
) -> dict[int, list[LineFigures]]:
    """Lines that are planned, charged or waited for, by axis."""
    planned = _planned(plan)
    cells, charged = _cells(plan), _charged(programme, at)
    reserved = programme_reserves(programme) if at is None else reserves_at(programme, at)
    used = (
        planned.keys() | {line for (line, _funder), cents in charged.items() if any(cents)} | submitted.keys()
    )
    lines: dict[int, list[LineFigures]] = {}
    for line in BudgetLine.objects.for_programme(programme).select_related("axis"):
        if line.pk not in used:
            continue
        by_funder = tuple(_figures(cells, charged, (line.pk, funder.pk)) for funder in funders)
        own = Figures(
            planned_cents=planned.get(line.pk, 0),
            submitted_cents=submitted.get(line.pk, (0, 0))[0],
            committed_cents=reserved.get(line.pk, 0),
        )
        # What funders are planned to pay is the line's own amount: only what they were charged is added.
        spent = replace(_sum(by_funder), planned_cents=0)
        lines.setdefault(line.axis_id, []).append(_line_figures(line, own + spent, by_funder))
    return lines


def _line_figures(line: BudgetLine, figures: Figures, by_funder: tuple[Figures, ...]) -> LineFigures:
    return LineFigures(
        id=line.pk,
        code=line.code,
        label=line.label,
        axis_number=line.axis.number,
        nature=Nature(line.nature),
        figures=figures,
        by_funder=by_funder,
    )


def _funder_figures(
    funders: list[Funder], axes: tuple[AxisFigures, ...], received: Mapping[int, int]
) -> tuple[FunderFigures, ...]:
    return tuple(
        FunderFigures(
            id=funder.pk,
            name=funder.name,
            short_name=funder.short_name,
            is_state=funder.is_state,
            agreed_cents=funder.agreed_cents,
            figures=_sum(axis.by_funder[index] for axis in axes),
            received_cents=received.get(funder.pk, 0),
        )
        for index, funder in enumerate(funders)
    )


def _planned(plan: Plan | None) -> dict[int, int]:
    if plan is None:
        return {}
    return dict(PlannedLine.objects.filter(plan=plan).values_list("line_id", "planned_cents"))


def _cells(plan: Plan | None) -> dict[tuple[int, int], int]:
    if plan is None:
        return {}
    rows = MatrixCell.objects.filter(planned_line__plan=plan).order_by()
    return {
        (line, funder): cents
        for line, funder, cents in rows.values_list("planned_line__line_id", "funder_id", "amount_cents")
    }


def _charged(programme: Programme, at: date | None) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Validated, paid and claimed cents by (line, funder).

    Those of now are kept by each move; those of a day past are added up from the shares and the moves.
    """
    if at is None:
        return funder_totals(programme)
    rows = Share.objects.filter(expense__programme=programme, expense__spent_on__lte=at).order_by()
    paid = Q(expense__paid_on__lte=at)
    totals = rows.values_list("line_id", "funder_id").annotate(
        validated=Sum("amount_cents"), paid=Sum("amount_cents", filter=paid, default=0)
    )
    then = {(line, funder): (validated, paid) for line, funder, validated, paid in totals}
    claimed = claimed_at(programme, at)
    return {place: (*then.get(place, (0, 0)), claimed.get(place, 0)) for place in then.keys() | claimed}


def _submitted(programme: Programme, at: date | None) -> dict[int, tuple[int, int]]:
    """Eligible cents and number of expenses that wait for validation, by line."""
    rows = Expense.objects.for_programme(programme).filter(status=ExpenseStatus.SUBMITTED)
    if at is not None:
        rows = rows.filter(spent_on__lte=at)
    totals = rows.order_by().values_list("line_id").annotate(cents=Sum("eligible_cents"), count=Count("pk"))
    return {line: (cents, count) for line, cents, count in totals}


def _received(programme: Programme, at: date | None) -> dict[int, int]:
    """Cents that came from each funder."""
    if at is not None:
        return received_at(programme, at)
    rows = Receipt.objects.filter(claim__programme=programme, cancelled_reason="").order_by()
    totals = rows.values_list("claim__funder_id").annotate(total=Sum("amount_cents"))
    return dict(totals)


def _figures(
    cells: Mapping[tuple[int, int], int],
    charged: Mapping[tuple[int, int], tuple[int, int, int]],
    place: tuple[int, int],
) -> Figures:
    validated, paid, claimed = charged.get(place, (0, 0, 0))
    return Figures(cells.get(place, 0), 0, validated, paid, claimed)


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
    actual = month_totals(programme) if at is None else _months_up_to(programme, at)
    return monthly_points(total, programme.starts_on, programme.ends_on, actual)


def _months_up_to(programme: Programme, at: date) -> dict[date, int]:
    rows = Share.objects.filter(expense__programme=programme, expense__spent_on__lte=at).order_by()
    by_month = rows.annotate(month=TruncMonth("expense__spent_on")).values_list("month")
    return dict(by_month.annotate(total=Sum("amount_cents")))


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
