"""Background work on diagnostics."""

from datetime import date, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core import jobs
from core.jobs import RunningJob, handler
from core.registries import daily_jobs
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, QuestionnaireVersion
from diagnostics.services.effects import measure_effect
from diagnostics.services.peer_tables import compute_peer_table
from diagnostics.services.receipts import request_answers_document, send_receipt
from documents.rendering import render
from documents.services import complete_document
from programme.links import programme_url
from programme.models import Programme

daily_jobs.register("diagnostics.peers", time(3, 30))


@handler("diagnostics.receipt")
def receipt(job: RunningJob, *, diagnostic_id: int) -> dict[str, Any] | None:
    """Make the PDF of the answers, then send it; done again, it finds both done."""
    diagnostic = (
        Diagnostic.objects.filter(pk=diagnostic_id, status=DiagnosticStatus.SUBMITTED)
        .select_related("version", "participation__establishment", "programme", "submitted_by")
        .defer("version__definition")
        .first()
    )
    if diagnostic is None:
        return None  # opened again meanwhile: its next handing in has a receipt of its own
    document = request_answers_document(actor=job.actor, diagnostic=diagnostic)
    if not document.is_ready:
        job.progress(20, "")
        complete_document(document=document, rendered=render(document))
        document.refresh_from_db()
    send_receipt(diagnostic=diagnostic, document=document)
    return None


@handler("diagnostics.peers")
def peers(job: RunningJob) -> dict[str, Any] | None:
    """Ask, once a month, for the table of peers of each version answered in each programme."""
    today = timezone.localdate()
    answered = Diagnostic.objects.filter(status=DiagnosticStatus.SUBMITTED).order_by()
    for programme_id, version_id in answered.values_list("programme_id", "version_id").distinct():
        jobs.enqueue(
            "diagnostics.peer_table",
            key=f"peer-table-{programme_id}-{version_id}-{today:%Y-%m}",
            programme_id=programme_id,
            programme=programme_id,
            version=version_id,
            day=today.isoformat(),
        )
    return None


@handler("diagnostics.peer_table")
def peer_table(job: RunningJob, *, programme: int, version: int, day: str) -> dict[str, Any] | None:
    """Compute one table; the same day again gives the same."""
    compute_peer_table(
        programme=Programme.objects.get(pk=programme),
        version=QuestionnaireVersion.objects.get(pk=version),
        day=date.fromisoformat(day),
    )
    return None


@handler("diagnostics.measure_effect")
def measure_effect_of_draft(job: RunningJob, *, version_id: int) -> dict[str, Any]:
    """Measure the effect of a draft on real answers; a draft deleted meanwhile needs nothing."""
    version = (
        QuestionnaireVersion.objects.select_related("questionnaire__programme").filter(pk=version_id).first()
    )
    if version is None or version.questionnaire.programme is None:
        return {}
    measure_effect(version=version, progress=job.progress)
    url = programme_url(version.questionnaire.programme, "diagnostics:author_effect", pk=version.pk)
    return {"url": url, "label": _("Voir l’effet")}
