"""Who may do what with diagnostics. Seeing one is decided by ``DiagnosticQuerySet.visible_to``.

Rules read the seat that ``selectors.filling.diagnostic_for`` brings with the diagnostic.
"""

from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.models import Diagnostic, Questionnaire, QuestionnaireVersion
from diagnostics.seats import Seat, SeatKind
from programme.access import Access

_OPEN = (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)


def is_open(diagnostic: Diagnostic) -> bool:
    """Whether the diagnostic still awaits answers."""
    return diagnostic.status in _OPEN


def can_fill(access: Access, diagnostic: Diagnostic) -> bool:
    """Whoever has something to answer, while the diagnostic is open: the company's people, or its advisor.

    Every answer says who saved it.
    """
    seat = _seat(diagnostic)
    return diagnostic.status in _OPEN and access.user is not None and seat is not None and seat.may_fill


def can_hand_in(access: Access, diagnostic: Diagnostic) -> bool:
    """Whoever answers for the whole company hands in; a colleague only says that her part is done."""
    seat = _seat(diagnostic)
    return can_fill(access, diagnostic) and seat is not None and seat.kind is SeatKind.WHOLE


def can_lead(access: Access, diagnostic: Diagnostic) -> bool:
    """The company's manager and its advisor say who answers what, and put points of view together."""
    seat = _seat(diagnostic)
    return access.user is not None and seat is not None and seat.leads


def can_reconcile(access: Access, diagnostic: Diagnostic) -> bool:
    """Points of view are compared once they are closed, before the diagnostic is handed in."""
    is_time = diagnostic.status in _OPEN and diagnostic.mode == FillingMode.RECONCILING
    return is_time and can_lead(access, diagnostic)


def can_manage(access: Access, diagnostic: Diagnostic) -> bool:
    """Staff who see an open diagnostic invite its respondent and may cancel it."""
    return access.is_staff and diagnostic.status in _OPEN


def can_reopen(access: Access, diagnostic: Diagnostic) -> bool:
    """Staff who see a submitted diagnostic may open it again, saying why."""
    return access.is_staff and diagnostic.status == DiagnosticStatus.SUBMITTED


def can_read_result(access: Access, diagnostic: Diagnostic) -> bool:
    """Whoever answers for the company, and staff, read the result once it is handed in."""
    return diagnostic.status == DiagnosticStatus.SUBMITTED and can_lead(access, diagnostic)


def _seat(diagnostic: Diagnostic) -> Seat | None:
    return getattr(diagnostic, "seat", None)


def can_author(access: Access, questionnaire: Questionnaire) -> bool:
    """The office writes the questionnaires of its own programme; a shared one is copied to be changed."""
    return access.is_office and questionnaire.programme_id == access.programme.pk


def can_edit(access: Access, version: QuestionnaireVersion) -> bool:
    """A draft is edited; a published version never is."""
    return can_author(access, version.questionnaire) and version.is_draft
