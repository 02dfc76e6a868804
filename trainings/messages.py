"""Messages of trainings."""

from core.i18n import gettext_lazy as _
from core.registries import MessageTemplate, message_templates

for code, label, reason in (
    (
        "training_enrolment",
        _("Inscription confirmée"),
        _("Votre entreprise vous a inscrit à cette formation."),
    ),
    (
        "training_waiting",
        _("Inscription en liste d’attente"),
        _("Votre entreprise vous a inscrit à cette formation, qui est complète."),
    ),
    (
        "training_promoted",
        _("Place obtenue"),
        _("Une place s’est libérée dans une formation où vous attendiez."),
    ),
    (
        "training_enrolment_cancelled",
        _("Inscription annulée"),
        _("Votre inscription à cette formation a été annulée."),
    ),
    (
        "training_session_changed",
        _("Session modifiée"),
        _("Vous êtes inscrit à une session dont les dates ou le lieu changent."),
    ),
    (
        "training_session_cancelled",
        _("Session annulée"),
        _("Vous étiez inscrit à une session qui n’aura pas lieu."),
    ),
    (
        "reminder_session",
        _("Rappel d’une session"),
        _("Vous êtes inscrit à cette session."),
    ),
    (
        "trainer_invitation",
        _("Invitation d’un formateur"),
        _("Vous animez des sessions du programme."),
    ),
):
    message_templates.register(code, MessageTemplate(label=label, reason=reason))
