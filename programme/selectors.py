"""Reads about programmes, callers, territory and activities."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.enums import JobStatus
from core.models import Job
from programme.access import Access
from programme.enums import Role
from programme.links import programme_url
from programme.models import Activity, Programme, RoleGrant


def programme_by_slug(slug: str) -> Programme | None:
    """A programme with its region, or nothing."""
    return Programme.objects.select_related("region").filter(slug=slug).first()


def public_programmes() -> QuerySet[Programme]:
    """Programmes that anybody may see."""
    return Programme.objects.filter(is_public=True).select_related("region")


def caller_access(user: Any, programme: Programme) -> Access:
    """The caller's roles in a programme, in one query; none for signed-out people."""
    if not user.is_authenticated:
        return Access(user=None, programme=programme, roles=frozenset())
    roles = RoleGrant.objects.filter(user_id=user.pk, programme=programme).values_list("role", flat=True)
    return Access(user=user, programme=programme, roles=frozenset(Role(role) for role in roles))


def programmes_of(user: Any) -> QuerySet[Programme]:
    """Programmes where a person holds a role."""
    return Programme.objects.filter(role_grants__user=user).distinct()


def role_holders(programme: Programme, *roles: Role) -> QuerySet[User]:
    """People who hold one of the roles, by name."""
    return User.objects.filter(
        role_grants__programme=programme, role_grants__role__in=roles, is_active=True
    ).distinct()


def activity_labels(codes: set[str]) -> Mapping[str, str]:
    """Labels of some activity codes."""
    return dict(Activity.objects.filter(code__in=codes).values_list("code", "label"))


@dataclass(frozen=True)
class JobProgress:
    """What a progress page shows of a job (``components/job_progress.html``)."""

    title: str
    state: str
    state_label: str
    percent: int
    step: str
    error: str
    poll_url: str
    result_url: str
    result_label: str
    retry_url: str

    @property
    def is_open(self) -> bool:
        """Whether the page must ask again."""
        return bool(self.poll_url)


_JOB_STATES = {
    JobStatus.QUEUED: "waiting",
    JobStatus.RUNNING: "running",
    JobStatus.DONE: "done",
    JobStatus.ABANDONED: "failed",
}


def job_progress(programme: Programme, job: Job) -> JobProgress:
    """Where a piece of work is, with the addresses to follow it, open its result or try again."""
    status = JobStatus(job.status)
    failed = status == JobStatus.ABANDONED
    return JobProgress(
        title=job.label or str(_("Travail en cours")),
        state=_JOB_STATES[status],
        state_label=str(status.label),
        percent=job.percent,
        step=job.step,
        error=_job_error(job) if failed else "",
        poll_url=programme_url(programme, "programme:job_detail", pk=job.pk) if job.is_open else "",
        result_url=job.result.get("url", ""),
        result_label=job.result.get("label", "") or str(_("Voir le résultat")),
        retry_url=programme_url(programme, "programme:job_retry", pk=job.pk) if failed else "",
    )


def _job_error(job: Job) -> str:
    """A refused rule in its own words; a breakdown (every attempt used up) by its reference only."""
    if job.attempts < settings.JOB_MAX_ATTEMPTS:
        return job.error
    return _(
        "Le travail s’est interrompu %(count)s fois. Rien n’est perdu : réessayez, ou donnez à "
        "l’assistance la référence %(reference)s."
    ) % {"count": job.attempts, "reference": str(job.pk)[:12]}
