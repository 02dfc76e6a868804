"""What the agreement says: terms of claims, pieces by nature, closed years, transfers, drafts given up."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import BusinessError, NotVisible
from funding import rules, selectors, services
from funding.claim_forms import ClaimTermsForm
from funding.commitment_forms import EvidenceRulesForm, TransferForm, YearForm
from funding.enums import ClaimPieceKind, Imputation, PlanStatus
from funding.models import ClaimTerms, EvidenceRule, Funder, Plan
from funding.selectors.plans import sheet_funders
from funding.selectors.transfers import transfer_rooms, transfers_of
from funding.selectors.years import year_rows
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_terms(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Advance, ceiling, imputation and pieces asked, for one funder."""
    funder = Funder.objects.for_programme(request.programme).filter(pk=pk).first()
    if funder is None:
        raise NotVisible
    terms = ClaimTerms.objects.filter(funder=funder).first() or ClaimTerms(funder=funder)
    form = ClaimTermsForm(
        request.POST if request.method == "POST" else None, initial=ClaimTermsForm.initial_of(terms)
    )
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            services.set_claim_terms(
                actor=request.access.user,
                funder=funder,
                advance_percent=data["advance_percent"],
                ceiling_percent=data["ceiling_percent"],
                imputation=Imputation(data["imputation"]),
                required_pieces=[ClaimPieceKind(kind) for kind in data["required_pieces"]],
            )
        except BusinessError as error:
            place_error(form, error)
        else:
            messages.success(request, _("Les conditions sont enregistrées."))
            return HttpResponseRedirect(programme_url(request.programme, "funding:reconciliation"))
    context = {"funder": funder, "form": form}
    return render(request, "funding/claim_terms.html", context, status=422 if form.is_bound else 200)


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_rules(request: ProgrammeRequest) -> HttpResponse:
    """Which pieces each nature of expense needs."""
    stored = EvidenceRule.objects.filter(programme=request.programme)
    present = {(rule.nature, rule.kind): rule.step for rule in stored}
    if request.method == "POST":
        form = EvidenceRulesForm(present, request.POST)
        services.set_evidence_rules(
            actor=request.access.user, programme=request.programme, needs=form.needs()
        )
        messages.success(request, _("Les pièces demandées sont enregistrées."))
        return HttpResponseRedirect(programme_url(request.programme, "funding:overview"))
    return render(request, "funding/evidence_rules.html", {"form": EvidenceRulesForm(present)})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def years(request: ProgrammeRequest) -> HttpResponse:
    """Years of the agreement: which are closed, and what waits in the others."""
    form = YearForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not rules.can_manage_plan(request.access):
            raise PermissionDenied
        year = request.POST.get("year", "")
        try:
            _close_or_reopen(request, int(year) if year.isdecimal() and len(year) == 4 else 0)
        except BusinessError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(programme_url(request.programme, "funding:years"))
    context = {
        "years": year_rows(request.programme),
        "form": form,
        "can_manage": rules.can_manage_plan(request.access),
    }
    return render(request, "funding/years.html", context)


def _close_or_reopen(request: ProgrammeRequest, year: int) -> None:
    if request.POST.get("action") == "reopen":
        services.reopen_year(
            actor=request.access.user,
            programme=request.programme,
            year=year,
            reason=request.POST.get("reason", "")[:250],
        )
        messages.success(request, _("L’exercice %(year)s est rouvert.") % {"year": year})
    else:
        services.close_year(actor=request.access.user, programme=request.programme, year=year)
        messages.success(request, _("L’exercice %(year)s est clos.") % {"year": year})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_list(request: ProgrammeRequest) -> HttpResponse:
    """Transfers made, what each line may still give, and one more for the director."""
    programme = request.programme
    active = Plan.objects.for_programme(programme).filter(status=PlanStatus.ACTIVE).first()
    can_manage = rules.can_manage_plan(request.access)
    form = TransferForm(
        request.POST if request.method == "POST" else None,
        programme=programme,
        funders=sheet_funders(programme),
    )
    if request.method == "POST":
        if not can_manage:
            raise PermissionDenied
        if form.is_valid() and _transfer(request, form):
            messages.success(request, _("Le transfert est fait\u00a0: le plan a une nouvelle version."))
            return HttpResponseRedirect(programme_url(programme, "funding:transfer_list"))
    context = {
        "form": form,
        "active": active,
        "draft": selectors.draft_plan(programme),
        "rooms": transfer_rooms(active) if active else [],
        "transfers": transfers_of(programme),
        "percent": rules.fungibility_percent(programme),
        "can_manage": can_manage,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "funding/transfer_list.html", context, status=status)


def _transfer(request: ProgrammeRequest, form: TransferForm) -> bool:
    data = form.cleaned_data
    decided_on: date = data["decided_on"]
    try:
        services.transfer(
            actor=request.access.user,
            source=data["source"],
            target=data["target"],
            parts=form.amounts(),
            reason=data["reason"],
            decided_on=decided_on,
            form_token=data["form_token"],
        )
    except BusinessError as error:
        place_error(form, error)
        return False
    return True


@allow(Role.DIRECTOR)
@require_POST
def plan_discard(request: ProgrammeRequest, number: int) -> HttpResponse:
    """Give up the draft; the plan in force does not move."""
    plan = Plan.objects.for_programme(request.programme).filter(number=number).first()
    if plan is not None:
        try:
            services.discard_plan(actor=request.access.user, plan=plan)
        except BusinessError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Le brouillon est abandonné."))
    return HttpResponseRedirect(programme_url(request.programme, "funding:plan_list"))
