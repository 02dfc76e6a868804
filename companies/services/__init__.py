"""Writes about companies, one module per noun; other apps import from here."""

from companies.services.contacts import (
    ContactFacts,
    add_contact,
    close_access,
    invite_contact,
    open_access,
    update_contact,
)
from companies.services.participations import (
    DuplicateParticipationError,
    assign_advisor,
    change_identity,
    correct_company,
    create_participation,
    follow_up,
    move_stage,
    project_counts,
    project_maturity,
    reach_stage,
    set_group,
    set_next_step,
    set_observatory_consent,
)
from companies.services.timeline import log_exchange, record_event

__all__ = [
    "ContactFacts",
    "DuplicateParticipationError",
    "add_contact",
    "assign_advisor",
    "change_identity",
    "close_access",
    "correct_company",
    "create_participation",
    "follow_up",
    "invite_contact",
    "log_exchange",
    "move_stage",
    "open_access",
    "project_counts",
    "project_maturity",
    "reach_stage",
    "record_event",
    "set_group",
    "set_next_step",
    "set_observatory_consent",
    "update_contact",
]
