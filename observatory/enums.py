"""Enums of the observatory, with the words a person reads."""

from enum import StrEnum

from core.i18n import gettext_lazy as _
from observatory.policy import CellStatus as PolicyStatus


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
            ReleaseStatus.READY: _("calculé, à relire"),
            ReleaseStatus.REFUSED: _("refusé par l’audit"),
            ReleaseStatus.PUBLISHED: _("publié"),
        }[self]

    @property
    def tone(self) -> str:
        """Tone of its badge."""
        return {
            ReleaseStatus.PREPARING: "",
            ReleaseStatus.READY: "accent",
            ReleaseStatus.REFUSED: "bad",
            ReleaseStatus.PUBLISHED: "good",
        }[self]


class CellStatus(StrEnum):
    """Why a cell is shown or not, for staff; the public sees « secret » whatever the reason."""

    PUBLISHED = PolicyStatus.PUBLISHED.value
    PRIMARY = PolicyStatus.PRIMARY.value
    SECONDARY = PolicyStatus.SECONDARY.value
    EMPTY = PolicyStatus.EMPTY.value

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CellStatus.PUBLISHED: _("publié"),
            CellStatus.PRIMARY: _("moins de 5 entreprises, ou une seule fait plus de 85 % du chiffre"),
            CellStatus.SECONDARY: _("masqué pour protéger une autre case"),
            CellStatus.EMPTY: _("aucune entreprise"),
        }[self]


class Measure(StrEnum):
    """What a table measures."""

    COUNT = "count"
    MEAN = "mean"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {Measure.COUNT: _("nombre d’entreprises"), Measure.MEAN: _("note moyenne sur 100")}[self]
