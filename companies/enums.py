"""Enums of companies."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class Stage(StrEnum):
    """Where a company stands in the programme, in order."""

    SPOTTED = "spotted"
    CONTACTED = "contacted"
    ENGAGED = "engaged"
    DIAGNOSTIC = "diagnostic"
    PLAN = "plan"
    TRAINING = "training"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Stage.SPOTTED: _("repérée"),
            Stage.CONTACTED: _("contactée"),
            Stage.ENGAGED: _("engagée"),
            Stage.DIAGNOSTIC: _("diagnostic"),
            Stage.PLAN: _("plan d’actions"),
            Stage.TRAINING: _("formation"),
            Stage.CLOSED: _("clôturée"),
        }[self]


class SizeBand(StrEnum):
    """Size bands of published tables, from the workforce band of the register."""

    UNKNOWN = "unknown"
    ZERO_9 = "0-9"
    TEN_49 = "10-49"
    FIFTY_249 = "50-249"
    OVER_250 = "250+"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            SizeBand.UNKNOWN: _("effectif non connu"),
            SizeBand.ZERO_9: _("0 à 9 salariés"),
            SizeBand.TEN_49: _("10 à 49 salariés"),
            SizeBand.FIFTY_249: _("50 à 249 salariés"),
            SizeBand.OVER_250: _("250 salariés et plus"),
        }[self]


class EventKind(StrEnum):
    """Kinds of lines on a company's timeline."""

    STAGE = "stage"
    NOTE = "note"
    CALL = "call"
    MEETING = "meeting"
    DIAGNOSTIC = "diagnostic"
    PLAN = "plan"
    TRAINING = "training"
    DOCUMENT = "document"
    IMPORT = "import"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            EventKind.STAGE: _("Étape"),
            EventKind.NOTE: _("Note"),
            EventKind.CALL: _("Appel"),
            EventKind.MEETING: _("Rendez-vous"),
            EventKind.DIAGNOSTIC: _("Diagnostic"),
            EventKind.PLAN: _("Plan d’actions"),
            EventKind.TRAINING: _("Formation"),
            EventKind.DOCUMENT: _("Document"),
            EventKind.IMPORT: _("Import"),
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
