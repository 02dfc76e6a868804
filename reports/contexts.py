"""What the progress report tells, frozen: plain figures in integers, words already in French.

Amounts are cents, scores tenths of a point. ``SCHEMA`` changes whenever a field does.
"""

from dataclasses import dataclass
from datetime import date

from trainings.hours import HoursOfTrainees

PROGRESS_REPORT = "progress-report"
SCHEMA = 1


@dataclass(frozen=True)
class Count:
    """A labelled number."""

    label: str
    count: int


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator: what was reached since the start, in the period, and what is aimed at."""

    code: str
    label: str
    unit: str
    axis_number: int
    to_date: int
    in_period: int
    target: int | None

    @property
    def percent(self) -> int | None:
        """Percent of the target, rounded half up; nothing without a target."""
        return (200 * self.to_date + self.target) // (2 * self.target) if self.target else None


@dataclass(frozen=True)
class Amounts:
    """Planned, validated and paid, in cents."""

    planned_cents: int
    validated_cents: int
    paid_cents: int

    @property
    def remaining_cents(self) -> int:
        """Planned and not yet charged."""
        return self.planned_cents - self.validated_cents


@dataclass(frozen=True)
class FunderPart:
    """A funder: what it agreed to pay and where it stands."""

    name: str
    short_name: str
    is_state: bool
    agreed_cents: int
    amounts: Amounts


@dataclass(frozen=True)
class FunderAmounts:
    """What one funder pays of an axis."""

    name: str
    amounts: Amounts


@dataclass(frozen=True)
class BudgetLinePart:
    """A budget line of the plan in force."""

    code: str
    label: str
    account: str
    amounts: Amounts


@dataclass(frozen=True)
class AxisPart:
    """An axis (*volet*): its words, its figures, its money."""

    number: int
    name: str
    purpose: str
    narrative: str
    indicators: tuple[IndicatorLine, ...]
    amounts: Amounts
    by_funder: tuple[FunderAmounts, ...]
    lines: tuple[BudgetLinePart, ...]


@dataclass(frozen=True)
class CompaniesPart:
    """Companies of the programme on the day of the report."""

    total: int
    by_stage: tuple[Count, ...]
    by_sector: tuple[Count, ...]
    by_size: tuple[Count, ...]
    by_department: tuple[Count, ...]


@dataclass(frozen=True)
class MonthCount:
    """Diagnostics opened and submitted in a month."""

    month: date
    opened: int
    submitted: int


@dataclass(frozen=True)
class DiagnosticsPart:
    """Diagnostics up to the end of the period."""

    opened: int
    submitted: int
    opened_in_period: int
    submitted_in_period: int
    by_month: tuple[MonthCount, ...]


@dataclass(frozen=True)
class Share:
    """A published cell: ``count`` is empty when the release withholds it."""

    label: str
    count: int | None


@dataclass(frozen=True)
class Score:
    """A published mean in tenths of a point; empty when the release withholds it."""

    label: str
    tenths: int | None


@dataclass(frozen=True)
class MaturityPart:
    """Maturity as the last published release tells it: never from the answers themselves."""

    release_title: str
    reference_date: date
    published_on: date
    companies: int | None
    levels: tuple[Share, ...]
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class PlansPart:
    """Action plans of companies, on the day of the report."""

    plans: int
    agreed: int
    actions: int
    done: int
    done_in_period: int
    overdue: int
    by_status: tuple[Count, ...]


@dataclass(frozen=True)
class StakePart(HoursOfTrainees):
    """Training of one stake, up to the end of the period."""

    label: str
    sessions: int
    people: int
    trainee_minutes: int


@dataclass(frozen=True)
class SessionPart(HoursOfTrainees):
    """A session held in the period."""

    title: str
    stake: str
    provider: str
    starts_on: date
    ends_on: date
    people: int
    trainee_minutes: int


@dataclass(frozen=True)
class TrainingFigures(HoursOfTrainees):
    """Training over some days."""

    sessions: int
    people: int
    companies: int
    trainee_minutes: int


@dataclass(frozen=True)
class TrainingPart:
    """Training: since the start, in the period, by stake, by profile of the people trained."""

    to_date: TrainingFigures
    in_period: TrainingFigures
    by_stake: tuple[StakePart, ...]
    by_age: tuple[Count, ...]
    by_sex: tuple[Count, ...]
    by_occupation: tuple[Count, ...]
    sessions: tuple[SessionPart, ...]


@dataclass(frozen=True)
class MonthAmount:
    """A month of the agreement: plan spread by days, beside what was charged; cents."""

    month: date
    planned_cents: int
    actual_cents: int
    planned_total_cents: int
    actual_total_cents: int


@dataclass(frozen=True)
class ExpensePart:
    """An expense of the period, as the ledger shows it; ``shares`` follows the funders' order."""

    number: str
    spent_on: date
    line_code: str
    supplier: str
    label: str
    status: str
    eligible_cents: int
    funded_cents: int
    shares: tuple[int, ...]


@dataclass(frozen=True)
class BudgetPart:
    """The money up to the end of the period."""

    total_cents: int
    plan_number: int | None
    amounts: Amounts
    submitted_cents: int
    submitted_count: int
    planned_to_date_cents: int
    expected_cents: int
    period_cents: int
    funders: tuple[FunderPart, ...]
    state_agreed_cents: int
    state_cents: int
    months: tuple[MonthAmount, ...]
    expenses: tuple[ExpensePart, ...]


@dataclass(frozen=True)
class ProgressContext:
    """The whole progress report."""

    period_start: date
    period_end: date
    period_label: str
    as_of: date
    starts_on: date
    ends_on: date
    month_number: int
    month_count: int
    source: str
    introduction: str
    axes: tuple[AxisPart, ...]
    companies: CompaniesPart
    diagnostics: DiagnosticsPart
    maturity: MaturityPart | None
    plans: PlansPart
    training: TrainingPart
    budget: BudgetPart

    @property
    def indicators(self) -> tuple[IndicatorLine, ...]:
        """Every indicator, axis by axis."""
        return tuple(line for axis in self.axes for line in axis.indicators)

    def axis(self, number: int) -> AxisPart | None:
        """An axis by its number."""
        return next((axis for axis in self.axes if axis.number == number), None)
