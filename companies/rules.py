"""Who may do what with companies. Seeing is decided by ``Participation.objects.visible_to``."""

from companies.models import Participation
from programme.access import Access


def can_enter_companies(access: Access) -> bool:
    """Add companies, by hand or from a file, and read past imports."""
    return access.is_office


def can_follow(access: Access, participation: Participation) -> bool:
    """Write on a company: the office, and the advisor it is assigned to."""
    mine = access.user is not None and participation.advisor_id == access.user.pk
    return access.is_office or (access.is_staff and mine)


def can_assign(access: Access) -> bool:
    """Choose a company's advisor and group."""
    return access.is_office
