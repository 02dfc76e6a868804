"""Enums of documents."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class DocumentStatus(StrEnum):
    """Life of a document: asked for, then laid out. A failure is told by its job, which can be retried."""

    PENDING = "pending"
    READY = "ready"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            DocumentStatus.PENDING: _("en préparation"),
            DocumentStatus.READY: _("prêt"),
        }[self]
