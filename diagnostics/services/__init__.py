"""Writes of diagnostics: questionnaires, answers, submission. Action plans are in ``services.plans``."""

from diagnostics.services.answers import Entry, Saved, save_answers
from diagnostics.services.diagnostics import cancel_diagnostic, invite_respondent, open_diagnostic
from diagnostics.services.documents import request_result_document
from diagnostics.services.questionnaires import (
    check_document,
    import_questionnaire,
    install_shipped_questionnaire,
    publish_version,
    read_document,
)
from diagnostics.services.submission import submit_diagnostic

__all__ = [
    "Entry",
    "Saved",
    "cancel_diagnostic",
    "check_document",
    "import_questionnaire",
    "install_shipped_questionnaire",
    "invite_respondent",
    "open_diagnostic",
    "publish_version",
    "read_document",
    "request_result_document",
    "save_answers",
    "submit_diagnostic",
]
