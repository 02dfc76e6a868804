"""Messages diagnostics send."""

from core.i18n import gettext_lazy as _
from core.registries import MessageTemplate, message_templates

message_templates.register(
    "diagnostic_invitation",
    MessageTemplate(
        label=_("Invitation à remplir un diagnostic"),
        reason=_("Votre conseiller vous a invité à répondre à un questionnaire."),
    ),
)
message_templates.register(
    "diagnostic_receipt",
    MessageTemplate(
        label=_("Accusé de réception d’un diagnostic"),
        reason=_("Vous avez remis un questionnaire."),
    ),
)
