"""Rows of funding, one file per noun."""

from funding.models.aid import AidDeclaration, AidGrant, AidProfile, AidTerms, DeclaredAid
from funding.models.claim import Claim, ClaimedShare, ClaimPiece, Receipt, Recovery
from funding.models.closing import FinancialReport
from funding.models.commitment import Commitment
from funding.models.expense import Evidence, EvidenceRule, Expense, Share
from funding.models.funder import ClaimTerms, ClosedYear, Funder, FunderMember, FundingRules
from funding.models.imports import ExpenseImport, ExpenseImportRow, Supplier
from funding.models.moves import ClaimMove, CommitmentMove
from funding.models.plan import BudgetLine, MatrixCell, Plan, PlannedLine, Transfer, TransferPart
from funding.models.timesheet import DraftTerms, ExpenseOrigin, TimeSheet, TimeSheetLine
from funding.models.totals import CommitmentTotal, FunderTotal, MonthTotal

__all__ = [
    "AidDeclaration",
    "AidGrant",
    "AidProfile",
    "AidTerms",
    "BudgetLine",
    "Claim",
    "ClaimMove",
    "ClaimPiece",
    "ClaimTerms",
    "ClaimedShare",
    "ClosedYear",
    "Commitment",
    "CommitmentMove",
    "CommitmentTotal",
    "DeclaredAid",
    "DraftTerms",
    "Evidence",
    "EvidenceRule",
    "Expense",
    "ExpenseImport",
    "ExpenseImportRow",
    "ExpenseOrigin",
    "FinancialReport",
    "Funder",
    "FunderMember",
    "FunderTotal",
    "FundingRules",
    "MatrixCell",
    "MonthTotal",
    "Plan",
    "PlannedLine",
    "Receipt",
    "Recovery",
    "Share",
    "Supplier",
    "TimeSheet",
    "TimeSheetLine",
    "Transfer",
    "TransferPart",
]
