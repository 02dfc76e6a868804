"""Jobs of programmes: the monthly review of what has been kept long enough."""

from datetime import time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.jobs import RunningJob, handler
from core.registries import daily_jobs
from programme.links import programme_url
from programme.models import Programme
from programme.services.retention import REVIEW, review_retention, start_month

MONTHLY = "programme.retention_month"
# Asked every day: a server that was down on the first of the month reviews on the second.
daily_jobs.register(MONTHLY, time(4, 0))


@handler(MONTHLY)
def month(job: RunningJob) -> dict[str, Any]:
    """Accept the reviews of the month, if they are not yet."""
    return {"reviews": len(start_month(today=timezone.localdate()))}


@handler(REVIEW)
def review(job: RunningJob) -> dict[str, Any]:
    """Review one programme, or what belongs to none."""
    programme = Programme.objects.filter(pk=job.programme_id).first() if job.programme_id else None
    if job.programme_id and programme is None:
        return {}
    done = review_retention(programme=programme, today=timezone.localdate())
    counts = {"announced": sum(each.announced for each in done), "purged": sum(each.purged for each in done)}
    if programme is None:
        return counts
    return {
        **counts,
        "url": programme_url(programme, "programme:retention"),
        "label": _("Voir la conservation"),
    }
