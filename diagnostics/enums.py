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
