"""Jobs of funding: judging an accountant's file, entering its expenses, writing the pack of a claim."""

from typing import Any

from django.utils.translation import gettext as _

from core import jobs
from core.enums import ImportStatus
from core.jobs import RunningJob, handler
from funding.models import Claim, ExpenseImport
from funding.services.claim_packs import build_pack, ready_statement, request_statement
from funding.services.imports import apply_expenses, stage_expenses
from programme.links import programme_url


def _batch(batch_id: int) -> ExpenseImport:
    batch: ExpenseImport = ExpenseImport.objects.select_related("programme", "file").get(pk=batch_id)
    return batch


def _result(batch: ExpenseImport) -> dict[str, Any]:
    url = programme_url(batch.programme, "funding:import_detail", pk=batch.pk)
    return {"url": url, "label": str(ImportStatus(batch.status).label)}


@handler("funding.read_expenses")
def read_expenses(job: RunningJob, *, batch_id: int) -> dict[str, Any]:
    """Read a file and judge its rows."""
    batch = _batch(batch_id)
    stage_expenses(batch=batch, progress=job.progress)
    return _result(batch)


@handler("funding.apply_expenses")
def apply_import(job: RunningJob, *, batch_id: int) -> dict[str, Any]:
    """Enter the expenses of a checked file, or what remains of it."""
    batch = _batch(batch_id)
    apply_expenses(actor=job.actor, batch=batch, progress=job.progress)
    return _result(batch)


@handler("funding.claim_pack")
def claim_pack(job: RunningJob, claim_id: int) -> dict[str, Any]:
    """Lay the statement out, then write the pack. Done again, it replaces what a first attempt left."""
    claim: Claim = Claim.objects.select_related("programme", "funder", "pack").get(pk=claim_id)
    job.progress(2, _("Relevé"))
    document = request_statement(actor=job.actor, claim=claim)
    if not document.is_ready and document.job_id:
        # Laid out here rather than waited for: with one worker, waiting would never end. When another one
        # has it, this attempt fails and a later one finds it ready.
        jobs.run(document.job_id, heartbeat=False)
    ready = ready_statement(document.pk)
    build_pack(actor=job.actor, claim=claim, document=ready, progress=job.progress)
    return {
        "url": programme_url(claim.programme, "funding:claim_detail", pk=claim.pk),
        "label": _("Ouvrir l’appel"),
    }
