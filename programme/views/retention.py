"""What has been kept long enough, for the direction."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from programme import selectors
from programme.access import ProgrammeRequest, allow
from programme.enums import Role
from programme.links import programme_url
from programme.services.retention import ask_review


@allow(Role.DIRECTOR)
@never_cache
@require_safe
def retention(request: ProgrammeRequest) -> HttpResponse:
    """Every rule, what waits to be purged and when, what was purged last."""
    rows = selectors.retention_rows(request.programme, timezone.localdate())
    return render(request, "programme/retention.html", {"rows": rows})


@allow(Role.DIRECTOR)
@require_POST
def retention_review(request: ProgrammeRequest) -> HttpResponse:
    """Review now, without waiting for the first of the month."""
    job = ask_review(programme=request.programme, actor=request.access.user)
    return HttpResponseRedirect(programme_url(request.programme, "programme:job_detail", pk=job.pk))
