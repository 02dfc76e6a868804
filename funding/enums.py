"""Enums of money."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class PlanStatus(StrEnum):
    """Life of a version of the plan."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            PlanStatus.DRAFT: _("brouillon"),
            PlanStatus.ACTIVE: _("en vigueur"),
            PlanStatus.SUPERSEDED: _("remplacé"),
        }[self]


class ExpenseStatus(StrEnum):
    """Life of an expense (money.md §2)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VALIDATED = "validated"
    PAID = "paid"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ExpenseStatus.DRAFT: _("brouillon"),
            ExpenseStatus.SUBMITTED: _("soumise"),
            ExpenseStatus.VALIDATED: _("validée"),
            ExpenseStatus.PAID: _("payée"),
            ExpenseStatus.CANCELLED: _("annulée"),
        }[self]


class PlanKind(StrEnum):
    """How a version of the plan was decided."""

    AMENDMENT = "amendment"
    TRANSFER = "transfer"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {PlanKind.AMENDMENT: _("plan ou avenant"), PlanKind.TRANSFER: _("transfert")}[self]


class CommitmentKind(StrEnum):
    """What binds the programme before an invoice comes."""

    QUOTE = "quote"
    CONTRACT = "contract"
    ORDER = "order"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CommitmentKind.QUOTE: _("Devis accepté"),
            CommitmentKind.CONTRACT: _("Contrat ou marché"),
            CommitmentKind.ORDER: _("Bon de commande"),
        }[self]


class CommitmentStatus(StrEnum):
    """Life of a commitment: only an active one reserves its line."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CommitmentStatus.PROPOSED: _("à approuver"),
            CommitmentStatus.ACTIVE: _("engagé"),
            CommitmentStatus.CLOSED: _("soldé"),
            CommitmentStatus.CANCELLED: _("annulé"),
        }[self]


class Imputation(StrEnum):
    """How an advance is taken back on the following claims."""

    FIRST = "first"
    PRORATA = "prorata"
    BALANCE = "balance"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Imputation.FIRST: _("en entier sur les premiers acomptes"),
            Imputation.PRORATA: _("sur chaque acompte, au taux de l’avance"),
            Imputation.BALANCE: _("au solde seulement"),
        }[self]


class ClaimKind(StrEnum):
    """What is asked of a funder."""

    ADVANCE = "advance"
    INTERIM = "interim"
    BALANCE = "balance"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ClaimKind.ADVANCE: _("Avance"),
            ClaimKind.INTERIM: _("Acompte"),
            ClaimKind.BALANCE: _("Solde"),
        }[self]


class ClaimStatus(StrEnum):
    """Life of a claim (money.md §4)."""

    PREPARED = "prepared"
    SENT = "sent"
    ACCEPTED = "accepted"
    PARTLY_REJECTED = "partly"
    REJECTED = "rejected"
    PAID = "paid"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ClaimStatus.PREPARED: _("préparé"),
            ClaimStatus.SENT: _("envoyé"),
            ClaimStatus.ACCEPTED: _("accepté"),
            ClaimStatus.PARTLY_REJECTED: _("rejeté en partie"),
            ClaimStatus.REJECTED: _("rejeté"),
            ClaimStatus.PAID: _("payé"),
            ClaimStatus.CANCELLED: _("abandonné"),
        }[self]


class ClaimedShareStatus(StrEnum):
    """What became of a share in a claim. The first three hold the share: no other claim may take it."""

    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RETURNED = "returned"
    ABANDONED = "abandoned"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ClaimedShareStatus.CLAIMED: _("appelée"),
            ClaimedShareStatus.ACCEPTED: _("acceptée"),
            ClaimedShareStatus.REJECTED: _("rejetée, à reprendre"),
            ClaimedShareStatus.RETURNED: _("rejetée, remise à appeler"),
            ClaimedShareStatus.ABANDONED: _("rejetée, à la charge du porteur"),
        }[self]


class ClaimFigure(StrEnum):
    """What a move of a claim changes; amounts that add up, day after day."""

    CLAIMED = "claimed"
    REJECTED = "rejected"
    ASKED = "asked"
    IMPUTED = "imputed"
    WITHHELD = "withheld"
    RECEIVED = "received"
    GIVEN_BACK = "given_back"
    REPAID = "repaid"
    OPEN_RECOVERY = "open_recovery"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ClaimFigure.CLAIMED: _("parts appelées"),
            ClaimFigure.REJECTED: _("parts rejetées, à reprendre"),
            ClaimFigure.ASKED: _("à verser"),
            ClaimFigure.IMPUTED: _("avance imputée"),
            ClaimFigure.WITHHELD: _("retenu par le plafond"),
            ClaimFigure.RECEIVED: _("reçu"),
            ClaimFigure.GIVEN_BACK: _("rendu au solde"),
            ClaimFigure.REPAID: _("reversé"),
            ClaimFigure.OPEN_RECOVERY: _("à reverser"),
        }[self]


class RecoveryOrigin(StrEnum):
    """Why money must go back to a funder."""

    OVERPAID = "overpaid"
    BALANCE = "balance"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            RecoveryOrigin.OVERPAID: _("versement supérieur à l’appel"),
            RecoveryOrigin.BALANCE: _("dépenses justifiées inférieures aux appels"),
        }[self]


class RecoveryStatus(StrEnum):
    """Life of a sum to give back."""

    OPEN = "open"
    OFFSET = "offset"
    REPAID = "repaid"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            RecoveryStatus.OPEN: _("à reverser"),
            RecoveryStatus.OFFSET: _("déduit d’un appel"),
            RecoveryStatus.REPAID: _("reversé"),
            RecoveryStatus.CANCELLED: _("sans objet"),
        }[self]


class ClaimPieceKind(StrEnum):
    """What a funder asks for beside the statement."""

    PACK = "pack"
    ACTIVITY_REPORT = "activity"
    FINANCIAL_REPORT = "financial"
    BANK_DETAILS = "bank"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ClaimPieceKind.PACK: _("Dossier de l’appel (relevé, liste des pièces, justificatifs)"),
            ClaimPieceKind.ACTIVITY_REPORT: _("Compte rendu d’activité"),
            ClaimPieceKind.FINANCIAL_REPORT: _("Compte rendu financier"),
            ClaimPieceKind.BANK_DETAILS: _("Relevé d’identité bancaire"),
            ClaimPieceKind.OTHER: _("Autre pièce demandée"),
        }[self]


# Filters that gather what a figure counts: counter-entries and what they answer included.
BOOKED = "booked"
SETTLED = "settled"


class ComposedFigure(StrEnum):
    """A figure of the budget that is a sum or a difference of others; the word stands in addresses."""

    PLANNED = "prevu"
    REMAINING = "reste"
    AVAILABLE = "disponible"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            ComposedFigure.PLANNED: _("Prévu"),
            ComposedFigure.REMAINING: _("Reste à dépenser"),
            ComposedFigure.AVAILABLE: _("Disponible"),
        }[self]


class Nature(StrEnum):
    """Natures of expense, each in an account class of the financial report."""

    PURCHASES = "purchases"
    SERVICES = "services"
    FEES = "fees"
    TRAVEL = "travel"
    COMMUNICATION = "communication"
    TAXES = "taxes"
    STAFF = "staff"
    OVERHEADS = "overheads"
    FINANCIAL = "financial"
    EXCEPTIONAL = "exceptional"
    DEPRECIATION = "depreciation"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Nature.PURCHASES: _("Achats"),
            Nature.SERVICES: _("Services extérieurs"),
            Nature.FEES: _("Honoraires et prestations"),
            Nature.TRAVEL: _("Déplacements et missions"),
            Nature.COMMUNICATION: _("Communication et publications"),
            Nature.TAXES: _("Impôts et taxes"),
            Nature.STAFF: _("Charges de personnel"),
            Nature.OVERHEADS: _("Autres charges de gestion"),
            Nature.FINANCIAL: _("Charges financières"),
            Nature.EXCEPTIONAL: _("Charges exceptionnelles"),
            Nature.DEPRECIATION: _("Dotations aux amortissements"),
        }[self]

    @property
    def account(self) -> str:
        """Account class (60 to 68) of the financial report (Cerfa 15059*02)."""
        return {
            Nature.PURCHASES: "60",
            Nature.SERVICES: "61",
            Nature.FEES: "62",
            Nature.TRAVEL: "62",
            Nature.COMMUNICATION: "62",
            Nature.TAXES: "63",
            Nature.STAFF: "64",
            Nature.OVERHEADS: "65",
            Nature.FINANCIAL: "66",
            Nature.EXCEPTIONAL: "67",
            Nature.DEPRECIATION: "68",
        }[self]


class EvidenceStep(StrEnum):
    """When a kind of evidence becomes necessary."""

    VALIDATION = "validation"
    CLAIM = "claim"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {EvidenceStep.VALIDATION: _("pour valider"), EvidenceStep.CLAIM: _("pour appeler")}[self]


class EvidenceKind(StrEnum):
    """What a piece of evidence proves."""

    INVOICE = "invoice"
    PAYMENT = "payment"
    SIGN_IN = "sign_in"
    TIME_SHEET = "time_sheet"
    PAY_SLIP = "pay_slip"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            EvidenceKind.INVOICE: _("Facture"),
            EvidenceKind.PAYMENT: _("Preuve de paiement"),
            EvidenceKind.SIGN_IN: _("Feuille d’émargement"),
            EvidenceKind.TIME_SHEET: _("Feuille de temps"),
            EvidenceKind.PAY_SLIP: _("Bulletin de paie"),
            EvidenceKind.OTHER: _("Autre pièce"),
        }[self]


class AidBase(StrEnum):
    """Legal bases of state aid; their rules and dates are in ``content/aid_rules.yaml``."""

    DE_MINIMIS = "de-minimis"
    CONSULTANCY = "gber-18"
    TRAINING = "gber-31"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            AidBase.DE_MINIMIS: _("Aide de minimis"),
            AidBase.CONSULTANCY: _("Aide au conseil en faveur des PME (RGEC, article 18)"),
            AidBase.TRAINING: _("Aide à la formation (RGEC, article 31)"),
        }[self]


class AidSource(StrEnum):
    """What an aid in kind comes from."""

    DIAGNOSTIC = "diagnostic"
    TRAINING = "training"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            AidSource.DIAGNOSTIC: _("Diagnostic"),
            AidSource.TRAINING: _("Formation"),
            AidSource.OTHER: _("Autre service"),
        }[self]


class CompanySize(StrEnum):
    """Sizes of European law (recommendation 2003/361): micro and small companies share one regime here."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            CompanySize.SMALL: _("Petite ou très petite entreprise"),
            CompanySize.MEDIUM: _("Entreprise moyenne"),
            CompanySize.LARGE: _("Grande entreprise"),
        }[self]


class ReportStatus(StrEnum):
    """Life of a financial report."""

    DRAFT = "draft"
    FINAL = "final"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {ReportStatus.DRAFT: _("brouillon"), ReportStatus.FINAL: _("définitif")}[self]
