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
    ACTION = "action"
    CONTACT = "contact"
    DOCUMENT = "document"
    AID = "aid"
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
            EventKind.ACTION: _("Action"),
            EventKind.CONTACT: _("Contact"),
            EventKind.DOCUMENT: _("Document"),
            EventKind.IMPORT: _("Import"),
            EventKind.AID: _("Aide d’État"),
        }[self]


class GroupRole(StrEnum):
    """What a company is in its group."""

    HEAD = "head"
    SUBSIDIARY = "subsidiary"
    LINKED = "linked"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            GroupRole.HEAD: _("tête de groupe"),
            GroupRole.SUBSIDIARY: _("filiale"),
            GroupRole.LINKED: _("entreprise liée"),
        }[self]


class ContactRole(StrEnum):
    """What a person decides in her company."""

    MANAGER = "manager"
    HR = "hr"
    DIGITAL = "digital"
    TRAINING = "training"
    WORKS = "works"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ContactRole.MANAGER: _("direction"),
            ContactRole.HR: _("ressources humaines"),
            ContactRole.DIGITAL: _("informatique et données"),
            ContactRole.TRAINING: _("formation"),
            ContactRole.WORKS: _("représentant du personnel"),
            ContactRole.OTHER: _("autre"),
        }[self]


class ConsentChannel(StrEnum):
    """How an agreement was given."""

    PHONE = "phone"
    EMAIL = "email"
    FORM = "form"
    MEETING = "meeting"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ConsentChannel.PHONE: _("au téléphone"),
            ConsentChannel.EMAIL: _("par e-mail"),
            ConsentChannel.FORM: _("par formulaire"),
            ConsentChannel.MEETING: _("en rendez-vous"),
        }[self]


class CallDirection(StrEnum):
    """Who called."""

    OUT = "out"
    IN = "in"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CallDirection.OUT: _("appel émis"),
            CallDirection.IN: _("appel reçu"),
        }[self]


class CallOutcome(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    MESSAGE = "message"
    NOBODY = "nobody"
    WRONG = "wrong"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CallOutcome.REACHED: _("personne jointe"),
            CallOutcome.MESSAGE: _("message laissé"),
            CallOutcome.NOBODY: _("sans réponse"),
            CallOutcome.WRONG: _("mauvais numéro"),
        }[self]


class MeetingKind(StrEnum):
    """Why people meet."""

    FIRST = "first"
    RESTITUTION = "restitution"
    FOLLOW_UP = "follow_up"
    CLOSING = "closing"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            MeetingKind.FIRST: _("Premier rendez-vous"),
            MeetingKind.RESTITUTION: _("Restitution du diagnostic"),
            MeetingKind.FOLLOW_UP: _("Point d’étape"),
            MeetingKind.CLOSING: _("Bilan"),
            MeetingKind.OTHER: _("Autre rendez-vous"),
        }[self]


class MeetingStatus(StrEnum):
    """Life of a meeting."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            MeetingStatus.PLANNED: _("prévu"),
            MeetingStatus.HELD: _("tenu"),
            MeetingStatus.CANCELLED: _("annulé"),
        }[self]


class AbsenceStatus(StrEnum):
    """Life of a replacement."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            AbsenceStatus.PLANNED: _("à venir"),
            AbsenceStatus.RUNNING: _("en cours"),
            AbsenceStatus.ENDED: _("terminé"),
            AbsenceStatus.CANCELLED: _("annulé"),
        }[self]


class BulkKind(StrEnum):
    """What may be done to many companies at once."""

    ADVISOR = "advisor"
    STAGE = "stage"
    NEXT_STEP = "next_step"
    INVITE = "invite"
    REGISTER = "register"
    EXPORT = "export"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            BulkKind.ADVISOR: _("Confier à un conseiller"),
            BulkKind.STAGE: _("Changer d’étape"),
            BulkKind.NEXT_STEP: _("Fixer la prochaine étape"),
            BulkKind.INVITE: _("Inviter le contact principal"),
            BulkKind.REGISTER: _("Compléter par le répertoire public"),
            BulkKind.EXPORT: _("Exporter en XLSX"),
        }[self]


class BulkStatus(StrEnum):
    """Life of an act on many companies."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            BulkStatus.WAITING: _("en attente"),
            BulkStatus.RUNNING: _("en cours"),
            BulkStatus.DONE: _("terminé"),
        }[self]


class BulkOutcome(StrEnum):
    """What became of one company of the list."""

    WAITING = "waiting"
    DONE = "done"
    SAME = "same"
    SKIPPED = "skipped"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            BulkOutcome.WAITING: _("en attente"),
            BulkOutcome.DONE: _("faite"),
            BulkOutcome.SAME: _("rien à changer"),
            BulkOutcome.SKIPPED: _("laissée de côté"),
        }[self]
