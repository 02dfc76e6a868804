"""Jobs of companies: imports, register, replacements, acts on many companies."""

from datetime import time
from typing import Any

from django.db import connection

from companies.enums import BulkKind
from companies.models import AdvisorAbsence, BulkAction, ImportBatch, Participation
from companies.search_index import forget_words
from companies.services import register, settle_absence
from companies.services.bulk import carry_out
from companies.services.imports import apply_batch, stage_batch
from core.enums import ImportStatus
from core.jobs import RunningJob, handler
from core.registries import daily_jobs
from programme.links import programme_url

_FORGET = "companies.forget_words"
daily_jobs.register(_FORGET, time(3, 30))


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


@handler("companies.complete_from_register")
def complete_from_register(
    job: RunningJob, *, participation_id: int, attempt: int, series: str
) -> dict[str, Any] | None:
    """Complete one company; merged or removed meanwhile, there is nothing to do."""
    rows = Participation.objects.select_related("programme__region", "establishment__company")
    participation = rows.filter(pk=participation_id).first()
    if participation is None:
        return None
    register.complete_or_wait(actor=job.actor, participation=participation, attempt=attempt, series=series)
    url = programme_url(participation.programme, "companies:detail", pk=participation.pk)
    return {"url": url, "label": participation.name}


@handler("companies.settle_absence")
def settle_an_absence(job: RunningJob, *, absence_id: int) -> None:
    """Hand over, or give back, what the dates of an absence say."""
    absence = AdvisorAbsence.objects.select_related("programme", "absent", "replacement").get(pk=absence_id)
    settle_absence(actor=job.actor, absence=absence)


@handler("companies.bulk")
def bulk(job: RunningJob, *, action_id: int) -> dict[str, Any]:
    """Carry out what was asked of many companies, or what remains of it."""
    action = BulkAction.objects.select_related("programme").get(pk=action_id)
    carry_out(actor=job.actor, action=action, progress=job.progress)
    url = programme_url(action.programme, "companies:bulk_detail", pk=action.pk)
    return {"url": url, "label": str(BulkKind(action.kind).label)}


@handler(_FORGET)
def forget_search_words(job: RunningJob) -> None:
    """Forget the words of the search that no company bears any more and that could not go at once."""
    forget_words(connection)
