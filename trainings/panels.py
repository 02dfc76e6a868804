"""The block of trainings on a company's page."""

from typing import Any

from django.utils import timezone

from core.i18n import gettext_lazy as _
from core.registries import CompanyPanel, company_panels
from trainings.selectors import company_enrolments


def _rows(access: Any, participation: Any) -> Any:
    return company_enrolments(
        access,
        participation,
        today=timezone.localdate(),
        url_name="trainings:session_detail",
        limit=20,
    )


company_panels.register(
    "trainings",
    CompanyPanel(label=_("Formations"), template="trainings/partials/company_panel.html", rows=_rows),
)
