"""Opening again a diagnostic that was handed in: rare, reasoned, and nothing told before is lost."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies import services as companies
from companies.enums import EventKind
from core import audit
from core.errors import BusinessError
from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.models import Diagnostic, Reopening
from diagnostics.services.answers import OPEN
from diagnostics.services.projections import project_results
from programme.links import programme_url


@transaction.atomic
def reopen_diagnostic(
    *, actor: User | None, diagnostic: Diagnostic, reason: str, at: datetime | None = None
) -> bool:
    """Let a diagnostic be corrected; false when it is open already.

    The result told until then is kept, with the reason; its documents remain. Raises ``BusinessError``
    without a reason, for a cancelled diagnostic, or when the company has a newer one on the same
    questionnaire. Side effects: the result is withdrawn until the next handing in, maturity beside the
    company, timeline, audit.
    """
    if not reason.strip():
        raise BusinessError(_("Dites pourquoi ce diagnostic est rouvert."), field="reason", code="no-reason")
    row: Diagnostic = (
        Diagnostic.objects.select_for_update(of=("self",))
        .select_related("participation__programme")
        .get(pk=diagnostic.pk)
    )
    if row.status in OPEN:
        return False
    if row.status != DiagnosticStatus.SUBMITTED or row.submitted_at is None:
        raise BusinessError(_("Ce diagnostic a été annulé\u00a0: ouvrez-en un nouveau."), code="cancelled")
    _refuse_if_newer(row)
    Reopening.objects.create(
        diagnostic=row,
        reason=reason.strip()[:250],
        actor=actor,
        at=at or timezone.now(),
        former_submitted_at=row.submitted_at,
        former_score_tenths=row.score_tenths,
        former_level_name=row.level_name,
        former_result=row.result,
    )
    row.status = DiagnosticStatus.STARTED
    row.mode = FillingMode.RECONCILING if (row.result or {}).get("gaps") else FillingMode.SHARED
    row.submitted_at = row.submitted_by = row.score_tenths = row.result = row.receipt_at = None
    row.level = row.level_name = ""
    row.save()
    row.dimension_scores.all().delete()
    _tell(row, actor, reason)
    return True


def _refuse_if_newer(row: Diagnostic) -> None:
    others = Diagnostic.objects.filter(participation=row.participation, questionnaire=row.questionnaire_id)
    newer = Q(status__in=OPEN) | Q(status=DiagnosticStatus.SUBMITTED, submitted_at__gt=row.submitted_at)
    if others.exclude(pk=row.pk).filter(newer).exists():
        raise BusinessError(
            _(
                "Cette entreprise a un diagnostic plus récent sur ce questionnaire\u00a0: "
                "c’est lui qu’il faut corriger ou terminer."
            ),
            code="newer",
        )


def _tell(row: Diagnostic, actor: User | None, reason: str) -> None:
    participation = row.participation
    project_results(participation)
    companies.record_event(
        participation=participation,
        kind=EventKind.DIAGNOSTIC,
        title=_("Diagnostic rouvert"),
        text=reason,
        url=programme_url(participation.programme, "diagnostics:detail", pk=row.pk),
        actor=actor,
    )
    audit.record(
        actor=actor,
        verb="diagnostic.reopened",
        obj=row,
        programme_id=row.programme_id,
        comment=reason,
    )
