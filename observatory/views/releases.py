"""Pages of the office: list of releases, preparation, reading before publication, publication."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from observatory import rules, selectors, services
from observatory.enums import ReleaseStatus
from observatory.figures import grid
from observatory.forms import ReleaseForm
from observatory.models import Release
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url

_LONG = ("answers", "needs", "territory")


@allow(*OFFICE)
@require_safe
def release_list(request: ProgrammeRequest) -> HttpResponse:
    """Every release of the programme."""
    context = {"releases": list(selectors.staff_releases(request.programme))}
    return render(request, "observatory/release_list.html", context)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def release_create(request: ProgrammeRequest) -> HttpResponse:
    """Choose a date; a worker then computes the release."""
    initial = {"reference_date": timezone.localdate()}
    form = ReleaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            release = services.prepare_release(
                programme=request.programme,
                reference_date=form.cleaned_data["reference_date"],
                actor=request.access.user,
                title=form.cleaned_data["title"],
                notes=form.cleaned_data["notes"],
            )
        except BusinessError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return _follow(request, release)
    status = 422 if form.is_bound else 200
    return render(request, "observatory/release_form.html", {"form": form}, status=status)


@allow(*OFFICE)
@never_cache
@require_safe
def release_detail(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """Read a release before it is published: what it shows, what it hides and why, and the audit."""
    release = _release(request, pk)
    hidden = selectors.hidden_tables(release)
    context = {
        "release": release,
        "hidden": hidden,
        "previews": [grid(one) for one in selectors.preview_tables(release, leave_out=_LONG)],
        "totals": {
            "published": sum(one.published for one in hidden),
            "primary": sum(one.primary for one in hidden),
            "secondary": sum(one.secondary for one in hidden),
            "empty": sum(one.empty for one in hidden),
            "repeated": sum(one.repeated for one in hidden),
        },
        "verdict": release.audit or None,
        "may_publish": rules.can_publish(request.access, release),
        "job_url": programme_url(request.programme, "programme:job_detail", pk=release.job_id)
        if release.job_id and release.status == ReleaseStatus.PREPARING
        else "",
        "public_url": programme_url(request.programme, "observatory:public_release", number=release.number),
    }
    return render(request, "observatory/release_detail.html", context)


@allow(*OFFICE)
@require_POST
def release_recompute(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """Compute a release again."""
    return _follow(
        request, services.recompute_release(release=_release(request, pk), actor=request.access.user)
    )


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def release_publish(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """Confirm, then publish for ever."""
    release = _release(request, pk)
    detail = programme_url(request.programme, "observatory:release_detail", pk=pk)
    if release.is_published:
        return HttpResponseRedirect(detail)
    if request.method == "POST":
        try:
            services.publish_release(release=release, actor=request.access.user)
        except BusinessError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("« %(title)s » est publié.") % {"title": release.title})
        return HttpResponseRedirect(detail)
    hidden = selectors.hidden_tables(release)
    context = {
        "release": release,
        "published": sum(one.published for one in hidden),
        "withheld": sum(one.withheld for one in hidden),
        "detail_url": detail,
        "may_publish": rules.can_publish(request.access, release),
    }
    return render(request, "observatory/release_publish.html", context)


def _release(request: ProgrammeRequest, pk: UUID) -> Release:
    release: Release = get_object_or_404(selectors.staff_releases(request.programme), pk=pk)
    return release


def _follow(request: ProgrammeRequest, release: Release) -> HttpResponseRedirect:
    """Go to the progress of the computation."""
    return HttpResponseRedirect(programme_url(request.programme, "programme:job_detail", pk=release.job_id))
