"""Who may do what with reports."""

from programme.access import Access
from programme.enums import Role


def can_write_narrative(access: Access) -> bool:
    """The director's words open each part of the report, and she alone calls it final."""
    return access.has(Role.DIRECTOR)
