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
for code, label, reason in (
    (
        "reminder_actions",
        _("Rappel d’actions"),
        _("Vous êtes responsable d’actions du plan de votre entreprise."),
    ),
    (
        "reminder_diagnostic",
        _("Rappel d’un questionnaire à terminer"),
        _("Vous avez été invité à répondre à un questionnaire."),
    ),
    (
        "reminder_assessment",
        _("Rappel d’un diagnostic à refaire"),
        _("Vous suivez le plan d’actions de votre entreprise."),
    ),
):
    message_templates.register(code, MessageTemplate(label=label, reason=reason))
message_templates.register(
    "diagnostic_receipt",
    MessageTemplate(
        label=_("Accusé de réception d’un diagnostic"),
        reason=_("Vous avez remis un questionnaire."),
    ),
)
message_templates.register(
    "diagnostic_contribution",
    MessageTemplate(
        label=_("Invitation à répondre à des parties d’un diagnostic"),
        reason=_("Votre entreprise vous a confié des parties d’un questionnaire."),
    ),
)
message_templates.register(
    "diagnostic_viewpoint",
    MessageTemplate(
        label=_("Invitation à donner son point de vue"),
        reason=_("Votre entreprise recueille plusieurs points de vue sur un même questionnaire."),
    ),
)
