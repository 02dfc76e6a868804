"""Writes about money: the agreement, the plan and its matrix, expenses and their evidence."""

from funding.services.agreement import (
    FunderEntry,
    add_funder_member,
    install_public_agreement,
    save_funders,
    set_rules,
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
from funding.services.plans import LineEntry, activate_plan, save_plan, start_plan

__all__ = [
    "FunderEntry",
    "LineEntry",
    "activate_plan",
    "add_evidence",
    "add_funder_member",
    "attach_evidence",
    "cancel_expense",
    "create_expense",
    "credit_expense",
    "install_public_agreement",
    "pay_expense",
    "remove_evidence",
    "return_expense",
    "save_funders",
    "save_plan",
    "set_rules",
    "start_plan",
    "submit_expense",
    "update_expense",
    "validate_expense",
]
