"""Enums of documents."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class DocumentStatus(StrEnum):
    """Life of a document: asked for, laid out, perhaps withdrawn. A failure is told by its job."""

    PENDING = "pending"
    READY = "ready"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            DocumentStatus.PENDING: _("en préparation"),
            DocumentStatus.READY: _("prêt"),
            DocumentStatus.WITHDRAWN: _("retiré"),
        }[self]
