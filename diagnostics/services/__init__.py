"""Writes of diagnostics: questionnaires, answers, submission. Action plans are in ``services.plans``."""

from diagnostics.services.answers import OPEN, Entry, Saved, save_answers
from diagnostics.services.diagnostics import cancel_diagnostic, invite_respondent, open_diagnostic
from diagnostics.services.documents import request_result_document
from diagnostics.services.files import attach_file, remove_file
from diagnostics.services.questionnaires import (
    MAX_DOCUMENT_BYTES,
    check_document,
    import_questionnaire,
    install_shipped_questionnaire,
    publish_version,
    read_document,
    read_file,
    write_document,
    write_workbook,
)
from diagnostics.services.receipts import request_answers_document
from diagnostics.services.reconciliation import close_views, retain_answers
from diagnostics.services.reopening import reopen_diagnostic
from diagnostics.services.submission import submit_diagnostic
from diagnostics.services.team import (
    Person,
    finish_part,
    invite_contributor,
    invite_view,
    withdraw_contributor,
    withdraw_view,
)

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "OPEN",
    "Entry",
    "Person",
    "Saved",
    "attach_file",
    "cancel_diagnostic",
    "check_document",
    "close_views",
    "finish_part",
    "import_questionnaire",
    "install_shipped_questionnaire",
    "invite_contributor",
    "invite_respondent",
    "invite_view",
    "open_diagnostic",
    "publish_version",
    "read_document",
    "read_file",
    "remove_file",
    "reopen_diagnostic",
    "request_answers_document",
    "request_result_document",
    "retain_answers",
    "save_answers",
    "submit_diagnostic",
    "withdraw_contributor",
    "withdraw_view",
    "write_document",
    "write_workbook",
]
