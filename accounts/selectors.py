"""Reads about people and their links."""

import hashlib

from accounts.models import PersonalLink


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def personal_link(token: str) -> PersonalLink | None:
    """The link of a token, with its person, whatever its state."""
    return PersonalLink.objects.select_related("user").filter(token_hash=token_hash(token)).first()
