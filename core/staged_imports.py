"""What imports share: a file is kept, judged whole by a job, confirmed, applied in resumable chunks.

An app says what its import is (``StagedImport``), how a file is judged and how a row is applied; its batches
have ``file``, ``filename``, ``status``, ``problem``, ``counts``, ``job_id`` and rows with ``outcome``,
``warnings`` and ``applied``.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, jobs
from core.enums import ImportStatus, RowOutcome
from core.errors import BusinessError
from core.files import store_bytes

Progress = Callable[[int, str], None]
SAME_CLICK = timedelta(minutes=2)
STAGE_CHUNK = 500
TO_APPLY = (RowOutcome.CREATED, RowOutcome.UPDATED)
OVER = (ImportStatus.APPLYING, ImportStatus.APPLIED)


def silent(percent: int, step: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class StagedImport:
    """One kind of import: its batches, words of its keys and audit, its two jobs, rows per transaction."""

    batches: type[Any]
    key: str
    verb: str
    read_job: str
    apply_job: str
    apply_chunk: int


@transaction.atomic
def receive(kind: StagedImport, *, actor: Any, programme_id: int, name: str, content: bytes) -> Any:
    """Keep a file to import; nothing of it is read yet.

    The same file from the same person within two minutes is one click, hence one import.
    """
    twin = (
        kind.batches.objects.filter(
            programme_id=programme_id,
            actor=actor,
            file__sha256=hashlib.sha256(content).hexdigest(),
            created_at__gte=timezone.now() - SAME_CLICK,
        )
        .exclude(status=ImportStatus.APPLIED)
        .first()
    )
    if actor is not None and twin is not None:
        return twin
    name = PurePath(name.replace("\\", "/")).name[-200:] or "import"
    stored = store_bytes(
        content, name=name, content_type="application/octet-stream", programme_id=programme_id, actor=actor
    )
    batch = kind.batches.objects.create(programme_id=programme_id, file=stored, filename=name, actor=actor)
    audit.record(actor=actor, verb=f"{kind.verb}.received", obj=batch, programme_id=programme_id)
    return batch


@transaction.atomic
def start_reading(kind: StagedImport, *, actor: Any, batch: Any) -> None:
    """Have a job read and judge the file (dry run). Asking twice gives the same job."""
    job = jobs.enqueue(
        kind.read_job,
        key=f"{kind.key}-{batch.pk}-read",
        label=_("Vérification de «\u00a0%(name)s\u00a0»") % {"name": batch.filename},
        programme_id=batch.programme_id,
        actor=actor,
        batch_id=batch.pk,
    )
    kind.batches.objects.filter(pk=batch.pk).update(job_id=job.pk)
    batch.job_id = job.pk


def begin_staging(batch: Any, progress: Progress) -> bool:
    """Clear what an earlier reading staged; whether there is anything to read."""
    if batch.status in OVER:
        return False
    progress(1, _("Lecture du fichier"))
    batch.rows.all().delete()
    return True


def stage(
    chunks: Iterable[list[Any]], total: int, write: Callable[[list[Any]], object], progress: Progress
) -> None:
    """Write what each chunk of judged rows would do, and tell how far the reading is."""
    done = 0
    for chunk in chunks:
        write(chunk)
        done += len(chunk)
        progress(5 + 90 * done // max(total, 1), _("%(n)s lignes vérifiées") % {"n": done})


def fail_staging(batch: Any, problem: str) -> None:
    """Say why the file as a whole is refused."""
    batch.rows.all().delete()
    batch.status, batch.problem = ImportStatus.FAILED, problem
    batch.save(update_fields=["status", "problem"])


def end_staging(batch: Any, facts: Mapping[str, Any]) -> None:
    """Say that every row was judged, with what else is told of the file."""
    batch.status, batch.problem = ImportStatus.CHECKED, ""
    batch.counts = {**facts, **outcomes(batch)}
    batch.save(update_fields=["status", "problem", "counts"])


def outcomes(batch: Any) -> dict[str, int]:
    """How many rows have each outcome, and how many a warning."""
    found = dict(batch.rows.values_list("outcome").annotate(n=Count("pk")).order_by())
    warned = batch.rows.exclude(outcome=RowOutcome.REFUSED).exclude(warnings=[]).count()
    return {**{outcome.value: found.get(outcome.value, 0) for outcome in RowOutcome}, "warned": warned}


@transaction.atomic
def confirm(kind: StagedImport, *, actor: Any, batch: Any) -> UUID | None:
    """Have a job apply a checked file; the job's id. Clicking again gives the same job.

    Raises ``BusinessError`` when the file was not read, or could not be.
    """
    fresh = kind.batches.objects.select_for_update(no_key=True, of=("self",)).get(pk=batch.pk)
    if fresh.status not in OVER:
        if fresh.status != ImportStatus.CHECKED:
            raise BusinessError(
                _("Ce fichier n’a pas été vérifié\u00a0: rien à importer."), code="not-checked"
            )
        job = jobs.enqueue(
            kind.apply_job,
            key=f"{kind.key}-{batch.pk}-apply",
            label=_("Import de «\u00a0%(name)s\u00a0»") % {"name": fresh.filename},
            programme_id=fresh.programme_id,
            actor=actor,
            batch_id=fresh.pk,
        )
        fresh.status, fresh.job_id = ImportStatus.APPLYING, job.pk
        fresh.save(update_fields=["status", "job_id"])
        audit.record(
            actor=actor,
            verb=f"{kind.verb}.confirmed",
            obj=fresh,
            programme_id=fresh.programme_id,
            changes=fresh.counts,
        )
    batch.status, batch.job_id = fresh.status, fresh.job_id
    told: UUID | None = fresh.job_id
    return told


def apply(
    kind: StagedImport,
    batch: Any,
    apply_rows: Callable[[list[Any]], None],
    *,
    actor: Any,
    recount: Callable[[Any], Mapping[str, Any]],
    progress: Progress = silent,
) -> None:
    """Apply the rows not applied yet, chunk by chunk; stopped half-way, it goes on where it was.

    Each chunk is one transaction under the batch's lock: ``apply_rows`` writes rows and marks them
    ``applied`` together, so that two runs at once apply none twice. ``recount`` tells what to count last.
    """
    if batch.status not in (ImportStatus.CHECKED, ImportStatus.APPLYING):
        return
    total = batch.rows.filter(outcome__in=TO_APPLY).count()
    while True:
        with transaction.atomic():
            kind.batches.objects.select_for_update(no_key=True).get(pk=batch.pk)
            waiting = batch.rows.filter(applied=False, outcome__in=TO_APPLY).order_by("number")
            chunk = list(waiting[: kind.apply_chunk])
            apply_rows(chunk)
        if not chunk:
            break
        done = batch.rows.filter(applied=True).count()
        progress(100 * done // max(total, 1), _("%(n)s sur %(total)s") % {"n": done, "total": total})
    _close(kind, batch, actor, recount)


@transaction.atomic
def _close(kind: StagedImport, batch: Any, actor: Any, recount: Callable[[Any], Mapping[str, Any]]) -> None:
    """Say that every row was applied; of two runs at once, the first says it."""
    fresh = kind.batches.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if fresh.status != ImportStatus.APPLIED:
        fresh.status, fresh.applied_at = ImportStatus.APPLIED, timezone.now()
        fresh.counts = {**fresh.counts, **recount(fresh)}
        fresh.save(update_fields=["status", "applied_at", "counts"])
        audit.record(actor=actor, verb=f"{kind.verb}.applied", obj=fresh, programme_id=fresh.programme_id)
    batch.status, batch.applied_at, batch.counts = fresh.status, fresh.applied_at, fresh.counts
