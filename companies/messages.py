"""Messages this app sends."""

from core.i18n import gettext_lazy as _
from core.registries import MessageTemplate, message_templates

message_templates.register(
    "company_invitation",
    MessageTemplate(
        label=_("Invitation d’une entreprise"),
        reason=_("Votre entreprise participe à ce programme et vous y avez été désigné."),
    ),
)
