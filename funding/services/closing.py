"""Writes about financial documents: the *compte rendu financier* and the budget summary."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_date
from documents.models import Document
from documents.services import request_document
from documents.snapshots import freeze
from funding.closing import Pair
from funding.enums import Nature, ReportStatus
from funding.models import BudgetLine, FinancialReport, Funder
from funding.report_contexts import BUDGET_SUMMARY, FINANCIAL_REPORT
from funding.selectors.closing import (
    budget_summary,
    period_figures,
    report_context,
    report_form,
    rows_for_account,
    rows_for_funders,
    text_titles,
)
from programme.models import Programme

TEXT_MAX = 6000


@transaction.atomic
def open_report(
    *, actor: User | None, programme: Programme, funder: Funder, starts_on: date, ends_on: date
) -> FinancialReport:
    """Open the draft of a report; asking twice for the same period and grant gives the same draft.

    Its own resources start with what no funder pays. Raises ``BusinessError`` for a period reversed or
    outside the agreement. Side effects: one row, one audit event.
    """
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    _check_period(programme, starts_on, ends_on)
    asked = {"funder": funder, "starts_on": starts_on, "ends_on": ends_on}
    existing: FinancialReport | None = (
        FinancialReport.objects.for_programme(programme).filter(status=ReportStatus.DRAFT, **asked).first()
    )
    if existing is not None:
        return existing
    figures = period_figures(programme, starts_on, ends_on)
    whole = (starts_on, ends_on) == (programme.starts_on, programme.ends_on)
    forecast = figures.funders.get(funder.pk, Pair()).forecast_cents
    report = FinancialReport(
        programme=programme,
        granted_cents=funder.agreed_cents if whole else forecast,
        entries={"own": [0, figures.own.actual_cents]} if figures.own.actual_cents else {},
        **asked,
    )
    report.full_clean()
    report.save()
    audit.record(actor=actor, verb="report.opened", obj=report, programme_id=programme.pk)
    return report


def _check_period(programme: Programme, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise BusinessError(_("La fin de la période précède son début."), field="ends_on", code="reversed")
    if starts_on < programme.starts_on or ends_on > programme.ends_on:
        raise BusinessError(
            _("La convention va du %(start)s au %(end)s\u00a0: la période doit y tenir.")
            % {"start": format_date(programme.starts_on), "end": format_date(programme.ends_on)},
            field="starts_on",
            code="outside",
        )


@dataclass(frozen=True)
class ReportEntry:
    """What staff enter in a report; amounts in cents by row of the form."""

    granted_cents: int
    entries: Mapping[str, Pair] = field(default_factory=dict)
    line_rows: Mapping[int, str] = field(default_factory=dict)
    funder_rows: Mapping[int, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def save_report(
    *, actor: User | None, report: FinancialReport, entry: ReportEntry, revision: int | None = None
) -> FinancialReport:
    """Keep what staff entered in a draft. Saving the same thing twice changes nothing.

    Raises ``BusinessError``: the report is final, somebody saved it since ``revision`` was read
    (``code="stale"``), a row that takes no entry, a row of another account, a text too long.
    """
    fresh = _locked(report)
    after = _checked(fresh, entry)
    changed = sorted(name for name, value in after.items() if getattr(fresh, name) != value)
    if not changed:
        return fresh
    if revision is not None and revision != fresh.revision:
        raise BusinessError(
            _("Une autre personne a enregistré ce compte rendu entre-temps. Relisez-le avant d’enregistrer."),
            code="stale",
        )
    for name in changed:
        setattr(fresh, name, after[name])
    fresh.revision += 1
    fresh.full_clean()
    fresh.save()
    audit.record(
        actor=actor,
        verb="report.saved",
        obj=fresh,
        programme_id=fresh.programme_id,
        changes={"fields": changed},
    )
    return fresh


def _locked(report: FinancialReport) -> FinancialReport:
    fresh: FinancialReport = (
        FinancialReport.objects.select_for_update(no_key=True, of=("self",))
        .select_related("programme", "funder")
        .get(pk=report.pk)
    )
    if fresh.status == ReportStatus.FINAL:
        raise BusinessError(_("Ce compte rendu est définitif\u00a0: il ne change plus."), code="final")
    return fresh


def _checked(report: FinancialReport, entry: ReportEntry) -> dict[str, object]:
    if unknown := set(entry.entries) - set(report_form().entered_codes):
        raise BusinessError(
            _("Ces rubriques ne se saisissent pas\u00a0: %(rows)s.") % {"rows": ", ".join(sorted(unknown))},
            code="row",
        )
    natures = dict(BudgetLine.objects.for_programme(report.programme).values_list("pk", "nature"))
    for line, row in entry.line_rows.items():
        allowed = rows_for_account(Nature(natures[line]).account) if line in natures else ()
        if row not in {found.code for found in allowed}:
            raise BusinessError(_("Une ligne est placée hors de son compte."), code="account")
    funders = set(Funder.objects.for_programme(report.programme).values_list("pk", flat=True))
    rows = {found.code for found in rows_for_funders()}
    if not (set(entry.funder_rows) <= funders and set(entry.funder_rows.values()) <= rows):
        raise BusinessError(_("Un financeur est placé hors du compte 74."), code="account")
    texts = {code: text.strip() for code, text in entry.texts.items() if code in text_titles()}
    if any(len(text) > TEXT_MAX for text in texts.values()):
        raise BusinessError(_("Un texte dépasse 6 000 caractères."), code="long")
    return {
        "granted_cents": entry.granted_cents,
        "entries": {
            code: [pair.forecast_cents, pair.actual_cents]
            for code, pair in sorted(entry.entries.items())
            if not pair.is_zero
        },
        "line_rows": {str(line): row for line, row in sorted(entry.line_rows.items())},
        "funder_rows": {str(funder): row for funder, row in sorted(entry.funder_rows.items())},
        "texts": {code: text for code, text in texts.items() if text},
    }


@transaction.atomic
def balance_report(*, actor: User | None, report: FinancialReport) -> FinancialReport:
    """Let the carrier's own resources cover what the products lack. Doing it twice changes nothing.

    Raises ``BusinessError`` when own resources would fall below zero, or on a final report.
    """
    fresh = _locked(report)
    residue = report_context(fresh).table.balance
    own = Pair(*fresh.entries.get("own", [0, 0])) + residue
    if residue.is_zero:
        return fresh
    if own.forecast_cents < 0 or own.actual_cents < 0:
        raise BusinessError(
            _("Les produits dépassent déjà les charges\u00a0: corrigez une ressource."), code="negative-own"
        )
    fresh.entries = {**fresh.entries, "own": [own.forecast_cents, own.actual_cents]}
    fresh.revision += 1
    fresh.save()
    audit.record(
        actor=actor,
        verb="report.balanced",
        obj=fresh,
        programme_id=fresh.programme_id,
        changes={"own": [own.forecast_cents, own.actual_cents]},
    )
    return fresh


def request_report_draft(*, actor: User | None, report: FinancialReport) -> Document:
    """Ask for the document of a draft; the same state of the report gives the same document."""
    if report.status == ReportStatus.FINAL and report.document is not None:
        return report.document
    context = report_context(report)
    stamp = f"{report.pk}-{report.revision}-{hash_of(context)}"
    return _request(actor, report, context, is_final=False, key=f"draft-{stamp}")


@transaction.atomic
def finalise_report(*, actor: User | None, report: FinancialReport) -> FinancialReport:
    """Freeze a report and its document. Finalising twice gives the same document.

    Raises ``BusinessError`` with every integrity check that fails: nothing is frozen then.
    Side effects: one document and its job, one audit event; the period is told as reported on.
    """
    if report.status == ReportStatus.FINAL:
        return report
    fresh = _locked(report)
    context = report_context(fresh)
    wrong = [
        f"{check.label}\u00a0: {check.told}" for check in context.checks if check.blocks and not check.passed
    ]
    if wrong:
        raise BusinessError(
            _("Le compte rendu ne peut pas être définitif. %(wrong)s") % {"wrong": " ".join(wrong)},
            code="unsound",
        )
    fresh.status, fresh.finalised_at, fresh.finalised_by = ReportStatus.FINAL, timezone.now(), actor
    fresh.document = _request(actor, fresh, context, is_final=True, key=f"final-{fresh.pk}")
    fresh.save()
    audit.record(actor=actor, verb="report.finalised", obj=fresh, programme_id=fresh.programme_id)
    return fresh


def hash_of(context: object) -> str:
    """A short word that changes with any figure or text of a context."""
    return hashlib.sha256(json.dumps(freeze(context), sort_keys=True).encode()).hexdigest()[:16]


def _request(
    actor: User | None, report: FinancialReport, context: object, *, is_final: bool, key: str
) -> Document:
    title = _("Compte rendu financier – %(funder)s, du %(start)s au %(end)s") % {
        "funder": report.funder.short_name,
        "start": format_date(report.starts_on),
        "end": format_date(report.ends_on),
    }
    return request_document(
        kind=FINANCIAL_REPORT,
        programme=report.programme,
        actor=actor,
        title=title,
        context=context,
        # Its own funder alone reads it, from its page of claims.
        for_funders=False,
        is_final=is_final,
        key=key,
    )


def request_budget_summary(
    *, actor: User | None, programme: Programme, at: date, for_funders: bool = False
) -> Document:
    """Ask for the budget summary at the end of a day; the same figures give the same document.

    Raises ``BusinessError`` for a day before the agreement.
    """
    if at < programme.starts_on:
        raise BusinessError(
            _("La convention commence le %(start)s.") % {"start": format_date(programme.starts_on)},
            field="at",
            code="before",
        )
    context = budget_summary(programme, at)
    return request_document(
        kind=BUDGET_SUMMARY,
        programme=programme,
        actor=actor,
        title=_("Synthèse budgétaire au %(day)s") % {"day": format_date(at)},
        context=context,
        for_funders=for_funders,
        is_final=False,
        key=f"{at.isoformat()}-{hash_of(context)}-{int(for_funders)}",
    )
