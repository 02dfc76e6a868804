"""Who may do what with releases; everybody reads the published ones."""

from observatory.models import Release
from programme.access import Access


def can_manage_releases(access: Access) -> bool:
    """Prepare, read again and publish: the office."""
    return access.is_office


def can_publish(access: Access, release: Release) -> bool:
    """Publish a release whose attack passed."""
    return access.is_office and release.can_be_published
