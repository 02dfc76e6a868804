"""Reads of diagnostics, one module per matter; other apps import from here."""

from diagnostics.selectors.filling import answers_of, diagnostic_for
from diagnostics.selectors.questionnaires import (
    definition_of,
    find_version,
    latest_version,
    questionnaires_for,
)
from diagnostics.selectors.results import stored_proposals, stored_result

__all__ = [
    "answers_of",
    "definition_of",
    "diagnostic_for",
    "find_version",
    "latest_version",
    "questionnaires_for",
    "stored_proposals",
    "stored_result",
]
