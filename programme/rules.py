"""Who may do what with the programme's own rows."""

from core.models import Job
from programme.access import Access


def can_see_job(access: Access, job: Job) -> bool:
    """Who asked for it, and the office."""
    return access.is_office or (access.user is not None and job.actor_id == access.user.pk)
