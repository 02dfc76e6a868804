"""E-mails on a company's page: what was sent lately, and addresses that refuse."""

from typing import Any

from core.i18n import gettext_lazy as _
from core.registries import CompanyPanel, company_panels
from notifications.models import Message, RefusedAddress
from notifications.selectors.ledger import MessageRow, message_rows, refusals_of

SHOWN = 6


def _rows(access: Any, participation: Any) -> dict[str, list[MessageRow] | list[RefusedAddress]]:
    """The last messages about the company and its contacts' refused addresses. Three queries."""
    sent = Message.objects.for_programme(access.programme).filter(participation_id=participation.pk)
    emails = list(participation.contacts.values_list("email", flat=True))
    return {
        "sent": message_rows(access, sent.select_related("recipient").defer("body", "context")[:SHOWN]),
        "refused": list(refusals_of(access.programme, emails).values()),
    }


company_panels.register(
    "messages", CompanyPanel(label=_("E-mails"), template="notifications/company_panel.html", rows=_rows)
)
