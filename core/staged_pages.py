"""What the pages of every import share: the progress of its job, the ways of reading its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.enums import ImportStatus, JobStatus, RowOutcome
from core.models import Job

ROWS_PER_PAGE = 50
WARNED = "alertes"


@dataclass(frozen=True, slots=True)
class OutcomeTab:
    """One way of reading the rows: those created, updated, refused…"""

    code: str
    label: str
    count: int
    url: str
    current: bool


def batch_job(batch: Any) -> Job | None:
    """The job at work on a batch."""
    return Job.objects.filter(pk=batch.job_id).first() if batch.job_id else None


def is_stopped(job: Job | None) -> bool:
    """Whether the job gave up: somebody may start it again."""
    return job is not None and job.status == JobStatus.ABANDONED


def job_context(batch: Any, job: Job | None, *, page_url: str, retry_url: str) -> dict[str, Any]:
    """What ``components/job_progress.html`` shows while a file is judged or applied."""
    applying, stopped = batch.status == ImportStatus.APPLYING, is_stopped(job)
    told = _(
        "Le travail s’est arrêté. Ce qui est importé est conservé\u00a0; «\u00a0Réessayer\u00a0» "
        "reprend la suite."
    )
    return {
        "title": _("Import en cours") if applying else _("Vérification du fichier"),
        "state": "failed" if stopped else "running",
        "state_label": _("interrompu") if stopped else _("en cours"),
        "percent": job.percent if job else 0,
        "step": job.step if job else "",
        "error": told if stopped else "",
        "poll_url": "" if stopped else page_url,
        "result_url": "",
        "result_label": "",
        "retry_url": retry_url if stopped else "",
    }


def rows_context(
    batch: Any, rows: "QuerySet[Any]", labels: Mapping[str, str], *, query: Mapping[str, str], page_url: str
) -> dict[str, Any]:
    """The rows asked for by ``?lignes=`` and ``?page=``, and the tabs of those that exist.

    ``labels`` gives the word of each outcome; rows with a warning are added to them. Refusals are read
    first, as long as nothing was applied.
    """
    counts, applied = batch.counts, batch.status == ImportStatus.APPLIED
    words = {**labels, WARNED: _("Avec une alerte")}
    numbers = {**counts, WARNED: counts.get("warned", 0)}
    present = [code for code in words if numbers.get(code)]
    asked = query.get("lignes", "")
    if asked not in present:
        refused = counts.get("refused") and not applied
        asked = RowOutcome.REFUSED if refused else (present[0] if present else "")
    if asked == WARNED:
        rows = rows.exclude(warnings=[]).exclude(outcome=RowOutcome.REFUSED)
    else:
        rows = rows.filter(outcome=asked)
    return {
        "tabs": [
            OutcomeTab(code, words[code], numbers[code], f"{page_url}?lignes={code}", code == asked)
            for code in present
        ],
        "asked": asked,
        "page": Paginator(rows.order_by("number"), ROWS_PER_PAGE).get_page(query.get("page")),
        "to_apply": counts.get("created", 0) + counts.get("updated", 0),
        "applied": applied,
    }
