"""Writes about trainings, one file per noun."""

from trainings.services.attendance import save_attendance
from trainings.services.catalogue import (
    add_trainer,
    ensure_provider,
    install_catalogue,
    save_provider,
)
from trainings.services.certificates import request_certificates
from trainings.services.enrolments import Trainee, cancel_enrolment, enrol
from trainings.services.sessions import SessionDetails, cancel_session, change_session, plan_session

__all__ = [
    "SessionDetails",
    "Trainee",
    "add_trainer",
    "cancel_enrolment",
    "cancel_session",
    "change_session",
    "enrol",
    "ensure_provider",
    "install_catalogue",
    "plan_session",
    "request_certificates",
    "save_attendance",
    "save_provider",
]
