"""Pages of the programme itself: list of programmes, progress of a job, entry by role (demonstration)."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.backends import PERSON_BACKEND
from core import jobs
from core.htmx import render_page
from core.models import Job
from programme import rules, selectors
from programme.access import ProgrammeRequest, allow
from programme.enums import Role
from programme.links import programme_url
from programme.models import RoleGrant

HOME_BY_ROLE = {
    Role.DIRECTOR: "reports:dashboard",
    Role.OFFICER: "reports:dashboard",
    Role.ADVISOR: "reports:dashboard",
    Role.TRAINER: "trainings:session_list",
    Role.FUNDER: "reports:funder_progress",
    Role.COMPANY: "companies:space_home",
}


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    """``/``: a person's own programmes and those open to the public, or straight to the only one.

    Sign-in leads here. The demonstration always shows the page, where one changes roles.
    """
    mine = list(selectors.programmes_of(request.user))
    programmes = list(selectors.public_programmes())
    if not settings.EDEC_DEMO and len(mine) == 1:
        return HttpResponseRedirect(programme_url(mine[0], "programme:home"))
    if not settings.EDEC_DEMO and not mine and len(programmes) == 1:
        return redirect("observatory:home", programme_slug=programmes[0].slug)
    entries = [role for role in Role if _demonstration_grant(role)] if settings.EDEC_DEMO else []
    context = {"mine": mine, "programmes": programmes, "entries": entries}
    return render(request, "programme/programme_list.html", context)


@allow(*Role)
@require_safe
def home(request: ProgrammeRequest) -> HttpResponse:
    """Send the caller to the first page of her role."""
    role = request.access.main_role or Role.COMPANY
    return HttpResponseRedirect(programme_url(request.programme, HOME_BY_ROLE[role]))


@allow(*Role)
@never_cache
@require_safe
def job_detail(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """Progress of a piece of work, for who asked for it and for the office."""
    job = get_object_or_404(Job.objects.select_related("actor"), pk=pk, programme_id=request.programme.pk)
    if not rules.can_see_job(request.access, job):
        raise Http404
    context = {"job": selectors.job_progress(request.programme, job)}
    return render_page(request, "programme/job_detail.html", context, partials={"job-progress": "job"})


@allow(*Role)
@require_POST
def job_retry(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """Give an abandoned job its attempts back."""
    job = get_object_or_404(Job, pk=pk, programme_id=request.programme.pk)
    if not rules.can_see_job(request.access, job):
        raise Http404
    jobs.retry(job=job)
    return HttpResponseRedirect(programme_url(request.programme, "programme:job_detail", pk=pk))


def _demonstration_grant(role: Role) -> RoleGrant | None:
    return (
        RoleGrant.objects.filter(role=role, programme__is_demonstration=True, user__is_active=True)
        .select_related("user", "programme")
        .order_by("pk")
        .first()
    )


@require_POST
def enter_as(request: HttpRequest, role: str) -> HttpResponse:
    """One-click entry as a role of the demonstration; the address exists in demonstration settings only."""
    if not settings.EDEC_DEMO or role not in {known.value for known in Role}:
        raise Http404
    grant = _demonstration_grant(Role(role))
    if grant is None:
        raise Http404
    login(request, grant.user, backend=PERSON_BACKEND)
    return HttpResponseRedirect(programme_url(grant.programme, "programme:home"))
