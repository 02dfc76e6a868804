"""The progress report: how its frozen figures become pages and a workbook."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.exports import Sheet
from core.formats import format_euros_round, format_number, format_percent
from core.i18n import gettext_lazy
from core.money import euros
from core.registries import DocumentKind, document_kinds
from documents.snapshots import revive
from reports.charts import progress_charts
from reports.contexts import PROGRESS_REPORT, SCHEMA, Amounts, Count, ProgressContext

ANNEX_ROWS = 45
KEY_INDICATORS = ("companies.engaged", "diagnostics_submitted", "plans_agreed", "people_trained")


@dataclass(frozen=True)
class Entry:
    """A line of the contents."""

    anchor: str
    title: str
    children: tuple["Entry", ...] = ()


@dataclass(frozen=True)
class KeyFigure:
    """A figure of the summary."""

    label: str
    value: str
    goal: str


def prepare(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the print template needs beside the snapshot: everything is computed from it alone."""
    report = revive(ProgressContext, snapshot)
    expenses, sessions = report.budget.expenses, report.training.sessions
    return {
        "report": report,
        "charts": progress_charts(report),
        "contents": contents(report),
        "key_figures": key_figures(report),
        "shown_expenses": expenses[:ANNEX_ROWS],
        "more_expenses": max(0, len(expenses) - ANNEX_ROWS),
        "shown_sessions": sessions[:ANNEX_ROWS],
        "more_sessions": max(0, len(sessions) - ANNEX_ROWS),
        "planned_rate": _rate(report.budget.state_agreed_cents, report.budget.total_cents),
        "reached_rate": _rate(report.budget.state_cents, report.budget.amounts.validated_cents),
    }


def _rate(part: int, whole: int) -> str:
    return format_percent(part, whole, 3)


def contents(report: ProgressContext) -> tuple[Entry, ...]:
    """Contents, with the parts that this programme has."""
    return (
        Entry("synthese", _("Synthèse")),
        *(
            Entry(
                f"volet-{axis.number}",
                _("Volet %(number)s\u00a0: %(name)s") % {"number": axis.number, "name": axis.name},
                _children(axis.number),
            )
            for axis in report.axes
        ),
        Entry(
            "budget",
            _("Budget et cofinancement"),
            (
                Entry("budget-volets", _("Dépenses par volet et par financeur")),
                Entry("budget-taux", _("Taux de cofinancement de l’État")),
                Entry("budget-mois", _("Prévu et réalisé, mois par mois")),
            ),
        ),
        Entry(
            "annexes",
            _("Annexes"),
            (
                Entry("annexe-lignes", _("Lignes du plan de financement")),
                Entry("annexe-depenses", _("Dépenses de la période")),
                Entry("annexe-sessions", _("Sessions de la période")),
                Entry("annexe-methode", _("Sources et définitions")),
            ),
        ),
    )


def _children(axis_number: int) -> tuple[Entry, ...]:
    if axis_number == 2:
        return (
            Entry("entreprises", _("Les entreprises")),
            Entry("diagnostics", _("Les diagnostics et la maturité")),
            Entry("plans", _("Les plans d’actions")),
        )
    return ()


def key_figures(report: ProgressContext) -> tuple[KeyFigure, ...]:
    """Six figures that say where the programme stands."""
    lines = {line.code: line for line in report.indicators}
    figures = [
        KeyFigure(
            line.label,
            format_number(line.to_date),
            _("objectif %(target)s · %(percent)s %%")
            % {"target": format_number(line.target), "percent": line.percent}
            if line.target
            else _("+%(count)s sur la période") % {"count": format_number(line.in_period)},
        )
        for code in KEY_INDICATORS
        if (line := lines.get(code))
    ]
    budget = report.budget
    return (
        *figures,
        KeyFigure(
            _("Dépenses validées"),
            format_euros_round(budget.amounts.validated_cents),
            _("sur %(total)s · %(share)s")
            % {
                "total": format_euros_round(budget.total_cents),
                "share": format_percent(budget.amounts.validated_cents, budget.total_cents),
            },
        ),
        KeyFigure(
            _("Cofinancement de l’État"),
            _rate(budget.state_cents, budget.amounts.validated_cents),
            _("prévu %(rate)s") % {"rate": _rate(budget.state_agreed_cents, budget.total_cents)},
        ),
    )


def tables(snapshot: dict[str, Any]) -> Iterator[Sheet]:
    """The workbook: every figure of the report, and every row its annexes cut."""
    report = revive(ProgressContext, snapshot)
    yield _indicator_sheet(report)
    yield _counts_sheet(report)
    yield Sheet(
        _("Diagnostics par mois"),
        (_("Mois"), _("Ouverts"), _("Remis")),
        [(month.month, month.opened, month.submitted) for month in report.diagnostics.by_month],
    )
    if report.maturity:
        yield _maturity_sheet(report)
    yield Sheet(
        _("Formation par enjeu"),
        (_("Enjeu"), _("Sessions"), _("Personnes"), _("Heures-stagiaires")),
        [(s.label, s.sessions, s.people, s.trainee_hours) for s in report.training.by_stake],
    )
    yield _sessions_sheet(report)
    yield _axes_sheet(report)
    yield _lines_sheet(report)
    yield Sheet(
        _("Budget par mois"),
        (_("Mois"), _("Prévu"), _("Réalisé"), _("Prévu cumulé"), _("Réalisé cumulé")),
        [
            (
                m.month,
                euros(m.planned_cents),
                euros(m.actual_cents),
                euros(m.planned_total_cents),
                euros(m.actual_total_cents),
            )
            for m in report.budget.months
        ],
    )
    yield _expenses_sheet(report)


def _indicator_sheet(report: ProgressContext) -> Sheet:
    columns = (_("Volet"), _("Indicateur"), _("Unité"), _("Objectif"), _("Depuis le début"), _("Période"))
    return Sheet(
        _("Indicateurs"),
        columns,
        [
            (line.axis_number, line.label, line.unit, line.target, line.to_date, line.in_period)
            for line in report.indicators
        ],
    )


def _counts_sheet(report: ProgressContext) -> Sheet:
    parts: tuple[tuple[str, tuple[Count, ...]], ...] = (
        (_("Entreprises par étape"), report.companies.by_stage),
        (_("Entreprises par activité"), report.companies.by_sector),
        (_("Entreprises par taille"), report.companies.by_size),
        (_("Entreprises par département"), report.companies.by_department),
        (_("Actions par état"), report.plans.by_status),
        (_("Personnes formées par âge"), report.training.by_age),
        (_("Personnes formées par sexe"), report.training.by_sex),
        (_("Personnes formées par catégorie"), report.training.by_occupation),
    )
    rows = [(title, count.label, count.count) for title, counts in parts for count in counts]
    return Sheet(_("Répartitions"), (_("Répartition"), _("Libellé"), _("Nombre")), rows)


def _maturity_sheet(report: ProgressContext) -> Sheet:
    maturity = report.maturity
    assert maturity is not None  # noqa: S101 -- the caller yields this sheet only with a release
    rows: list[tuple[Any, ...]] = [
        (maturity.release_title, _("Niveau"), level.label, level.count) for level in maturity.levels
    ]
    rows += [
        (
            maturity.release_title,
            _("Note moyenne sur 100"),
            score.label,
            None if score.tenths is None else score.tenths / 10,
        )
        for score in maturity.scores
    ]
    return Sheet(_("Maturité publiée"), (_("Millésime"), _("Mesure"), _("Libellé"), _("Valeur")), rows)


def _sessions_sheet(report: ProgressContext) -> Sheet:
    columns = (
        _("Formation"),
        _("Enjeu"),
        _("Organisme"),
        _("Début"),
        _("Fin"),
        _("Personnes"),
        _("Heures-stagiaires"),
    )
    return Sheet(
        _("Sessions"),
        columns,
        [
            (s.title, s.stake, s.provider, s.starts_on, s.ends_on, s.people, s.trainee_hours)
            for s in report.training.sessions
        ],
    )


def _amount_cells(amounts: Amounts) -> tuple[Any, ...]:
    return (euros(amounts.planned_cents), euros(amounts.validated_cents), euros(amounts.paid_cents))


def _axes_sheet(report: ProgressContext) -> Sheet:
    columns = (_("Volet"), _("Financeur"), _("Prévu"), _("Validé"), _("Payé"))
    rows = [
        (f"{axis.number}. {axis.name}", share.name, *_amount_cells(share.amounts))
        for axis in report.axes
        for share in axis.by_funder
    ]
    return Sheet(_("Budget par volet et financeur"), columns, rows)


def _lines_sheet(report: ProgressContext) -> Sheet:
    columns = (_("Volet"), _("Ligne"), _("Libellé"), _("Compte"), _("Prévu"), _("Validé"), _("Payé"))
    rows = [
        (axis.number, line.code, line.label, line.account, *_amount_cells(line.amounts))
        for axis in report.axes
        for line in axis.lines
    ]
    return Sheet(_("Lignes budgétaires"), columns, rows)


def _expenses_sheet(report: ProgressContext) -> Sheet:
    funders = tuple(funder.short_name for funder in report.budget.funders)
    columns = (
        _("Numéro"),
        _("Date"),
        _("Ligne"),
        _("Fournisseur"),
        _("Objet"),
        _("État"),
        _("Éligible"),
        _("Financé"),
        *funders,
    )
    rows = [
        (
            e.number,
            e.spent_on,
            e.line_code,
            e.supplier,
            e.label,
            e.status,
            euros(e.eligible_cents),
            euros(e.funded_cents),
            *map(euros, e.shares),
        )
        for e in report.budget.expenses
    ]
    return Sheet(_("Dépenses de la période"), columns, rows)


document_kinds.register(
    PROGRESS_REPORT,
    DocumentKind(
        label=gettext_lazy("Rapport d’avancement"),
        template="reports/pdf/progress_report.html",
        schema=SCHEMA,
        retention_years=10,
        is_evidence=True,
        prepare=prepare,
        tables=tables,
        title_is_public=True,
        is_announced=True,
    ),
)
