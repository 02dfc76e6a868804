"""Reads about companies, one module per matter; other apps import from here."""

from companies.selectors.identity import identity_of, search_text_of, shared_identity
from companies.selectors.mine import (
    find_participation,
    merged_into,
    my_participation,
    my_participations,
    participation_for,
)

__all__ = [
    "find_participation",
    "identity_of",
    "merged_into",
    "my_participation",
    "my_participations",
    "participation_for",
    "search_text_of",
    "shared_identity",
]
