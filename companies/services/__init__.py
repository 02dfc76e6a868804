"""Writes about companies, one module per noun; other apps import from here."""

from companies.services.absences import end_absence, plan_absence, settle_absence
from companies.services.consents import give_consent, withdraw_consent
from companies.services.contacts import (
    ContactFacts,
    add_contact,
    close_access,
    invite_contact,
    open_access,
    update_contact,
)
from companies.services.groups import rename_group, set_group, set_group_role
from companies.services.meetings import (
    MeetingFacts,
    Minutes,
    cancel_meeting,
    change_meeting,
    plan_meeting,
    write_minutes,
)
from companies.services.merging import merge
from companies.services.participations import (
    DuplicateParticipationError,
    assign_advisor,
    change_identity,
    check_new,
    correct_company,
    create_participation,
    follow_up,
    move_stage,
    project_counts,
    project_maturity,
    reach_stage,
    set_next_step,
    set_observatory_consent,
)
from companies.services.register import request_completion
from companies.services.timeline import ExchangeFacts, log_exchange, record_document, record_event

__all__ = [
    "ContactFacts",
    "DuplicateParticipationError",
    "ExchangeFacts",
    "MeetingFacts",
    "Minutes",
    "add_contact",
    "assign_advisor",
    "cancel_meeting",
    "change_identity",
    "change_meeting",
    "check_new",
    "close_access",
    "correct_company",
    "create_participation",
    "end_absence",
    "follow_up",
    "give_consent",
    "invite_contact",
    "log_exchange",
    "merge",
    "move_stage",
    "open_access",
    "plan_absence",
    "plan_meeting",
    "project_counts",
    "project_maturity",
    "reach_stage",
    "record_document",
    "record_event",
    "rename_group",
    "request_completion",
    "set_group",
    "set_group_role",
    "set_next_step",
    "set_observatory_consent",
    "settle_absence",
    "update_contact",
    "withdraw_consent",
    "write_minutes",
]
