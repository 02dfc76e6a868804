"""Workbooks of financial documents, made from their frozen contexts alone."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from core.exports import Sheet
from core.money import euros
from funding.closing import RowKind, TableRow
from funding.report_contexts import (
    BudgetSummaryContext,
    FinancialReportContext,
    SummaryAccount,
    SummaryPosition,
    SummaryRow,
)


def _cells(row: TableRow) -> tuple[Any, ...]:
    if row.forecast_cents is None or row.actual_cents is None:
        return (row.account, row.label, None, None, None, None)
    percent = round(float(row.percent * 100), 2) if row.percent is not None else None
    account = row.account if row.kind is not RowKind.OF_WHICH else ""
    return (
        account,
        row.label,
        euros(row.forecast_cents),
        euros(row.actual_cents),
        euros(row.actual_cents - row.forecast_cents),
        percent,
    )


def report_sheets(report: FinancialReportContext) -> Iterator[Sheet]:
    """Both sides of the form, the budget lines behind them, the funders, the checks."""
    columns = (
        _("Compte"),
        _("Rubrique"),
        _("Prévision"),
        _("Réalisation"),
        _("Écart"),
        _("Réalisation / prévision (%)"),
    )
    yield Sheet(_("Charges"), columns, map(_cells, report.table.charges))
    yield Sheet(_("Produits"), columns, map(_cells, report.table.products))
    yield Sheet(
        _("Lignes du plan"),
        (_("Volet"), _("Ligne"), _("Libellé"), _("Compte"), _("Prévision"), _("Réalisation")),
        [
            (
                line.axis_number,
                line.code,
                line.label,
                line.account,
                euros(line.forecast_cents),
                euros(line.actual_cents),
            )
            for line in report.lines
        ],
    )
    yield Sheet(
        _("Financeurs"),
        (_("Financeur"), _("Prévision"), _("Réalisation")),
        [(f.name, euros(f.forecast_cents), euros(f.actual_cents)) for f in report.funders],
    )
    yield Sheet(
        _("Contrôles"),
        (_("Contrôle"), _("Résultat"), _("Précision")),
        [(c.label, _("conforme") if c.passed else _("à corriger"), c.told) for c in report.checks],
    )


def summary_sheets(summary: BudgetSummaryContext) -> Iterator[Sheet]:
    """Axes × funders, then lines × funders: planned, actual, gap; then where lines and funders stand."""
    parts = (*summary.funders, _("Total"))
    columns = [_("Code"), _("Libellé")]
    for part in parts:
        columns += [
            _("%(who)s, prévu") % {"who": part},
            _("%(who)s, réalisé") % {"who": part},
            _("%(who)s, écart") % {"who": part},
        ]
    yield Sheet(_("Volets"), columns, map(_summary_cells, (*summary.axes, summary.total)))
    yield Sheet(_("Lignes"), columns, map(_summary_cells, summary.lines))
    if summary.positions:
        yield Sheet(_("Situation des lignes"), _position_columns(), map(_position_cells, summary.positions))
        yield Sheet(_("Financeurs"), _account_columns(), map(_account_cells, summary.accounts))


def _position_columns() -> tuple[str, ...]:
    return (
        _("Code"),
        _("Libellé"),
        _("Prévu"),
        _("Engagé"),
        _("À valider"),
        _("Validé"),
        _("Payé"),
        _("Appelé"),
        _("Reste"),
        _("Disponible"),
    )


def _position_cells(row: SummaryPosition) -> tuple[Any, ...]:
    amounts = (
        row.planned_cents,
        row.committed_cents,
        row.submitted_cents,
        row.validated_cents,
        row.paid_cents,
        row.claimed_cents,
        row.remaining_cents,
        row.available_cents,
    )
    return (row.code, row.label, *map(euros, amounts))


def _account_columns() -> tuple[str, ...]:
    return (
        _("Financeur"),
        _("Engagement"),
        _("Validé"),
        _("Payé"),
        _("Appelé"),
        _("Reçu"),
        _("Reste"),
    )


def _account_cells(row: SummaryAccount) -> tuple[Any, ...]:
    amounts = (
        row.agreed_cents,
        row.validated_cents,
        row.paid_cents,
        row.claimed_cents,
        row.received_cents,
        row.remaining_cents,
    )
    return (row.name, *map(euros, amounts))


def _summary_cells(row: SummaryRow) -> tuple[Any, ...]:
    cells = (*row.cells, row.total)
    amounts = [
        value
        for cell in cells
        for value in (euros(cell.planned_cents), euros(cell.actual_cents), euros(cell.gap_cents))
    ]
    return (row.code, row.label, *amounts)
