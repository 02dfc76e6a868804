"""Pages of action plans, for the programme's staff and for the company alike."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.selectors import my_participation
from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionItem
from diagnostics.plan_filters import ActionFilter
from diagnostics.plan_forms import ActionItemForm
from diagnostics.selectors import plan as selectors
from diagnostics.selectors.filling import diagnostic_for
from diagnostics.services import plan as services
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF, Role
from programme.links import programme_url

PARTIES = (*STAFF, Role.COMPANY)
EXPORT_COLUMNS = ("Entreprise", "Action", "État", "Responsable", "Échéance", "Motif")


@allow(*STAFF)
@require_safe
def plan_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Actions of every plan the caller may see."""
    listing = Listing(
        request,
        queryset=selectors.visible_items(request.access)
        .exclude(status=ActionStatus.PROPOSED)
        .select_related("plan__participation"),
        filterset_class=ActionFilter,
        sorts={
            "echeance": ("due_on",),
            "entreprise": ("plan__participation__name",),
            "action": ("title",),
            "etat": ("status",),
        },
        default_sort="echeance",
    )
    if listing.export_format:
        sheet = Sheet("Actions", EXPORT_COLUMNS, map(_export_row, listing.queryset.iterator(500)))
        return export_response(sheet, fmt=listing.export_format, filename="plans-d-actions")
    rows = selectors.item_rows(request.programme, listing.page.object_list, timezone.localdate())
    return render_page(
        request,
        "diagnostics/plan_list.html",
        {"listing": listing, "rows": rows},
        partials={"results": "results"},
    )


def _export_row(item: ActionItem) -> tuple[object, ...]:
    status = str(ActionStatus(item.status).label)
    return (item.plan.participation.name, item.title, status, item.owner_name, item.due_on, item.reason)


@allow(*PARTIES)
@require_safe
def plan_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """One company's plan."""
    plan = selectors.plan_for(request.access, pk)
    groups = selectors.plan_groups(plan, timezone.localdate())
    return render(request, "diagnostics/plan_detail.html", {"plan": plan, "groups": groups})


@allow(Role.COMPANY)
@require_safe
def space_plan(request: ProgrammeRequest) -> HttpResponse:
    """The company's own plan, or what to do to have one."""
    participation = my_participation(request.access, request.session)
    plan = selectors.latest_plan(participation.pk)
    if plan is not None:
        return HttpResponseRedirect(programme_url(request.programme, "diagnostics:plan_detail", pk=plan.pk))
    return render(request, "diagnostics/plan_none.html", {"participation": participation})


@allow(*PARTIES)
@require_POST
def plan_start(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Build the plan of a submitted diagnostic."""
    diagnostic = diagnostic_for(request.access, pk)
    plan = services.start_plan(actor=request.access.user, diagnostic=diagnostic)
    return HttpResponseRedirect(programme_url(request.programme, "diagnostics:plan_detail", pk=plan.pk))


@allow(*PARTIES)
@require_POST
def plan_keep(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Keep the ticked measures."""
    plan = selectors.plan_for(request.access, pk)
    ticked = [int(value) for value in request.POST.getlist("mesure") if value.isdigit()]
    kept = services.keep_items(actor=request.access.user, plan=plan, item_ids=ticked)
    if kept:
        messages.success(request, ngettext("%d action retenue.", "%d actions retenues.", kept) % kept)
    else:
        messages.info(request, _("Cochez au moins une préconisation à retenir."))
    return HttpResponseRedirect(programme_url(request.programme, "diagnostics:plan_detail", pk=plan.pk))


@allow(*PARTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_item(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Read and change one action."""
    item = selectors.item_for(request.access, pk)
    row = selectors.item_rows(request.programme, [item], timezone.localdate())[0]
    form = ActionItemForm(request.POST or None, instance=ActionItem.objects.get(pk=item.pk))
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_item(actor=request.access.user, item=item, fields=form.item_fields())
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Action enregistrée."))
            return HttpResponseRedirect(
                programme_url(request.programme, "diagnostics:plan_detail", pk=item.plan_id)
            )
    context = {
        "plan": item.plan,
        "row": row,
        "form": form,
        "changes": item.status_changes.select_related("actor"),
    }
    return render(request, "diagnostics/plan_item.html", context, status=409 if form.errors else 200)


@allow(*PARTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_item_add(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Add an action by hand."""
    plan = selectors.plan_for(request.access, pk)
    form = ActionItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_item(actor=request.access.user, plan=plan, fields=form.item_fields())
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Action ajoutée."))
            return HttpResponseRedirect(
                programme_url(request.programme, "diagnostics:plan_detail", pk=plan.pk)
            )
    return render(
        request,
        "diagnostics/plan_item_add.html",
        {"plan": plan, "form": form},
        status=409 if form.errors else 200,
    )
