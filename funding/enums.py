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


# Filters that gather what a figure counts: counter-entries and what they answer included.
BOOKED = "booked"
SETTLED = "settled"


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
