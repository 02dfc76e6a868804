"""Reads of financial documents: the *compte rendu financier* and the budget summary at a date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import yaml
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import NotVisible
from core.formats import format_date, format_euros
from funding.closing import FormRow, Pair, ReportForm, ReportTable, build_table, parse_form
from funding.enums import ExpenseStatus, Nature, ReportStatus
from funding.forecast import planned_by
from funding.models import BudgetLine, Expense, FinancialReport, Funder, MatrixCell, Share
from funding.report_contexts import (
    BudgetSummaryContext,
    Check,
    FinancialReportContext,
    ReportFunder,
    ReportLine,
    ReportText,
    SummaryAccount,
    SummaryCell,
    SummaryPosition,
    SummaryRow,
)
from funding.rules import funder_of
from funding.selectors.overview import BudgetOverview, Figures, budget_overview, plan_in_force, rate_of
from programme.access import Access
from programme.models import Programme

FORM_FILE = Path(__file__).resolve().parent.parent / "content" / "cerfa_15059_02.yaml"
DEFAULT_ROWS = {
    Nature.PURCHASES: "60-supplies",
    Nature.SERVICES: "61-rent",
    Nature.FEES: "62-fees",
    Nature.TRAVEL: "62-travel",
    Nature.COMMUNICATION: "62-publicity",
    Nature.TAXES: "63-other",
    Nature.STAFF: "64-pay",
    Nature.OVERHEADS: "65",
    Nature.FINANCIAL: "66",
    Nature.EXCEPTIONAL: "67",
    Nature.DEPRECIATION: "68",
}
STATE_ROW, OTHER_ROW = "74-state", "74-private"


@lru_cache(maxsize=1)
def report_form() -> ReportForm:
    """The form shipped with the product."""
    return parse_form(yaml.safe_load(FORM_FILE.read_text(encoding="utf-8")))


def text_titles() -> dict[str, str]:
    """Paragraphs of the report, in their order, by code."""
    return {
        "activity": _("Mise en œuvre de l’action"),
        "audience": _("Nombre et types de bénéficiaires"),
        "places": _("Dates et lieux de réalisation"),
        "results": _("Objectifs atteints au regard des indicateurs"),
        "allocation": _("Règles de répartition des charges indirectes"),
        "gaps": _("Écarts significatifs entre prévision et réalisation"),
        "contributions": _("Contributions volontaires en nature"),
        "remarks": _("Observations"),
        "signatory": _("Nom et qualité du signataire"),
    }


def rows_for_account(account: str) -> tuple[FormRow, ...]:
    """Rows of the form that a budget line of an account may stand on."""
    return tuple(row for row in report_form().charges if row.takes_lines and row.account == account)


def rows_for_funders() -> tuple[FormRow, ...]:
    """Rows of the form that a funder may stand on."""
    return tuple(row for row in report_form().products if row.funders)


@dataclass(frozen=True)
class PeriodFigures:
    """What the plan forecasts and the ledger says of a period, by line and by funder, in cents.

    ``own`` is the part of the actual charges that no funder pays: ineligible parts and excesses.
    """

    plan_number: int | None
    lines: dict[int, Pair]
    funders: dict[int, Pair]
    own: Pair
    submitted_cents: int
    submitted_count: int


def period_figures(programme: Programme, start: date, end: date) -> PeriodFigures:
    """Forecast and actual of a period, both days included. Six queries whatever the number of expenses.

    The plan in force at the end is spread by days over the agreement, cell by cell: the sums by line and
    by funder stay equal to the cent.
    """
    plan = plan_in_force(programme, end)
    lines: dict[int, Pair] = {}
    funders: dict[int, Pair] = {}
    cells = (
        MatrixCell.objects.filter(planned_line__plan=plan).order_by() if plan else MatrixCell.objects.none()
    )
    for line, funder, cents in cells.values_list("planned_line__line_id", "funder_id", "amount_cents"):
        part = Pair(_planned_in(programme, cents, start, end), 0)
        lines[line] = lines.get(line, Pair()) + part
        funders[funder] = funders.get(funder, Pair()) + part
    booked = Expense.objects.for_programme(programme).filter(spent_on__range=(start, end))
    validated = booked.filter(validated_at__isnull=False).order_by()
    spent = 0
    for line, cents in validated.values_list("line_id").annotate(total=Sum("amount_cents")):
        lines[line] = lines.get(line, Pair()) + Pair(0, cents)
        spent += cents
    shares = Share.objects.filter(expense__programme=programme, expense__spent_on__range=(start, end))
    funded = 0
    for funder, cents in shares.order_by().values_list("funder_id").annotate(total=Sum("amount_cents")):
        funders[funder] = funders.get(funder, Pair()) + Pair(0, cents)
        funded += cents
    waiting = booked.filter(status=ExpenseStatus.SUBMITTED).aggregate(
        cents=Sum("amount_cents", default=0), count=Count("pk")
    )
    return PeriodFigures(
        plan_number=plan.number if plan else None,
        lines=lines,
        funders=funders,
        own=Pair(0, spent - funded),
        submitted_cents=waiting["cents"],
        submitted_count=waiting["count"],
    )


def _planned_in(programme: Programme, cents: int, start: date, end: date) -> int:
    first, last = programme.starts_on, programme.ends_on
    return planned_by(cents, first, last, end) - planned_by(cents, first, last, start - timedelta(days=1))


def entered_pairs(entries: Mapping[str, Sequence[int]]) -> dict[str, Pair]:
    """What staff entered, by row of the form."""
    return {code: Pair(*pair) for code, pair in entries.items()}


def report_table(
    figures: PeriodFigures,
    lines: Sequence[ReportLine],
    funders: Sequence[ReportFunder],
    entries: Mapping[str, Sequence[int]],
) -> ReportTable:
    """The table of the form. The figures are those of the lines and funders, whatever row they stand on."""
    amounts = entered_pairs(entries)
    parts: list[ReportLine | ReportFunder] = [*lines, *funders]
    for part in parts:
        amounts[part.row] = amounts.get(part.row, Pair()) + Pair(part.forecast_cents, part.actual_cents)
    return build_table(report_form(), amounts)


def report_context(report: FinancialReport) -> FinancialReportContext:
    """Everything a report tells, computed now. Eight queries."""
    programme = report.programme
    figures = period_figures(programme, report.starts_on, report.ends_on)
    lines = _lines(report, figures)
    funders = _funders(report, figures)
    table = report_table(figures, lines, funders, report.entries)
    titles = text_titles()
    return FinancialReportContext(
        form=report_form().name,
        basis=report_form().basis,
        funder=report.funder.name,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        plan_number=figures.plan_number,
        granted_cents=report.granted_cents,
        table=table,
        lines=lines,
        funders=funders,
        checks=_checks(report, figures, table, funders),
        texts=tuple(ReportText(code, title, report.texts.get(code, "")) for code, title in titles.items()),
        own_share=figures.own,
    )


def _lines(report: FinancialReport, figures: PeriodFigures) -> tuple[ReportLine, ...]:
    found = []
    rows = BudgetLine.objects.for_programme(report.programme).select_related("axis")
    for line in rows.filter(pk__in=figures.lines):
        nature, pair = Nature(line.nature), figures.lines[line.pk]
        found.append(
            ReportLine(
                line_id=line.pk,
                axis_number=line.axis.number,
                code=line.code,
                label=line.label,
                account=nature.account,
                row=report.line_rows.get(str(line.pk)) or DEFAULT_ROWS[nature],
                forecast_cents=pair.forecast_cents,
                actual_cents=pair.actual_cents,
            )
        )
    return tuple(found)


def _funders(report: FinancialReport, figures: PeriodFigures) -> tuple[ReportFunder, ...]:
    return tuple(
        ReportFunder(
            funder_id=funder.pk,
            name=funder.name,
            row=report.funder_rows.get(str(funder.pk)) or (STATE_ROW if funder.is_state else OTHER_ROW),
            forecast_cents=figures.funders.get(funder.pk, Pair()).forecast_cents,
            actual_cents=figures.funders.get(funder.pk, Pair()).actual_cents,
        )
        for funder in Funder.objects.for_programme(report.programme)
    )


def _checks(
    report: FinancialReport, figures: PeriodFigures, table: ReportTable, funders: Sequence[ReportFunder]
) -> tuple[Check, ...]:
    return (
        _equal("balance", _("Les produits couvrent les charges"), table.balance, _("produits")),
        _equal("voluntary", _("Le compte 86 égale le compte 87"), table.voluntary_balance, _("compte 87")),
        Check(
            "plan",
            _("Un plan de financement est en vigueur"),
            figures.plan_number is not None,
            "" if figures.plan_number else _("Aucun plan n’était en vigueur à la fin de la période."),
        ),
        Check(
            "ended",
            _("La période est terminée"),
            report.ends_on < timezone.localdate(),
            ""
            if report.ends_on < timezone.localdate()
            else _("Elle se termine le %(day)s.") % {"day": format_date(report.ends_on)},
        ),
        Check(
            "granted",
            _("Le montant attribué est indiqué"),
            report.granted_cents > 0,
            "" if report.granted_cents > 0 else _("Indiquez le montant de la subvention."),
        ),
        Check(
            "signatory",
            _("Le signataire est nommé"),
            bool(report.texts.get("signatory", "").strip()),
            "" if report.texts.get("signatory", "").strip() else _("Indiquez son nom et sa qualité."),
        ),
        _waiting(figures),
    )


def _equal(code: str, label: str, residue: Pair, what: str) -> Check:
    parts = [
        _("%(column)s\u00a0: il manque %(gap)s (%(what)s)")
        % {"column": column, "gap": format_euros(cents), "what": what}
        for column, cents in (
            (_("Prévision"), residue.forecast_cents),
            (_("Réalisation"), residue.actual_cents),
        )
        if cents
    ]
    return Check(code, label, residue.is_zero, "\u00a0; ".join(parts))


def _waiting(figures: PeriodFigures) -> Check:
    count = figures.submitted_count
    told = ngettext(
        "%(n)d dépense de la période attend sa validation (%(amount)s).",
        "%(n)d dépenses de la période attendent leur validation (%(amount)s).",
        count,
    ) % {"n": count, "amount": format_euros(figures.submitted_cents)}
    return Check(
        "submitted",
        _("Toutes les dépenses de la période sont décidées"),
        not count,
        told if count else "",
        blocks=False,
    )


def report_for(access: Access, pk: int) -> FinancialReport:
    """A financial report of the caller's programme. Raises ``NotVisible``."""
    report: FinancialReport | None = (
        FinancialReport.objects.for_programme(access.programme)
        .select_related("programme", "funder", "document", "finalised_by")
        .filter(pk=pk)
        .first()
    )
    if report is None:
        raise NotVisible
    return report


def budget_summary(programme: Programme, at: date) -> BudgetSummaryContext:
    """The budget at the end of a day: the same figures as the page and the API, from the same selector."""
    return summary_of(budget_overview(programme, at), at)


def summary_of(overview: BudgetOverview, at: date) -> BudgetSummaryContext:
    """A summary from an overview already made."""
    rate = rate_of(overview)
    return BudgetSummaryContext(
        at=at,
        plan_number=overview.plan_number,
        plan_decided_on=overview.plan_decided_on,
        agreed_cents=overview.agreed_cents,
        funders=tuple(funder.short_name for funder in overview.funders),
        axes=tuple(
            SummaryRow(str(axis.number), axis.name, tuple(map(_cell, axis.by_funder)), _cell(axis.figures))
            for axis in overview.axes
        ),
        lines=tuple(
            SummaryRow(line.code, line.label, tuple(map(_cell, line.by_funder)), _cell(line.figures))
            for line in overview.lines
        ),
        total=SummaryRow(
            "", _("Total"), tuple(_cell(f.figures) for f in overview.funders), _cell(overview.total)
        ),
        paid_cents=overview.total.paid_cents,
        submitted_cents=overview.total.submitted_cents,
        state_agreed_cents=rate.state_agreed_cents,
        state_actual_cents=rate.state_cents,
        positions=(
            *(_position(line.code, line.label, line.figures, line.id) for line in overview.lines),
            _position("", _("Total"), overview.total),
        ),
        accounts=_accounts(overview),
    )


def _position(code: str, label: str, figures: Figures, line_id: int | None = None) -> SummaryPosition:
    return SummaryPosition(
        code=code,
        label=label,
        planned_cents=figures.planned_cents,
        committed_cents=figures.committed_cents,
        submitted_cents=figures.submitted_cents,
        validated_cents=figures.validated_cents,
        paid_cents=figures.paid_cents,
        claimed_cents=figures.claimed_cents,
        remaining_cents=figures.remaining_cents,
        available_cents=figures.available_cents,
        line_id=line_id,
    )


def _accounts(overview: BudgetOverview) -> tuple[SummaryAccount, ...]:
    """Funders in order, then their sum."""
    total, agreed = overview.total, sum(funder.agreed_cents for funder in overview.funders)
    received = sum(funder.received_cents for funder in overview.funders)
    return (
        *(_account(f.id, f.name, f.agreed_cents, f.figures, f.received_cents) for f in overview.funders),
        _account(None, _("Total"), agreed, total, received),
    )


def _account(
    funder_id: int | None, name: str, agreed_cents: int, figures: Figures, received_cents: int
) -> SummaryAccount:
    return SummaryAccount(
        funder_id=funder_id,
        name=name,
        agreed_cents=agreed_cents,
        validated_cents=figures.validated_cents,
        paid_cents=figures.paid_cents,
        claimed_cents=figures.claimed_cents,
        received_cents=received_cents,
        remaining_cents=figures.remaining_cents,
    )


def _cell(figures: Figures) -> SummaryCell:
    return SummaryCell(figures.planned_cents, figures.validated_cents)


def own_final_reports(access: Access) -> QuerySet[FinancialReport]:
    """Final reports on the caller's own grant whose file is ready, for who reads for that funder alone."""
    funder = funder_of(access)
    reports: QuerySet[FinancialReport] = FinancialReport.objects.for_programme(
        access.programme
    ).select_related("document__file")
    if funder is None:
        return reports.none()
    return reports.filter(funder=funder, status=ReportStatus.FINAL, document__file__isnull=False)
