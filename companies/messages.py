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

for _code, _label in (
    ("meeting_planned", _("Rendez-vous prévu")),
    ("meeting_changed", _("Rendez-vous changé")),
    ("meeting_cancelled", _("Rendez-vous annulé")),
    ("meeting_minutes", _("Compte rendu de rendez-vous")),
):
    message_templates.register(
        _code,
        MessageTemplate(
            label=_label,
            reason=_("Vous êtes attendu à un rendez-vous avec votre conseiller, ou vous y étiez."),
        ),
    )
