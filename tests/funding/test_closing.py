"""The compte rendu financier and the budget summary: one ledger, the same figures everywhere."""

import io
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from python_calamine import CalamineWorkbook

from accounts.models import User
from core.errors import BusinessError
from core.money import euros
from documents.models import Document
from documents.snapshots import freeze, revive
from funding import services as funding
from funding.closing import Pair
from funding.models import FinancialReport, FunderMember
from funding.report_contexts import FinancialReportContext
from funding.selectors import budget_overview, ledger_rows
from funding.selectors.closing import budget_summary, report_context
from funding.services.closing import (
    ReportEntry,
    balance_report,
    finalise_report,
    open_report,
    request_budget_summary,
    save_report,
)
from programme.enums import Role
from programme.models import Programme
from programme.services import issue_api_token
from tests.funding.factories import line_of, make_expense, make_plan, make_submitted, make_validated

pytestmark = pytest.mark.django_db
START, END = date(2025, 7, 1), date(2027, 6, 30)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2027-09-01 10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def spent(programme: Programme, officer: User, director: User) -> Programme:
    """A plan, awkward expenses on two lines, one partly ineligible, one credit note, one waiting."""
    make_plan(programme)
    make_validated(programme, officer, director, amount=12_345_67)
    partly = make_validated(programme, officer, director, amount=9_999_99, axis=2, eligible_cents=9_000_01)
    make_validated(programme, officer, director, amount=1_01, axis=4, spent_on=date(2025, 8, 1))
    funding.credit_expense(
        actor=director, expense=partly, amount_cents=1_000_01, eligible_cents=1_000_01, reason="Avoir"
    )
    make_submitted(programme, officer, amount=77_77)
    make_expense(programme, officer, amount=55_55)
    return programme


def state(programme: Programme) -> Any:
    return programme.funders.get(is_state=True)


def test_forecast_is_the_plan_and_actual_is_the_ledger(spent: Programme) -> None:
    report = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    told = report_context(report)
    ledger = list(ledger_rows(spent, START, END))
    overview = budget_overview(spent, END)
    assert told.table.total_charges == Pair(104_610_000, sum(row.amount_cents for row in ledger))
    assert told.table.total_charges == told.table.total_products
    assert {line.line_id: line.forecast_cents for line in told.lines} == {
        line.id: line.figures.planned_cents for line in overview.lines
    }
    assert {f.funder_id: f.actual_cents for f in told.funders} == {
        f.id: f.figures.validated_cents for f in overview.funders
    }
    assert told.own_share == Pair(0, sum(row.own_cents for row in ledger))
    assert report.granted_cents == 507_331_00
    by_row = {row.code: row for row in told.table.charges}
    assert (
        by_row["62-fees"].actual_cents + by_row["64-pay"].actual_cents
        == told.table.total_charges.actual_cents
    )


def test_two_exercises_make_the_whole(spent: Programme) -> None:
    periods = [(START, date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 12, 31)), (date(2027, 1, 1), END)]
    parts = [
        report_context(
            open_report(actor=None, programme=spent, funder=state(spent), starts_on=start, ends_on=end)
        )
        for start, end in periods
    ]
    assert sum((part.table.total_charges for part in parts), Pair()).forecast_cents == 104_610_000
    for part in parts:
        assert part.table.balance.is_zero
    whole = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    assert (
        sum((part.table.total_charges for part in parts), Pair()) == report_context(whole).table.total_charges
    )


def test_a_report_that_does_not_balance_is_never_final(spent: Programme, director: User) -> None:
    report = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    entry = ReportEntry(
        granted_cents=507_331_00,
        entries={
            "own": Pair(0, 0),
            "indirect-fixed": Pair(1_000_00, 900_05),
            "864": Pair(50_00, 60_00),
            "870": Pair(50_00, 59_99),
        },
        texts={"signatory": "Ada Exemple, présidente"},
    )
    report = save_report(actor=director, report=report, entry=entry, revision=report.revision)
    with pytest.raises(BusinessError) as refused:
        finalise_report(actor=director, report=report)
    assert refused.value.code == "unsound"
    assert "0,01" in refused.value.message
    assert Document.objects.count() == 0
    report = balance_report(actor=director, report=report)
    assert balance_report(actor=director, report=report).revision == report.revision
    assert report.entries["own"][0] == 1_000_00
    with pytest.raises(BusinessError, match="86"):
        finalise_report(actor=director, report=report)
    told = {code: Pair(*pair) for code, pair in report.entries.items()} | {"870": Pair(50_00, 60_00)}
    report = save_report(
        actor=director, report=report, entry=ReportEntry(507_331_00, told, texts=entry.texts)
    )
    report = finalise_report(actor=director, report=report)
    assert finalise_report(actor=director, report=report).document == report.document
    assert Document.objects.count() == 1
    with pytest.raises(BusinessError, match="définitif"):
        save_report(actor=director, report=report, entry=entry)
    with pytest.raises(BusinessError, match="définitif"):
        balance_report(actor=director, report=report)


@pytest.mark.parametrize(
    ("period", "code"),
    [
        ((END, START), "reversed"),
        ((date(2025, 6, 30), END), "outside"),
        ((START, date(2027, 7, 1)), "outside"),
    ],
)
def test_periods_stay_in_the_agreement(spent: Programme, period: tuple[date, date], code: str) -> None:
    with pytest.raises(BusinessError) as refused:
        open_report(actor=None, programme=spent, funder=state(spent), starts_on=period[0], ends_on=period[1])
    assert refused.value.code == code


def test_lines_stay_in_their_account(spent: Programme, programme: Programme) -> None:
    report = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    line = line_of(programme, 1).pk
    moved = save_report(actor=None, report=report, entry=ReportEntry(1, line_rows={line: "62-travel"}))
    rows = {row.code: row for row in report_context(moved).table.charges}
    assert rows["62-travel"].actual_cents == 12_345_67
    for wrong in ({line: "64-pay"}, {line: "62"}, {0: "62-fees"}):
        with pytest.raises(BusinessError):
            save_report(actor=None, report=report, entry=ReportEntry(1, line_rows=wrong))
    with pytest.raises(BusinessError):
        save_report(actor=None, report=report, entry=ReportEntry(1, entries={"62-fees": Pair(1, 1)}))
    with pytest.raises(BusinessError):
        save_report(actor=None, report=report, entry=ReportEntry(1, funder_rows={state(spent).pk: "own"}))


def test_the_second_to_save_is_told(spent: Programme) -> None:
    report = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    save_report(actor=None, report=report, entry=ReportEntry(1_00), revision=1)
    save_report(actor=None, report=report, entry=ReportEntry(1_00), revision=1)
    with pytest.raises(BusinessError) as refused:
        save_report(actor=None, report=report, entry=ReportEntry(2_00), revision=1)
    assert refused.value.code == "stale"


def test_the_context_survives_its_snapshot(spent: Programme) -> None:
    report = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    told = report_context(report)
    assert revive(FinancialReportContext, freeze(told)) == told


def workbook(document: Document) -> dict[str, list[list[Any]]]:
    assert document.data_file is not None
    with document.data_file.content.open("rb") as stream:
        book = CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def cents(value: Any) -> int:
    return int((Decimal(str(value)) * 100).to_integral_exact())


def test_screen_api_pdf_and_workbook_tell_the_same(
    spent: Programme,
    officer: User,
    signed_in: Callable[[User], Client],
    run_jobs: Callable[[], int],
    client: Client,
) -> None:
    at = date(2026, 12, 31)
    document = request_budget_summary(actor=officer, programme=spent, at=at)
    assert request_budget_summary(actor=officer, programme=spent, at=at).pk == document.pk
    run_jobs()
    document.refresh_from_db()
    assert document.is_ready
    summary = budget_summary(spent, at)
    overview = budget_overview(spent, at)
    assert summary.total.total.actual_cents == overview.total.validated_cents
    rows = workbook(document)["Volets"][1:]
    for row, axis in zip(rows, (*summary.axes, summary.total), strict=True):
        expected = [
            v for c in (*axis.cells, axis.total) for v in (c.planned_cents, c.actual_cents, c.gap_cents)
        ]
        assert [cents(value) for value in row[2:]] == expected
    _token, secret = issue_api_token(
        actor=None, programme=spent, user=officer, role=Role.OFFICER, name="essai"
    )
    told = client.get(
        f"/api/v1/essai/budget/?at={at.isoformat()}", headers={"authorization": f"Bearer {secret}"}
    ).json()
    assert told["total"]["validated"] == str(euros(summary.total.total.actual_cents))
    assert [line["figures"]["planned"] for line in told["lines"]] == [
        str(euros(line.total.planned_cents)) for line in summary.lines
    ]
    page = signed_in(officer).get(f"/essai/budget/synthese/?at={at.isoformat()}").content.decode()
    from core.formats import format_euros

    for axis in summary.axes:
        for cell in (*axis.cells, axis.total):
            assert format_euros(cell.actual_cents) in page
    direct = signed_in(officer).get(f"/essai/budget/synthese/xlsx/?at={at.isoformat()}").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(direct))
    assert book.get_sheet_by_name("Volets").to_python()[1:] == rows


def test_pages(
    spent: Programme,
    officer: User,
    director: User,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
    run_jobs: Callable[[], int],
) -> None:
    office, boss = signed_in(officer), signed_in(director)
    opened = office.post("/essai/budget/comptes-rendus/", {"funder": state(spent).pk, "period": "convention"})
    assert opened.status_code == 302
    url = opened["Location"]
    page = office.get(url).content.decode()
    assert "Rémunérations intermédiaires" in page
    assert "attend sa validation" in page
    sent = {"revision": "1", "granted": "507 331,00", "own-actual": "2 000,00", "text-signatory": "Ada"}
    wrong = office.post(url, {**sent, "70-actual": "12,345"})
    assert wrong.status_code == 422
    assert "12,345" in wrong.content.decode()
    assert FinancialReport.objects.get().revision == 1
    assert office.post(url, {**sent, "action": "balance"}).status_code == 302
    assert office.post(f"{url}document/").status_code == 302
    assert office.get(f"{url}finaliser/").status_code == 403
    assert boss.post(f"{url}finaliser/").status_code == 302
    report = FinancialReport.objects.get()
    assert report.status == "final"
    run_jobs()
    assert report.document is not None
    report.document.refresh_from_db()
    sheets = workbook(report.document)
    total = next(row for row in sheets["Charges"] if row[1] == "Total des charges")
    assert cents(total[3]) == sum(row.amount_cents for row in ledger_rows(spent, START, END))
    assert "Définitif depuis" in office.get(url).content.decode()
    check_only_its_funder_reads(spent, report, make_user, signed_in)
    assert office.post(url, sent).status_code == 422
    assert office.get("/essai/budget/comptes-rendus/").status_code == 200


def test_queries_do_not_grow(
    spent: Programme, officer: User, director: User, signed_in: Callable[[User], Client], count_queries: Any
) -> None:
    client = signed_in(officer)
    report = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    counts = []
    for _round in range(2):
        for _more in range(4):
            make_validated(spent, officer, director, amount=10_03)
        with count_queries() as queries:
            assert client.get(f"/essai/budget/comptes-rendus/{report.pk}/").status_code == 200
            assert client.get("/essai/budget/synthese/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def check_only_its_funder_reads(
    programme: Programme,
    report: FinancialReport,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    """The funder of the grant finds the file on its page; another funder learns nothing of it."""
    address = f"/essai/financeur/comptes-rendus/{report.pk}/"
    for funder in programme.funders.all():
        reader = make_user(f"lecteur{funder.pk}", Role.FUNDER)
        FunderMember.objects.create(funder=funder, user=reader)
        browser, own = signed_in(reader), funder.pk == report.funder_id
        assert (address in browser.get("/essai/financeur/appels/").content.decode()) is own
        answer = browser.get(address)
        assert answer.status_code == (200 if own else 404)
        assert not own or answer.getvalue().startswith(b"%PDF")
        assert browser.get(f"/essai/documents/{report.document_id}/").status_code == 404


def test_rows_not_read_on_the_form_itself_are_marked_on_screen(
    spent: Programme, director: User, signed_in: Any
) -> None:
    report = open_report(actor=None, programme=spent, funder=state(spent), starts_on=START, ends_on=END)
    page = signed_in(director).get(f"/{spent.slug}/budget/comptes-rendus/{report.pk}/").content.decode()
    table = report_context(report).table
    unread = [row.label for row in (*table.charges, *table.products) if not row.verified]
    assert "Prestations de services" in unread
    assert page.count("à contrôler</span>") == len(unread)
