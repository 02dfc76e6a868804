"""Jobs of companies: reading a file, applying an import."""

from typing import Any

from companies.enums import ImportStatus
from companies.models import ImportBatch
from companies.services.imports import apply_batch, stage_batch
from core.jobs import RunningJob, handler
from programme.links import programme_url


def _batch(batch_id: int) -> ImportBatch:
    batch: ImportBatch = ImportBatch.objects.select_related("programme", "file").get(pk=batch_id)
    return batch


def _result(batch: ImportBatch) -> dict[str, Any]:
    url = programme_url(batch.programme, "companies:import_detail", pk=batch.pk)
    return {"url": url, "label": str(ImportStatus(batch.status).label)}


@handler("companies.read_import")
def read_import(job: RunningJob, *, batch_id: int) -> dict[str, Any]:
    """Read a file and judge its rows."""
    batch = _batch(batch_id)
    stage_batch(batch=batch, progress=job.progress)
    return _result(batch)


@handler("companies.apply_import")
def apply_import(job: RunningJob, *, batch_id: int) -> dict[str, Any]:
    """Apply a checked import, or what remains of it."""
    batch = _batch(batch_id)
    apply_batch(actor=job.actor, batch=batch, progress=job.progress)
    return _result(batch)
