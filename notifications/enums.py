"""Enums of messages."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class MessageStatus(StrEnum):
    """Life of a message."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            MessageStatus.QUEUED: _("à envoyer"),
            MessageStatus.SENT: _("envoyé"),
            MessageStatus.FAILED: _("échec"),
            MessageStatus.BOUNCED: _("adresse refusée"),
        }[self]

    @property
    def tone(self) -> str:
        """Tone of its badge."""
        return {
            MessageStatus.QUEUED: "",
            MessageStatus.SENT: "good",
            MessageStatus.FAILED: "bad",
            MessageStatus.BOUNCED: "bad",
        }[self]


class Topic(StrEnum):
    """What a person may choose to receive or not; invitations and receipts are always sent."""

    ACTIONS = "actions"
    DIAGNOSTICS = "diagnostics"
    TRAININGS = "trainings"
    DOCUMENTS = "documents"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Topic.ACTIONS: _("Rappels de mes actions"),
            Topic.DIAGNOSTICS: _("Rappels de questionnaire à terminer"),
            Topic.TRAININGS: _("Rappels de formation"),
            Topic.DOCUMENTS: _("Documents prêts"),
        }[self]

    @property
    def help(self) -> str:
        """When such a message leaves."""
        return {
            Topic.ACTIONS: _(
                "Une semaine avant l’échéance, le jour même, puis une semaine et un mois après."
            ),
            Topic.DIAGNOSTICS: _("Trois au plus, tant que le questionnaire n’est pas remis."),
            Topic.TRAININGS: _("Une semaine et un jour avant une session."),
            Topic.DOCUMENTS: _("Quand un rapport que vous avez demandé peut être téléchargé."),
        }[self]


class Silence(StrEnum):
    """Why something that could have been sent will not be."""

    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    MUTED = "muted"
    ANSWERED = "answered"
    COMPANY_PAUSED = "company_paused"
    PERSON_PAUSED = "person_paused"
    QUIET = "quiet"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Silence.NO_ADDRESS: _("Personne à qui l’envoyer\u00a0: aucun responsable n’a d’accès."),
            Silence.REFUSED: _("L’adresse a refusé un e-mail précédent."),
            Silence.MUTED: _("La personne a choisi de ne plus recevoir ces rappels."),
            Silence.ANSWERED: _("Une réponse est arrivée depuis le rappel précédent."),
            Silence.COMPANY_PAUSED: _("L’entreprise est en pause."),
            Silence.PERSON_PAUSED: _("La personne a demandé une pause."),
            Silence.QUIET: _("Aucun des jours choisis par la personne ne convient."),
        }[self]
