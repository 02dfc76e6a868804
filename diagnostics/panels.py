"""What diagnostics show on a company's page."""

from dataclasses import dataclass

from companies.models import Participation
from core.i18n import gettext_lazy as _
from core.registries import CompanyPanel, company_panels
from diagnostics.selectors.lists import DiagnosticRow, company_rows
from programme.access import Access
from programme.links import programme_url


@dataclass(frozen=True)
class DiagnosticsPanel:
    """The company's diagnostics, and the way to open one."""

    diagnostics: tuple[DiagnosticRow, ...]
    open_url: str


def diagnostics_panel(access: Access, participation: Participation) -> DiagnosticsPanel:
    """Every diagnostic of the company, newest first (one query)."""
    return DiagnosticsPanel(
        diagnostics=company_rows(access, participation),
        open_url=programme_url(access.programme, "diagnostics:open", pk=participation.pk),
    )


company_panels.register(
    "diagnostics",
    CompanyPanel(label=_("Diagnostics"), template="diagnostics/company_panel.html", rows=diagnostics_panel),
)
