"""Writes about programmes, one module per noun; other apps import from here."""

from programme.services.programmes import (
    create_programme,
    grant_role,
    issue_api_token,
    revoke_api_token,
    revoke_role,
    set_targets,
    touch_programme,
)

__all__ = [
    "create_programme",
    "grant_role",
    "issue_api_token",
    "revoke_api_token",
    "revoke_role",
    "set_targets",
    "touch_programme",
]
