"""Pages of acts on many companies: choose, confirm, follow, read what came of each."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from companies import rules
from companies.enums import BulkKind, BulkOutcome, BulkStatus
from companies.filters import CompanyFilter
from companies.forms import BulkForm
from companies.models import BulkAction, Participation
from companies.services.bulk import carry_out, outcomes, prepare_bulk
from core.errors import BusinessError, NotVisible
from core.files import serve
from core.htmx import render_page
from core.listing import Listing
from core.models import Job
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from programme.links import programme_url
from programme.selectors import job_progress

_SHOWN = 8
_PER_PAGE = 50


def _listing(request: ProgrammeRequest) -> "Listing[Any]":
    """The list as its page filters it."""
    return Listing(
        request,
        queryset=Participation.objects.visible_to(request.access),
        filterset_class=CompanyFilter,
        sorts={"nom": ("name_key",)},
        default_sort="nom",
        filter_kwargs={"access": request.access},
    )


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: ProgrammeRequest) -> HttpResponse:
    """Act on all companies of a filtered list: the filters are those of the address."""
    listing = _listing(request)
    # A filter that is not understood must not become « everything ».
    readable = not request.GET or listing.form.is_valid()
    ids = list(listing.queryset.values_list("pk", flat=True)) if readable else []
    criteria = [f"{chip.label}\u00a0: {chip.value}" for chip in listing.chips]
    form = BulkForm(
        request.POST if request.method == "POST" else None,
        programme=request.programme,
        may_assign=rules.can_assign(request.access),
    )
    context: dict[str, Any] = {
        "form": form,
        "count": len(ids),
        "criteria": criteria,
        "readable": readable,
        "query": request.GET.urlencode(),
        "sample": listing.queryset[:_SHOWN] if readable else (),
        "more": max(len(ids) - _SHOWN, 0),
    }
    if request.method == "POST" and readable and form.is_valid():
        if request.POST.get("confirmed") != str(len(ids)):
            # Asked for the first time, or the list has changed since: shown before anything is done.
            context["changed"] = bool(request.POST.get("confirmed"))
            context["told"] = form.told()
            return render(request, "companies/bulk_confirm.html", context)
        try:
            return _start(request, form, ids, criteria)
        except BusinessError as error:
            form.add_error(None, error.message)
    return render(request, "companies/bulk_form.html", context, status=422 if form.is_bound else 200)


def _start(
    request: ProgrammeRequest, form: BulkForm, ids: list[int], criteria: list[str]
) -> HttpResponseRedirect:
    action = prepare_bulk(
        actor=request.access.user,
        programme=request.programme,
        kind=BulkKind(form.cleaned_data["kind"]),
        parameters=form.parameters(),
        participation_ids=ids,
        criteria=criteria,
        token=form.cleaned_data["token"],
    )
    if action.job_id is None:
        carry_out(actor=request.access.user, action=action)
        messages.success(request, _("C’est fait."))
    return HttpResponseRedirect(programme_url(request.programme, "companies:bulk_detail", pk=action.pk))


def _action(request: ProgrammeRequest, pk: int) -> BulkAction:
    rows = BulkAction.objects.for_programme(request.programme).select_related("actor", "file")
    if not request.access.is_office:
        rows = rows.filter(actor=request.access.user)
    action: BulkAction | None = rows.filter(pk=pk).first()
    if action is None:
        raise NotVisible
    return action


@allow(*STAFF)
@never_cache
@require_safe
def bulk_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The progress of an act, then what came of each company."""
    action = _action(request, pk)
    url = programme_url(request.programme, "companies:bulk_detail", pk=pk)
    context: dict[str, Any] = {"action": action, "kind": BulkKind(action.kind).label}
    if action.status != BulkStatus.DONE:
        job = Job.objects.filter(pk=action.job_id).first() if action.job_id else None
        if job is not None:
            progress = job_progress(request.programme, job)
            context["job"] = replace(progress, poll_url=url if progress.poll_url else "", result_url="")
    elif request.htmx and request.htmx.target == "job-progress":
        return HttpResponse(headers={"HX-Refresh": "true"})
    else:
        context |= _outcome(request, action, url)
    return render_page(request, "companies/bulk_detail.html", context, partials={"job-progress": "job"})


def _outcome(request: ProgrammeRequest, action: BulkAction, url: str) -> dict[str, Any]:
    counts = outcomes(action)
    present = [outcome for outcome in BulkOutcome if counts.get(outcome.value)]
    asked = request.GET.get("issue", "")
    # What must be read first: the companies left aside.
    default = BulkOutcome.SKIPPED if BulkOutcome.SKIPPED in present else (present[0] if present else None)
    shown = BulkOutcome(asked) if asked in present else default
    rows = (
        action.items.filter(outcome=shown).select_related("participation") if shown else action.items.none()
    )
    visible = Participation.objects.visible_to(request.access).values("pk")
    rows = rows.filter(participation__in=visible).order_by("participation__name_key", "pk")
    return {
        "tabs": [
            {
                "label": str(outcome.label).capitalize(),
                "count": counts[outcome.value],
                "url": f"{url}?issue={outcome.value}",
                "current": outcome == shown,
            }
            for outcome in present
        ],
        "page": Paginator(rows, _PER_PAGE).get_page(request.GET.get("page")),
        "shown": shown.value if shown else "",
    }


@allow(*STAFF)
@require_safe
def bulk_file(request: ProgrammeRequest, pk: int) -> HttpResponseBase:
    """The workbook an export made."""
    action = _action(request, pk)
    if action.file is None:
        raise NotVisible
    return serve(action.file)
