"""Documents of money: how their frozen figures become pages and workbooks."""

from collections.abc import Iterable
from typing import Any

from core.exports import Sheet
from core.formats import format_percent
from core.i18n import gettext_lazy
from core.registries import DocumentKind, document_kinds, document_subjects
from documents.selectors import text_ids
from documents.snapshots import revive
from funding.certificates import AID_CERTIFICATE, AidCertificate
from funding.claim_contexts import CLAIM_STATEMENT, ClaimStatement
from funding.closing import grant_share
from funding.documents import report_sheets, summary_sheets
from funding.models import Claim
from funding.report_contexts import (
    BUDGET_SUMMARY,
    FINANCIAL_REPORT,
    TIME_SHEET,
    BudgetSummaryContext,
    FinancialReportContext,
)
from funding.selectors.timesheets import TimeSheetContext

QUALITATIVE = ("activity", "audience", "places", "results")
ANNEX = ("allocation", "gaps", "contributions", "remarks")


def _certificate(content: dict[str, Any]) -> dict[str, Any]:
    return {"certificate": revive(AidCertificate, content)}


document_kinds.register(
    AID_CERTIFICATE,
    DocumentKind(
        label=gettext_lazy("Attestation d’aide d’État"),
        template="documents/pdf/aid_certificate.html",
        schema=1,
        retention_years=10,
        is_evidence=True,
        prepare=_certificate,
    ),
)


def _report(content: dict[str, Any]) -> dict[str, Any]:
    report = revive(FinancialReportContext, content)
    share = grant_share(report.granted_cents, report.table.total_products.actual_cents)
    # Words of a paragraph left empty are not printed; the signatory has a place of its own.
    texts = {text.code: text for text in report.texts}
    return {
        "report": report,
        "share": format_percent(share, decimals=2) if share is not None else "–",
        "qualitative": [texts[code] for code in QUALITATIVE if texts[code].text],
        "annex": [texts[code] for code in ANNEX if texts[code].text],
        "signatory": texts["signatory"].text,
    }


def _report_tables(content: dict[str, Any]) -> Iterable[Sheet]:
    return report_sheets(revive(FinancialReportContext, content))


def _summary(content: dict[str, Any]) -> dict[str, Any]:
    summary = revive(BudgetSummaryContext, content)
    return {
        "summary": summary,
        "state_planned": format_percent(summary.state_agreed_cents, summary.agreed_cents, 3),
        "state_reached": format_percent(summary.state_actual_cents, summary.total.total.actual_cents, 3),
    }


def _summary_tables(content: dict[str, Any]) -> Iterable[Sheet]:
    return summary_sheets(revive(BudgetSummaryContext, content))


def _time_sheet(content: dict[str, Any]) -> dict[str, Any]:
    return {"sheet": revive(TimeSheetContext, content)}


document_kinds.register(
    TIME_SHEET,
    DocumentKind(
        label=gettext_lazy("Feuille de temps"),
        template="documents/pdf/time_sheet.html",
        schema=1,
        retention_years=10,
        is_evidence=True,
        prepare=_time_sheet,
    ),
)
document_kinds.register(
    FINANCIAL_REPORT,
    DocumentKind(
        label=gettext_lazy("Compte rendu financier"),
        template="documents/pdf/financial_report.html",
        schema=1,
        retention_years=10,
        is_evidence=True,
        prepare=_report,
        tables=_report_tables,
        title_is_public=True,
        is_announced=True,
    ),
)
document_kinds.register(
    BUDGET_SUMMARY,
    DocumentKind(
        label=gettext_lazy("Synthèse budgétaire"),
        template="documents/pdf/budget_summary.html",
        schema=1,
        retention_years=10,
        is_evidence=True,
        prepare=_summary,
        tables=_summary_tables,
        title_is_public=True,
        is_announced=True,
    ),
)


def _statement(content: dict[str, Any]) -> dict[str, Any]:
    return {"claim": revive(ClaimStatement, content)}


document_kinds.register(
    CLAIM_STATEMENT,
    DocumentKind(
        label=gettext_lazy("Appel de fonds"),
        template="documents/pdf/claim_statement.html",
        schema=1,
        retention_years=10,
        is_evidence=True,
        prepare=_statement,
        is_announced=True,
    ),
)
# The office reads every document; a funder reads its own statements from its page of claims.
document_subjects.register("claim", lambda _access: text_ids(Claim.objects.none()))
