"""Versions of the plan: read, edited on one page, put in force."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from funding import rules, selectors, services
from funding.enums import PlanStatus
from funding.forms import ActivateForm, AmendmentForm, read_moment
from funding.models import Plan
from funding.plan_form import PlanForm
from funding.selectors import PlanSheet
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url


@allow(*OFFICE)
@require_safe
def plan_list(request: ProgrammeRequest) -> HttpResponse:
    """Every version, the present one first."""
    plans = list(Plan.objects.for_programme(request.programme))
    return _list_page(request, plans, AmendmentForm())


def _list_page(
    request: ProgrammeRequest, plans: list[Plan], form: AmendmentForm, status: int = 200
) -> HttpResponse:
    context = {
        "plans": plans,
        "form": form,
        "draft": next((plan for plan in plans if plan.status == PlanStatus.DRAFT), None),
        "active": next((plan for plan in plans if plan.status == PlanStatus.ACTIVE), None),
        "can_manage": rules.can_manage_plan(request.access),
    }
    return render(request, "funding/plan_list.html", context, status=status)


@allow(Role.DIRECTOR)
@require_POST
def plan_start(request: ProgrammeRequest) -> HttpResponse:
    """Open the first version, or an amendment."""
    form = AmendmentForm(request.POST)
    try:
        plan = services.start_plan(
            actor=request.access.user,
            programme=request.programme,
            reason=request.POST.get("reason", "")[:250],
        )
    except BusinessError as error:
        form.is_valid()
        if not form.errors:
            form.add_error("reason", error.message)
        return _list_page(request, list(Plan.objects.for_programme(request.programme)), form, 422)
    return HttpResponseRedirect(programme_url(request.programme, "funding:plan_detail", number=plan.number))


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_detail(request: ProgrammeRequest, number: int) -> HttpResponse:
    """A version of the plan: a table to read, or the draft to edit for the director."""
    plan = selectors.plan_for(request.access, number)
    sheet = selectors.plan_sheet(plan)
    editable = plan.status == PlanStatus.DRAFT and rules.can_manage_plan(request.access)
    if not editable:
        if request.method == "POST":
            raise BusinessError(_("Ce plan ne se modifie pas\u00a0: préparez un avenant."), code="not-draft")
        return render(request, "funding/plan_detail.html", {"plan": plan, "sheet": sheet})
    if request.method == "POST":
        return _edit(request, plan, sheet)
    form = PlanForm.stored(sheet, _axes(request), agreed_cents=sheet.agreed_cents)
    return _edit_page(request, plan, sheet, form)


def _axes(request: ProgrammeRequest) -> list[tuple[int, int, str]]:
    return list(request.programme.axes.order_by("number").values_list("pk", "number", "name"))


def _edit(request: ProgrammeRequest, plan: Plan, sheet: PlanSheet) -> HttpResponse:
    """One page, several buttons: add a line, check, share in proportion, save."""
    form = PlanForm.sent(request.POST, _axes(request), sheet.funders, agreed_cents=sheet.agreed_cents)
    action, _sep, argument = request.POST.get("action", "save").partition(":")
    if action == "add" and argument.isdecimal() and int(argument) in {axis.id for axis in form.axes}:
        form.add_line(int(argument))
        return _edit_page(request, plan, sheet, form)
    if action in ("fill", "complete"):
        charged = {
            (line.line_id, funder.id): cents
            for line in sheet.lines
            for funder, cents in zip(sheet.funders, line.charged, strict=True)
            if cents
        }
        done = form.fill(charged, keep_typed=action == "complete")
        return _edit_page(request, plan, sheet, form, proposed=done, status=200 if done else 422)
    if not form.is_valid():
        return _edit_page(request, plan, sheet, form, status=422)
    if action == "check":
        return _edit_page(request, plan, sheet, form, checked=True)
    try:
        services.save_plan(
            actor=request.access.user,
            plan=plan,
            entries=form.entries(),
            seen=read_moment(request.POST.get("seen", "")),
        )
    except BusinessError as error:
        form.problem = error.message
        if error.code == "stale":
            # Saved again, these values win: she has been told what they replace.
            return _edit_page(request, Plan.objects.get(pk=plan.pk), sheet, form, fresh=True, status=409)
        return _edit_page(request, plan, sheet, form, status=409)
    messages.success(request, _("Le brouillon est enregistré."))
    if action == "activate" and not form.balanced:
        messages.warning(
            request, _("Il reste des écarts\u00a0: le plan ne peut pas encore entrer en vigueur.")
        )
    name = "funding:plan_activate" if action == "activate" and form.balanced else "funding:plan_detail"
    return HttpResponseRedirect(programme_url(request.programme, name, number=plan.number))


def _edit_page(
    request: ProgrammeRequest,
    plan: Plan,
    sheet: PlanSheet,
    form: PlanForm,
    *,
    proposed: bool = False,
    checked: bool = False,
    fresh: bool = False,
    status: int = 200,
) -> HttpResponse:
    posted = request.POST.get("seen", "") if request.method == "POST" and not fresh else ""
    context = {
        "plan": plan,
        "sheet": sheet,
        "form": form,
        "proposed": proposed,
        "checked": checked,
        "seen": posted or plan.updated_at.isoformat(),
    }
    return render(request, "funding/plan_edit.html", context, status=status)


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_activate(request: ProgrammeRequest, number: int) -> HttpResponse:
    """Confirm that the draft enters in force."""
    plan = selectors.plan_for(request.access, number)
    sheet = selectors.plan_sheet(plan)
    form = ActivateForm(request.POST or None, initial={"decided_on": timezone.localdate()})
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.activate_plan(
                actor=request.access.user, plan=plan, decided_on=form.cleaned_data["decided_on"]
            )
        except BusinessError as error:
            problem = error.message
        else:
            messages.success(request, _("Le plan est en vigueur."))
            return HttpResponseRedirect(programme_url(request.programme, "funding:overview"))
    active = Plan.objects.for_programme(request.programme).filter(status=PlanStatus.ACTIVE).first()
    context = {"plan": plan, "sheet": sheet, "form": form, "problem": problem, "active": active}
    refused = bool(problem) or (request.method == "POST")
    return render(request, "funding/plan_activate.html", context, status=422 if refused else 200)
