"""Writes about money: the agreement, the plan and its matrix, expenses and their evidence."""

from funding.services.agreement import (
    FunderEntry,
    add_funder_member,
    install_public_agreement,
    save_funders,
    set_claim_terms,
    set_evidence_rules,
    set_rules,
)
from funding.services.claim_answers import abandon_share, answer_claim, return_share
from funding.services.claims import add_claim_piece, cancel_claim, prepare_claim, send_claim
from funding.services.commitments import (
    approve_commitment,
    cancel_commitment,
    close_commitment,
    create_commitment,
    revise_commitment,
)
from funding.services.counter_entries import cancel_expense, credit_expense
from funding.services.evidence import add_evidence, attach_evidence, remove_evidence
from funding.services.expenses import (
    create_expense,
    pay_expense,
    return_expense,
    submit_expense,
    update_expense,
    validate_expense,
)
from funding.services.plans import LineEntry, activate_plan, discard_plan, save_plan, start_plan
from funding.services.settlement import cancel_receipt, offset_recovery, record_receipt, repay_recovery
from funding.services.transfers import transfer
from funding.services.years import close_year, reopen_year

__all__ = [
    "FunderEntry",
    "LineEntry",
    "abandon_share",
    "activate_plan",
    "add_claim_piece",
    "add_evidence",
    "add_funder_member",
    "answer_claim",
    "approve_commitment",
    "attach_evidence",
    "cancel_claim",
    "cancel_commitment",
    "cancel_expense",
    "cancel_receipt",
    "close_commitment",
    "close_year",
    "create_commitment",
    "create_expense",
    "credit_expense",
    "discard_plan",
    "install_public_agreement",
    "offset_recovery",
    "pay_expense",
    "prepare_claim",
    "record_receipt",
    "remove_evidence",
    "reopen_year",
    "repay_recovery",
    "return_expense",
    "return_share",
    "revise_commitment",
    "save_funders",
    "save_plan",
    "send_claim",
    "set_claim_terms",
    "set_evidence_rules",
    "set_rules",
    "start_plan",
    "submit_expense",
    "transfer",
    "update_expense",
    "validate_expense",
]
