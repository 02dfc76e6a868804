"""Pages of action plans, for the programme's staff and for the company alike."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.selectors import my_participation
from core.errors import BusinessError, NotVisible
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from diagnostics import plan_tables
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionPlan, CompanyPause
from diagnostics.plan_filters import ActionFilter
from diagnostics.plan_forms import PauseForm, PlanDatesForm
from diagnostics.selectors import plan as selectors
from diagnostics.selectors.filling import diagnostic_for
from diagnostics.selectors.plan_gains import later_diagnostic
from diagnostics.selectors.plan_gains import plan_gains as gains_of
from diagnostics.services import plan as services
from diagnostics.services import plan_dates as dates
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF, Role
from programme.links import programme_url

PARTIES = (*STAFF, Role.COMPANY)


@allow(*STAFF)
@require_safe
def plan_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Actions of every plan the caller may see."""
    visible = selectors.visible_items(request.access).exclude(status=ActionStatus.PROPOSED)
    listing = Listing(
        request,
        queryset=visible.select_related("plan__participation__advisor"),
        filterset_class=ActionFilter,
        sorts={
            "echeance": ("due_on",),
            "entreprise": ("plan__participation__name_key",),
            "action": ("title",),
            "etat": ("status",),
        },
        default_sort="echeance",
    )
    if listing.export_format:
        rows = map(plan_tables.item_cells, listing.queryset.iterator(500))
        sheet = Sheet(_("Actions"), plan_tables.item_columns(), rows)
        return export_response(sheet, fmt=listing.export_format, filename="plans-d-actions")
    today = timezone.localdate()
    context = {
        "listing": listing,
        "rows": selectors.item_rows(request.programme, listing.page.object_list, today),
        "counts": selectors.state_counts(request.access, visible, today),
    }
    return render_page(request, "diagnostics/plan_list.html", context, partials={"results": "results"})


@allow(*PARTIES)
@require_safe
def plan_detail(request: ProgrammeRequest, pk: int) -> HttpResponseBase:
    """One company's plan, as a list."""
    plan = selectors.plan_for(request.access, pk)
    wanted = request.GET.get("export", "")
    if wanted in ("csv", "xlsx"):
        items = plan.items.exclude(status=ActionStatus.PROPOSED).select_related(
            "plan__participation__advisor"
        )
        sheet = Sheet(_("Actions"), plan_tables.item_columns(), map(plan_tables.item_cells, items))
        return export_response(sheet, fmt=wanted, filename=f"plan-d-actions-{plan.pk}")
    return _detail(request, plan)


def _detail(
    request: ProgrammeRequest,
    plan: ActionPlan,
    *,
    dates_form: PlanDatesForm | None = None,
    pause_form: PauseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    pause = CompanyPause.objects.filter(participation=plan.participation, lifted_at__isnull=True).first()
    context = {
        **_frame(request, plan),
        "groups": selectors.plan_groups(plan, timezone.localdate()),
        "dates_form": dates_form or PlanDatesForm(instance=plan),
        "pause": pause,
        "pause_form": pause_form or PauseForm(),
    }
    return render(request, "diagnostics/plan_detail.html", context, status=status)


def _frame(request: ProgrammeRequest, plan: ActionPlan) -> dict[str, Any]:
    """What the pages of a plan share: its tabs, the company's other plans, whether scores may be told."""
    return {
        "plan": plan,
        "plans": selectors.company_plans(plan),
        "has_gains": later_diagnostic(plan) is not None,
        "reads_result": selectors.reads_result(request.access, plan),
    }


@allow(*PARTIES)
@require_safe
def plan_board(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The same actions in columns."""
    return board_page(request, selectors.plan_for(request.access, pk))


def board_page(request: ProgrammeRequest, plan: ActionPlan) -> HttpResponse:
    """The board, or its columns alone for htmx."""
    context = {**_frame(request, plan), "columns": selectors.plan_board(plan, timezone.localdate())}
    return render_page(request, "diagnostics/plan_board.html", context, partials={"board": "board"})


@allow(*PARTIES)
@require_safe
def plan_gains(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """What changed at the second diagnostic, beside the actions that aimed at it."""
    plan = selectors.plan_for(request.access, pk)
    if not selectors.reads_result(request.access, plan):
        raise NotVisible
    return render(request, "diagnostics/plan_gains.html", {**_frame(request, plan), "gains": gains_of(plan)})


@allow(Role.COMPANY)
@require_safe
def space_plan(request: ProgrammeRequest) -> HttpResponse:
    """The company's own plan, or what to do to have one."""
    participation = my_participation(request.access, request.session)
    plan = selectors.latest_plan(participation.pk)
    if plan is not None:
        return _to(request, plan)
    return render(request, "diagnostics/plan_none.html", {"participation": participation})


def _to(request: ProgrammeRequest, plan: ActionPlan) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "diagnostics:plan_detail", pk=plan.pk))


@allow(*PARTIES)
@require_POST
def plan_start(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Build the plan of a submitted diagnostic."""
    diagnostic = diagnostic_for(request.access, pk)
    plan = services.start_plan(actor=request.access.user, diagnostic=diagnostic)
    return _to(request, plan)


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
    return _to(request, plan)


@allow(*PARTIES)
@require_POST
def plan_document(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask for the plan as a PDF."""
    plan = selectors.plan_for(request.access, pk)
    document = dates.request_plan_document(actor=request.access.user, plan=plan)
    return HttpResponseRedirect(programme_url(request.programme, "documents:detail", pk=document.pk))


@allow(*PARTIES)
@require_http_methods(["POST"])
def plan_dates(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Plan the next diagnostic."""
    plan = selectors.plan_for(request.access, pk)
    form = PlanDatesForm(request.POST, instance=selectors.plan_for(request.access, pk))
    if form.is_valid():
        try:
            dates.plan_assessment(
                actor=request.access.user,
                plan=plan,
                on=form.cleaned_data["next_assessment_on"],
                leader=form.cleaned_data["leader"],
            )
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("C’est noté."))
            return _to(request, plan)
    return _detail(request, plan, dates_form=form, status=409)


@allow(*PARTIES)
@require_POST
def plan_pause(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Send the company no reminder for a while."""
    plan = selectors.plan_for(request.access, pk)
    form = PauseForm(request.POST)
    if form.is_valid():
        try:
            dates.pause_company(
                actor=request.access.user, participation=plan.participation, **form.cleaned_data
            )
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Plus aucun rappel ne part pendant la pause."))
            return _to(request, plan)
    return _detail(request, plan, pause_form=form, status=409)


@allow(*PARTIES)
@require_POST
def plan_resume(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """End the pause."""
    plan = selectors.plan_for(request.access, pk)
    if dates.resume_company(actor=request.access.user, participation=plan.participation):
        messages.success(request, _("Les rappels reprennent."))
    return _to(request, plan)
