"""The progress report on the demonstration: its figures are those of the screens, its files are whole."""

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from companies.models import Participation
from core.exports import xlsx_bytes
from core.registries import indicators
from diagnostics.models import Diagnostic
from documents.models import Document
from documents.rendering import render, render_html
from documents.snapshots import freeze, revive
from funding.models import Expense
from funding.selectors import budget_overview, cofunding_rate, ledger_rows, monthly_series
from observatory.selectors import published_release, release_tables
from observatory.sheets import TOTAL_CODE
from programme.models import Programme
from reports.charts import progress_charts
from reports.contexts import PROGRESS_REPORT, ProgressContext
from reports.kinds import tables
from reports.periods import Period
from reports.selectors.progress import progress_context
from reports.services import request_progress_report
from trainings.selectors import training_sessions, training_totals

pytestmark = pytest.mark.django_db
QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))


@pytest.fixture
def context(demonstration: Programme) -> ProgressContext:
    return progress_context(demonstration, QUARTER, narratives={2: " Deux mots. "}, introduction="Bonjour")


@pytest.fixture
def report(demonstration: Programme) -> Document:
    return request_progress_report(
        actor=None, programme=demonstration, period=QUARTER, narratives={2: "Deux mots."}
    )


def test_money_is_that_of_the_budget_screens(demonstration: Programme, context: ProgressContext) -> None:
    overview = budget_overview(demonstration, QUARTER.end)
    rate = cofunding_rate(demonstration, QUARTER.end)
    budget = context.budget
    assert budget.total_cents == overview.agreed_cents == 104_610_000
    assert (budget.amounts.planned_cents, budget.amounts.validated_cents, budget.amounts.paid_cents) == (
        overview.total.planned_cents,
        overview.total.validated_cents,
        overview.total.paid_cents,
    )
    assert [axis.amounts.validated_cents for axis in context.axes] == [
        axis.figures.validated_cents for axis in overview.axes
    ]
    assert [funder.amounts.validated_cents for funder in budget.funders] == [
        funder.figures.validated_cents for funder in overview.funders
    ]
    assert (budget.state_cents, budget.state_agreed_cents) == (rate.state_cents, rate.state_agreed_cents)
    assert [month.actual_total_cents for month in budget.months] == [
        point.actual_total_cents for point in monthly_series(demonstration, QUARTER.end)
    ]
    rows = list(ledger_rows(demonstration, QUARTER.start, QUARTER.end))
    assert budget.period_cents == sum(row.funded_cents for row in rows) > 0
    assert [expense.number for expense in budget.expenses] == [row.number for row in rows]


def test_every_cent_of_an_axis_is_one_funders_or_anothers(context: ProgressContext) -> None:
    for axis in context.axes:
        assert sum(share.amounts.validated_cents for share in axis.by_funder) == axis.amounts.validated_cents
        assert sum(line.amounts.planned_cents for line in axis.lines) == axis.amounts.planned_cents
    assert (
        sum(axis.amounts.validated_cents for axis in context.axes) == context.budget.amounts.validated_cents
    )


def test_training_companies_and_indicators_are_those_of_their_apps(
    demonstration: Programme, context: ProgressContext
) -> None:
    totals = training_totals(demonstration, demonstration.starts_on, QUARTER.end)
    to_date = context.training.to_date
    assert (to_date.people, to_date.sessions, to_date.trainee_minutes) == (
        totals.people,
        totals.sessions,
        totals.trainee_minutes,
    )
    assert len(context.training.sessions) == len(training_sessions(demonstration, QUARTER.start, QUARTER.end))
    assert context.companies.total == Participation.objects.for_programme(demonstration).count()
    for counts in (
        context.companies.by_stage,
        context.companies.by_sector,
        context.companies.by_size,
        context.companies.by_department,
    ):
        assert sum(count.count for count in counts) == context.companies.total
    targets = dict(demonstration.targets.values_list("indicator", "value"))
    for line in context.indicators:
        measured = indicators.get(line.code).measure(demonstration, demonstration.starts_on, QUARTER.end)
        assert (line.to_date, line.target) == (measured, targets.get(line.code))
    assert not [line for line in context.indicators if line.unit == "euros"]


def test_diagnostics_stop_at_the_end_of_the_period(
    demonstration: Programme, context: ProgressContext
) -> None:
    part = context.diagnostics
    assert sum(month.submitted for month in part.by_month) == part.submitted
    assert sum(month.opened for month in part.by_month) == part.opened
    later = Diagnostic.objects.for_programme(demonstration).filter(submitted_at__date__gt=QUARTER.end)
    assert later.exists()
    assert part.by_month[-1].month == date(2026, 3, 1)


def test_maturity_comes_from_the_published_release_alone(
    demonstration: Programme, context: ProgressContext
) -> None:
    release = published_release(demonstration)
    assert release is not None
    assert context.maturity is not None
    assert context.maturity.release_title == release.title
    published = [
        (cell.row_label, cell.count)
        for cell in release_tables(release)["level"].cells
        if cell.row != TOTAL_CODE
    ]
    assert [(level.label, level.count) for level in context.maturity.levels] == published
    assert "levels" in progress_charts(context)


def test_before_any_release_the_report_says_so(context: ProgressContext, report: Document) -> None:
    bare = replace(context, maturity=None)
    report.snapshot["content"] = freeze(bare)
    html = render_html(report)
    assert "premier millésime" in html
    assert "levels" not in progress_charts(bare)


def test_the_snapshot_gives_the_context_back(context: ProgressContext) -> None:
    assert revive(ProgressContext, freeze(context)) == context
    assert context.axis(2) is not None
    assert context.axes[1].narrative == "Deux mots."


def test_the_real_pdf_and_its_workbook(report: Document, context: ProgressContext) -> None:
    rendered = render(report)
    reader = PdfReader(io.BytesIO(rendered.pdf))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert rendered.pages == len(reader.pages) >= 12
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] == True  # noqa: E712 -- a PDF boolean
    assert sum("Données de démonstration" in page.extract_text() for page in reader.pages) == len(
        reader.pages
    )
    flat = text.replace("\u202f", " ").replace("\u00a0", " ")
    for words in (
        "Rapport d’avancement",
        "1er trimestre 2026",
        "1 046 100,00 €",
        "48,497 %",
        "Volet 1 : Étude",
        "Volet 4 : Capitalisation",
        "Deux mots.",
        f"page 2 sur {rendered.pages}",
        report.code,
    ):
        assert words in flat
    assert rendered.workbook is not None
    book = CalamineWorkbook.from_filelike(io.BytesIO(rendered.workbook))
    assert book.sheet_names[:2] == ["Indicateurs", "Répartitions"]
    rows = book.get_sheet_by_name("Dépenses de la période").to_python()
    assert len(rows) == 1 + len(context.budget.expenses)
    assert round(sum(row[7] for row in rows[1:]) * 100) == context.budget.period_cents


def test_at_least_eight_charts_say_what_to_see(context: ProgressContext) -> None:
    charts = progress_charts(context)
    assert len(charts) >= 8
    for chart in charts.values():
        assert chart.reading
        assert chart.table.rows
    assert len({chart.uid for chart in charts.values()}) == len(charts)


def test_annexes_are_cut_and_the_workbook_is_not(context: ProgressContext, report: Document) -> None:
    many = context.budget.expenses[:1] * 300
    report.snapshot["content"] = freeze(replace(context, budget=replace(context.budget, expenses=many)))
    html = render_html(report)
    assert html.count(many[0].number) == 45
    assert "255 autres dépenses figurent dans le classeur joint" in html
    assert len(list(_sheet(report, "Dépenses de la période").rows)) == 300


def _sheet(report: Document, title: str) -> Any:
    return next(sheet for sheet in tables(report.snapshot["content"]) if sheet.title == title)


def test_what_changes_after_the_request_does_not_change_the_report(
    demonstration: Programme, report: Document
) -> None:
    before = render_html(report)
    workbook = xlsx_bytes(tables(report.snapshot["content"]), created=timezone.now().replace(microsecond=0))
    Expense.objects.filter(programme=demonstration).update(spent_on=date(2020, 1, 1))
    Participation.objects.for_programme(demonstration).update(stage="closed")
    demonstration.axes.all().update(name="Autre nom")
    again = Document.objects.get(pk=report.pk)
    assert render_html(again) == before
    assert workbook
    assert again.kind == PROGRESS_REPORT
