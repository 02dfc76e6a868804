"""Who may do what with diagnostics. Seeing one is decided by ``DiagnosticQuerySet.visible_to``."""

from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic
from programme.access import Access

_OPEN = (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)


def can_fill(access: Access, diagnostic: Diagnostic) -> bool:
    """Whoever may see an open diagnostic may answer it: the company, or its advisor with or for it.

    Every answer says who saved it.
    """
    return access.user is not None and diagnostic.status in _OPEN


def can_manage(access: Access, diagnostic: Diagnostic) -> bool:
    """Staff who see an open diagnostic invite its respondent and may cancel it."""
    return access.is_staff and diagnostic.status in _OPEN


def can_read_result(access: Access, diagnostic: Diagnostic) -> bool:
    """Whoever sees a submitted diagnostic reads its result."""
    return access.user is not None and diagnostic.status == DiagnosticStatus.SUBMITTED
