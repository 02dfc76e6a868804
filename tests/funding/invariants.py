"""What must hold of money after any move: margins, sums, nothing negative, nothing rewritten, one total."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Sum
from python_calamine import CalamineWorkbook

from core.exports import xlsx_bytes
from core.money import euros
from funding.claiming import Terms
from funding.documents import summary_sheets
from funding.enums import ClaimStatus, PlanStatus
from funding.matrix import residues
from funding.models import Claim, ClaimedShare, Expense, Plan, Share
from funding.models.claim import COUNTED, HOLDING
from funding.selectors import BudgetOverview, budget_overview, ledger_rows, plan_sheet
from funding.selectors.claims import FunderAccount, funder_accounts
from funding.selectors.closing import budget_summary
from funding.selectors.reserves import programme_reserves
from funding.selectors.totals import wrong_totals
from funding.serializers import BudgetSerializer
from funding.services.claim_packs import voucher_sheets
from programme.models import Programme


def check_plan(programme: Programme) -> None:
    """The plan is exact in both margins, and nobody is charged or promised more."""
    plan = Plan.objects.get(status=PlanStatus.ACTIVE)
    sheet = plan_sheet(plan)
    cells = [line.cells for line in sheet.lines]
    assert residues(
        [line.planned_cents for line in sheet.lines], [f.agreed_cents for f in sheet.funders], cells
    ).valid
    assert sheet.planned_cents == programme.total_cents
    reserves = programme_reserves(programme)
    for line in sheet.lines:
        for agreed, charged in zip(line.cells, line.charged, strict=True):
            assert 0 <= charged <= agreed
        assert sum(line.charged) + reserves.get(line.line_id, 0) <= line.planned_cents


def check_shares(before: Mapping[int, int]) -> dict[int, int]:
    """Shares written ``before`` are still the same; they sum to what is funded. Returns those of now."""
    now = dict(Share.objects.values_list("pk", "amount_cents"))
    assert now.items() >= before.items()
    rows = (
        Expense.objects.filter(validated_at__isnull=False)
        .annotate(shared=Sum("shares__amount_cents", default=0))
        .values_list("eligible_cents", "excess_cents", "shared", "answers_id", "pk")
    )
    left: dict[int, int] = {}
    for eligible, excess, shared, answers, pk in rows:
        assert shared == eligible - excess
        left[answers or pk] = left.get(answers or pk, 0) + shared
    assert all(cents >= 0 for cents in left.values())
    negative = Share.objects.filter(amount_cents__lt=0, expense__answers=None)
    assert not negative.exists()
    totals = Share.objects.values("expense__answers_id", "expense_id", "funder").annotate(
        total=Sum("amount_cents")
    )
    by_root: dict[tuple[int, int], int] = {}
    for row in totals.order_by():
        root = row["expense__answers_id"] or row["expense_id"]
        by_root[root, row["funder"]] = by_root.get((root, row["funder"]), 0) + row["total"]
    assert all(cents >= 0 for cents in by_root.values())
    return now


def check_claims(programme: Programme, terms: Mapping[int, Terms]) -> None:
    """A share is held once, and no funder is asked more than its agreement."""
    held = ClaimedShare.objects.filter(status__in=HOLDING).values("share").annotate(n=Count("pk"))
    assert not held.order_by().filter(n__gt=1).exists()
    for claim in Claim.objects.exclude(status=ClaimStatus.CANCELLED):
        counted = claim.shares.filter(status__in=COUNTED).aggregate(s=Sum("amount_cents", default=0))
        if claim.status != ClaimStatus.REJECTED:
            assert claim.gross_cents == counted["s"]
        net = claim.gross_cents - claim.imputed_cents - claim.withheld_cents
        assert claim.payable_cents == max(0, net)
    for account in funder_accounts(programme):
        own = terms[account.id]
        early = Claim.objects.filter(funder=account.id, kind__in=("advance", "interim"))
        asked_early = early.aggregate(s=Sum("payable_cents", default=0))["s"]
        assert 0 <= account.charged_cents <= account.agreed_cents
        assert asked_early <= own.ceiling
        assert account.asked_cents - account.given_back_cents <= account.agreed_cents
        assert account.outstanding_cents >= 0
        assert account.claimed_cents <= account.agreed_cents


def check_totals(programme: Programme) -> None:
    """The ledger, the pages, the accounts and the running totals say the same."""
    assert wrong_totals(programme) == []
    total = Share.objects.aggregate(s=Sum("amount_cents", default=0))["s"]
    overview = budget_overview(programme)
    assert overview.total.validated_cents == total
    assert sum(f.figures.validated_cents for f in overview.funders) == total
    assert sum(row.funded_cents for row in ledger_rows(programme)) == total
    accounts = funder_accounts(programme)
    assert sum(account.charged_cents for account in accounts) == total
    assert overview.total.claimed_cents == sum(account.claimed_cents for account in accounts)


def check_files(programme: Programme) -> None:
    """The report and the workbooks give the totals of the page."""
    total = Share.objects.aggregate(s=Sum("amount_cents", default=0))["s"]
    assert summary_total(programme) == total
    assert ledger_workbook_total(programme, programme.funders.count()) == total
    for claim in Claim.objects.exclude(status=ClaimStatus.CANCELLED)[:3]:
        sheets = voucher_sheets(claim)
        book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(sheets)))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)[1:]
        wanted = claim.shares.aggregate(s=Sum("amount_cents", default=0))["s"]
        assert sum(round(row[12] * 100) for row in rows) == wanted


def summary_total(programme: Any) -> int:
    """What the budget summary, PDF and XLSX, says was charged."""
    return budget_summary(programme, date(2027, 6, 30)).total.total.actual_cents


def ledger_workbook_total(programme: Any, funders: int) -> int:
    """The sum of the funders' columns in the ledger's workbook."""
    from funding.views.budget import ledger_sheet

    request: Any = type("Asked", (), {"programme": programme})()
    sheet = ledger_sheet(request, None)
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes([sheet])))
    rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)[1:]
    last = len(sheet.columns) - 1
    return sum(round(cell * 100) for row in rows for cell in row[last - funders : last])


@dataclass(frozen=True)
class Day:
    """What the budget and the funders' accounts were when a day ended."""

    on: date
    overview: BudgetOverview
    accounts: list[FunderAccount]


def day_now(programme: Programme, on: date) -> Day:
    """The figures of now, kept as those of the day that ends."""
    return Day(on, budget_overview(programme), funder_accounts(programme))


def check_day(programme: Programme, day: Day) -> None:
    """A day past is as it was: plan, validated, paid, claimed, received, committed, what is due."""
    assert replace(budget_overview(programme, day.on), at=None) == day.overview
    assert funder_accounts(programme, day.on) == day.accounts


def check_day_files(programme: Programme, day: Day) -> None:
    """The summary (screen and PDF), its workbook and the API tell a day past as it was."""
    was, summary = day.overview, budget_summary(programme, day.on)
    assert [row.claimed_cents for row in summary.positions[:-1]] == [
        line.figures.claimed_cents for line in was.lines
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(list(summary_sheets(summary)))))
    rows = book.get_sheet_by_name("Situation des lignes").to_python(skip_empty_area=False)[1:]
    told = [[round(cell * 100) for cell in row[2:]] for row in rows]
    assert told == [
        [
            figures.planned_cents,
            figures.committed_cents,
            figures.submitted_cents,
            figures.validated_cents,
            figures.paid_cents,
            figures.claimed_cents,
            figures.remaining_cents,
            figures.available_cents,
        ]
        for figures in (*(line.figures for line in was.lines), was.total)
    ]
    accounts = book.get_sheet_by_name("Financeurs").to_python(skip_empty_area=False)[1:-1]
    assert [[round(cell * 100) for cell in row[4:6]] for row in accounts] == [
        [funder.figures.claimed_cents, funder.received_cents] for funder in was.funders
    ]
    api = BudgetSerializer(budget_overview(programme, day.on)).data
    assert [(row["figures"]["claimed"], row["figures"]["committed"]) for row in api["lines"]] == [
        (str(euros(line.figures.claimed_cents)), str(euros(line.figures.committed_cents)))
        for line in was.lines
    ]
    assert [row["received"] for row in api["funders"]] == [str(euros(f.received_cents)) for f in was.funders]
