"""Carries out the product's own jobs while the demonstration is loaded, and says which did not end well."""

from collections.abc import Callable
from uuid import UUID

from core import jobs
from core.enums import JobStatus
from core.models import Job

Say = Callable[[str], None]
NOT_DONE = "n’a pas abouti"


def carry_out(job_id: UUID, say: Say) -> bool:
    """Run one job in this process; true when it is done.

    A demonstration without one of its documents is still worth opening: the reason is told to ``say``, the
    load goes on, and running the command again takes up what is missing.
    """
    jobs.run(job_id, heartbeat=False)
    job = Job.objects.get(pk=job_id)
    if job.status == JobStatus.DONE:
        return True
    say(f"«\u00a0{job.label}\u00a0» {NOT_DONE}\u00a0: {job.error or JobStatus(job.status).label}")
    return False
