"""Enums of messages."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class MessageStatus(StrEnum):
    """Life of a message."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            MessageStatus.QUEUED: _("à envoyer"),
            MessageStatus.SENT: _("envoyé"),
            MessageStatus.FAILED: _("échec"),
        }[self]
