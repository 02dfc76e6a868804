"""Enums of diagnostics and action plans."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class DiagnosticStatus(StrEnum):
    """Life of a diagnostic."""

    OPEN = "open"
    STARTED = "started"
    SUBMITTED = "submitted"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            DiagnosticStatus.OPEN: _("ouvert"),
            DiagnosticStatus.STARTED: _("en cours"),
            DiagnosticStatus.SUBMITTED: _("remis"),
            DiagnosticStatus.CANCELLED: _("annulé"),
        }[self]


class FillingMode(StrEnum):
    """How a diagnostic is answered.

    ``SHARED``: one set of answers for the company, filled by its manager, colleagues and advisor.
    ``SEPARATE``: several respondents answer alone, none sees another. ``RECONCILING``: their answers
    are closed, and the company's own are retained from them.
    """

    SHARED = "shared"
    SEPARATE = "separate"
    RECONCILING = "reconciling"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            FillingMode.SHARED: _("réponses communes"),
            FillingMode.SEPARATE: _("points de vue séparés"),
            FillingMode.RECONCILING: _("mise en commun"),
        }[self]


class PeerScope(StrEnum):
    """How wide a group of peers is, the closest first."""

    SECTOR_AND_SIZE = "sector-size"
    SECTOR = "sector"
    ALL = "all"


class ActionStatus(StrEnum):
    """Life of an action of a plan."""

    PROPOSED = "proposed"
    KEPT = "kept"
    ONGOING = "ongoing"
    BLOCKED = "blocked"
    DONE = "done"
    SET_ASIDE = "set_aside"
    ALREADY_DONE = "already_done"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ActionStatus.PROPOSED: _("proposée"),
            ActionStatus.KEPT: _("retenue"),
            ActionStatus.ONGOING: _("en cours"),
            ActionStatus.BLOCKED: _("bloquée"),
            ActionStatus.DONE: _("faite"),
            ActionStatus.SET_ASIDE: _("écartée"),
            ActionStatus.ALREADY_DONE: _("déjà faite"),
        }[self]


OPEN_ACTIONS = (ActionStatus.KEPT, ActionStatus.ONGOING, ActionStatus.BLOCKED)
# States that nobody enters without saying why.
REASONED = (ActionStatus.SET_ASIDE, ActionStatus.BLOCKED)
