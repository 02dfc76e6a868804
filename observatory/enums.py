"""Enums of the observatory."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class ReleaseStatus(StrEnum):
    """Life of a release (*millésime*)."""

    PREPARING = "preparing"
    READY = "ready"
    REFUSED = "refused"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ReleaseStatus.PREPARING: _("en préparation"),
            ReleaseStatus.READY: _("à relire"),
            ReleaseStatus.REFUSED: _("refusé par l’audit"),
            ReleaseStatus.PUBLISHED: _("publié"),
        }[self]


class CellStatus(StrEnum):
    """Why a cell is shown or not."""

    PUBLISHED = "published"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    EMPTY = "empty"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CellStatus.PUBLISHED: _("publié"),
            CellStatus.PRIMARY: _("moins de 5 entreprises"),
            CellStatus.SECONDARY: _("masqué pour protéger une autre case"),
            CellStatus.EMPTY: _("aucune entreprise"),
        }[self]
