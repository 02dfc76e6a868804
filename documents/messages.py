"""Messages documents send."""

from core.i18n import gettext_lazy as _
from core.registries import MessageTemplate, message_templates

message_templates.register(
    "document_ready",
    MessageTemplate(label=_("Document prêt"), reason=_("Vous avez demandé ce document.")),
)
