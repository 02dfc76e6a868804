"""What financial documents tell, frozen: amounts in cents, words already in French."""

from dataclasses import dataclass
from datetime import date

from funding.closing import Pair, ReportTable

FINANCIAL_REPORT = "financial-report"
BUDGET_SUMMARY = "budget-summary"
TIME_SHEET = "time-sheet"


@dataclass(frozen=True)
class Check:
    """An integrity check; one that fails and blocks stops the report from being final."""

    code: str
    label: str
    passed: bool
    told: str
    blocks: bool = True


@dataclass(frozen=True)
class ReportLine:
    """A budget line and the row of the form it stands on."""

    line_id: int
    axis_number: int
    code: str
    label: str
    account: str
    row: str
    forecast_cents: int
    actual_cents: int


@dataclass(frozen=True)
class ReportFunder:
    """A funder and the row of the form it stands on."""

    funder_id: int
    name: str
    row: str
    forecast_cents: int
    actual_cents: int


@dataclass(frozen=True)
class ReportText:
    """A paragraph of the report."""

    code: str
    title: str
    text: str


@dataclass(frozen=True)
class FinancialReportContext:
    """A *compte rendu financier* as it was asked for."""

    form: str
    basis: str
    funder: str
    starts_on: date
    ends_on: date
    plan_number: int | None
    granted_cents: int
    table: ReportTable
    lines: tuple[ReportLine, ...]
    funders: tuple[ReportFunder, ...]
    checks: tuple[Check, ...]
    texts: tuple[ReportText, ...]
    own_share: Pair

    @property
    def is_sound(self) -> bool:
        """Whether nothing stops it from being final."""
        return all(check.passed for check in self.checks if check.blocks)


@dataclass(frozen=True)
class SummaryCell:
    """Planned and actual of one axis, line or total, for one funder or all of them."""

    planned_cents: int
    actual_cents: int

    @property
    def gap_cents(self) -> int:
        """Actual minus planned."""
        return self.actual_cents - self.planned_cents


@dataclass(frozen=True)
class SummaryRow:
    """An axis or a line; ``cells`` follow the funders."""

    code: str
    label: str
    cells: tuple[SummaryCell, ...]
    total: SummaryCell


@dataclass(frozen=True)
class SummaryPosition:
    """Where an axis, a line or the whole budget stood at the end of the day."""

    code: str
    label: str
    planned_cents: int
    committed_cents: int
    submitted_cents: int
    validated_cents: int
    paid_cents: int
    claimed_cents: int
    remaining_cents: int
    available_cents: int
    line_id: int | None = None


@dataclass(frozen=True)
class SummaryAccount:
    """What a funder was charged and asked, and what had come from it, at the end of the day."""

    funder_id: int | None
    name: str
    agreed_cents: int
    validated_cents: int
    paid_cents: int
    claimed_cents: int
    received_cents: int
    remaining_cents: int


@dataclass(frozen=True)
class BudgetSummaryContext:
    """The budget at a date: axes × funders, planned, actual, gap, and the State's rate.

    ``positions`` are the lines, then the total; ``accounts`` the funders, then the total. Summaries made
    before claims and commitments were dated have none.
    """

    at: date
    plan_number: int | None
    plan_decided_on: date | None
    agreed_cents: int
    funders: tuple[str, ...]
    axes: tuple[SummaryRow, ...]
    lines: tuple[SummaryRow, ...]
    total: SummaryRow
    paid_cents: int
    submitted_cents: int
    state_agreed_cents: int
    state_actual_cents: int
    positions: tuple[SummaryPosition, ...] = ()
    accounts: tuple[SummaryAccount, ...] = ()
