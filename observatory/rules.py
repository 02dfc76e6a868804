"""Who may publish a release; everybody reads the published ones, the office prepares them."""

from observatory.models import Release
from programme.access import Access


def can_publish(access: Access, release: Release) -> bool:
    """Publish a release whose attack passed."""
    return access.is_office and release.can_be_published
