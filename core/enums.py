"""Enums of the foundation, and the bridge from plain ``StrEnum`` to Django choices."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from core.i18n import gettext_lazy as _


class Labelled(Protocol):
    """An enum member that a person can read."""

    @property
    def value(self) -> str:
        """What is stored."""

    @property
    def label(self) -> str:
        """Words shown on screen."""


def choices(members: Iterable[Labelled]) -> list[tuple[str, str]]:
    """Django choices of a labelled enum, so that pure modules need not import Django."""
    return [(member.value, member.label) for member in members]


class JobStatus(StrEnum):
    """Life of a job row."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    ABANDONED = "abandoned"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            JobStatus.QUEUED: _("en attente"),
            JobStatus.RUNNING: _("en cours"),
            JobStatus.DONE: _("terminé"),
            JobStatus.ABANDONED: _("abandonné"),
        }[self]


class Door(StrEnum):
    """Where a write came from; kept on every audit event."""

    PAGE = "page"
    API = "api"
    JOB = "job"
    COMMAND = "command"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Door.PAGE: _("page"),
            Door.API: _("API"),
            Door.JOB: _("tâche de fond"),
            Door.COMMAND: _("commande"),
        }[self]


class ImportStatus(StrEnum):
    """Life of an import: read, checked (dry run), then applied."""

    READING = "reading"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ImportStatus.READING: _("en cours de lecture"),
            ImportStatus.CHECKED: _("vérifié, à confirmer"),
            ImportStatus.APPLYING: _("en cours d’import"),
            ImportStatus.APPLIED: _("importé"),
            ImportStatus.FAILED: _("illisible"),
        }[self]


class RowOutcome(StrEnum):
    """What the dry run says of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            RowOutcome.CREATED: _("à créer"),
            RowOutcome.UPDATED: _("à mettre à jour"),
            RowOutcome.UNCHANGED: _("rien à changer"),
            RowOutcome.REFUSED: _("refusée"),
        }[self]
