"""Messages of reports and settings."""

from core.i18n import gettext_lazy as _
from core.registries import MessageTemplate, message_templates

message_templates.register(
    "staff_invitation",
    MessageTemplate(
        label=_("Invitation dans l’équipe du programme"),
        reason=_("Une personne reçoit un rôle dans l’équipe."),
    ),
)
