"""Enums of documents."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class DocumentStatus(StrEnum):
    """Life of a document: asked for, laid out, or given up."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            DocumentStatus.PENDING: _("en préparation"),
            DocumentStatus.READY: _("prêt"),
            DocumentStatus.FAILED: _("échec"),
        }[self]
