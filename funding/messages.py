"""Messages of funding."""

from core.i18n import gettext_lazy as _
from core.registries import MessageTemplate, message_templates

message_templates.register(
    "funder_invitation",
    MessageTemplate(
        label=_("Invitation d’un financeur"),
        reason=_("Vous lisez l’avancement et le budget du programme pour un financeur."),
    ),
)
