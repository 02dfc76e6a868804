"""Pages of the team: the list, one company, entering and correcting it, following it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import rules, services
from companies.enums import CallOutcome, EventKind, Stage
from companies.filters import CompanyFilter, filter_of, filter_selects
from companies.forms import CompanyForm, ExchangeForm, FollowUpForm
from companies.models import CompanyGroup, Participation
from companies.selectors import detail, lists, merged_into, participation_for
from companies.selectors.meetings import meetings_of
from core.errors import BusinessError, NotVisible
from core.exports import export_response
from core.htmx import render_page
from core.listing import Listing
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from programme.links import programme_url

_SORTS = {
    "nom": ("name_key",),
    "etape": ("stage_rank", "name_key"),
    "departement": ("department_code", "name_key"),
    "maturite": ("maturity_tenths", "name_key"),
    "prochaine": ("next_step_on", "name_key"),
    "modification": ("updated_at",),
}
# Results of an approximate search come with how close they are; nobody asks for this sort by name.
_BY_CLOSENESS = {"proximite": ("closeness", "name_key")}


# Filters shown at once; the others wait under « Plus de filtres ».
_FIRST_FILTERS = 3
_DETAIL = "companies/company_detail.html"


@allow(*STAFF)
@require_safe
def company_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Companies the caller follows: search, filters, sort, export."""
    visible = Participation.objects.visible_to(request.access)
    exporting = "export" in request.GET
    listing: Listing[Any] = Listing(
        request,
        queryset=visible if exporting else visible.values_list(*lists.ROW_FIELDS),
        filterset_class=CompanyFilter if exporting else filter_of(request.GET),
        sorts=_SORTS,
        default_sort="nom",
        filter_kwargs={"access": request.access},
        counted=lambda what, count: lists.kept_count(request.access, what, count),
        by_keys=lists.values_by_keys,
    )
    query = request.GET.get("q", "")
    approximate = bool(query and listing.filterset.is_approximate)
    if approximate and "tri" not in request.GET:
        listing.sorts, listing.default_sort = {**_SORTS, **_BY_CLOSENESS}, "proximite"
    if listing.export_format:
        sheet = lists.export_sheet(listing.queryset)
        return export_response(sheet, fmt=listing.export_format, filename=_("entreprises"))
    selects = filter_selects(request.access.programme, request.GET)
    context = {
        "listing": listing,
        "rows": lists.company_rows(request.access, listing.page.object_list),
        "selects": selects,
        "more_active": any(select.active for select in selects[_FIRST_FILTERS:]),
        "query": query,
        "approximate": approximate,
        "bulk_url": _bulk_url(request),
        "may_enter": rules.can_enter_companies(request.access),
    }
    return render_page(request, "companies/company_list.html", context, partials={"results": "results"})


def _bulk_url(request: ProgrammeRequest) -> str:
    """The page that acts on what is filtered here."""
    query = request.GET.copy()
    for name in ("page", "tri"):
        query.pop(name, None)
    address = programme_url(request.programme, "companies:bulk")
    return f"{address}?{query.urlencode()}" if query else address


def to_company(
    request: ProgrammeRequest, participation: Participation, anchor: str = ""
) -> HttpResponseRedirect:
    """Back to the page of a company."""
    url = programme_url(request.programme, "companies:detail", pk=participation.pk)
    return HttpResponseRedirect(f"{url}{anchor}")


@allow(*STAFF)
@require_safe
def company_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """One company: card, people, follow-up, history, and the blocks of other apps."""
    try:
        participation = participation_for(request.access, pk)
    except NotVisible:
        kept = merged_into(request.access, pk)
        if kept is None:
            raise
        # The address of a record that was merged leads to the one that was kept.
        return to_company(request, kept)
    if request.htmx and request.htmx.target == "historique-lignes":
        context = {"timeline": _timeline(request, participation), "participation": participation}
        return render_page(request, _DETAIL, context, partials={"historique-lignes": "lignes"})
    return render(request, _DETAIL, detail_context(request, participation))


def detail_context(
    request: ProgrammeRequest,
    participation: Participation,
    *,
    follow_up: FollowUpForm | None = None,
    exchange: ExchangeForm | None = None,
) -> dict[str, Any]:
    """All that the page of a company shows; forms come bound when they are to be corrected."""
    access = request.access
    may_follow = rules.can_follow(access, participation)
    may_assign = rules.can_assign(access)
    tone, stage = detail.stage_badge(participation)
    context: dict[str, Any] = {
        "participation": participation,
        "stage_tone": tone,
        "stage_label": stage,
        "badges": detail.state_badges(participation),
        "facts": detail.facts_of(participation),
        "steps": detail.stepper_of(participation),
        "history": detail.stage_history(participation),
        "people": detail.people_of(participation),
        "meetings": meetings_of(access, participation),
        "relatives": detail.relatives_of(access, participation),
        "timeline": _timeline(request, participation),
        "panels": detail.panels_of(access, participation),
        "may_follow": may_follow,
        "may_enter": rules.can_enter_companies(access),
        "register_on": bool(settings.REGISTER_URL),
    }
    if may_follow:
        context["follow_up"] = follow_up or FollowUpForm(
            programme=access.programme,
            may_assign=may_assign,
            initial=FollowUpForm.initial_of(participation),
        )
        context["exchange"] = exchange or ExchangeForm(participation=participation)
        context["groups"] = (
            CompanyGroup.objects.for_programme(access.programme).values_list("name", flat=True)
            if may_assign
            else ()
        )
    return context


def _timeline(request: ProgrammeRequest, participation: Participation) -> detail.Timeline:
    return detail.timeline_page(
        participation, kind=request.GET.get("nature", ""), page=request.GET.get("page", "")
    )


def followed(request: ProgrammeRequest, pk: int) -> Participation:
    """A company the caller may write on. Raises ``NotVisible`` otherwise."""
    participation = participation_for(request.access, pk)
    if not rules.can_follow(request.access, participation):
        raise NotVisible
    return participation


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def company_edit(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Correct what is known of a company."""
    participation = followed(request, pk)
    form = CompanyForm(
        request.POST if request.method == "POST" else None, initial=CompanyForm.initial_of(participation)
    )
    if request.method == "POST" and form.is_valid():
        services.correct_company(actor=request.access.user, participation=participation, **form.cleaned_data)
        messages.success(request, _("La fiche est à jour."))
        if participation.warning:
            messages.warning(request, participation.warning)
        return to_company(request, participation)
    context = {"form": form, "participation": participation}
    return render(request, "companies/company_edit.html", context, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_POST
def company_follow_up(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Save the stage, the next step, the advisor and the group."""
    participation = followed(request, pk)
    may_assign = rules.can_assign(request.access)
    form = FollowUpForm(request.POST, programme=request.programme, may_assign=may_assign)
    if form.is_valid():
        try:
            _save_follow_up(request, participation, form.cleaned_data, may_assign=may_assign)
        except BusinessError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("Le suivi est enregistré."))
            return to_company(request, participation)
    context = detail_context(request, participation, follow_up=form)
    return render(request, _DETAIL, context, status=422)


def _save_follow_up(
    request: ProgrammeRequest, participation: Participation, facts: dict[str, Any], *, may_assign: bool
) -> None:
    actor = request.access.user
    services.follow_up(
        actor=actor,
        participation=participation,
        stage=Stage(facts["stage"]),
        reason=facts["reason"],
        next_step=facts["next_step"],
        next_step_on=facts["next_step_on"],
    )
    if may_assign:
        services.assign_advisor(actor=actor, participation=participation, advisor=facts["advisor"])
        services.set_group(actor=actor, participation=participation, name=facts["group"])


@allow(*STAFF)
@require_POST
def company_exchange(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Keep a note, a call or a meeting."""
    participation = followed(request, pk)
    form = ExchangeForm(request.POST, participation=participation)
    if form.is_valid():
        try:
            log(request, participation, form)
        except BusinessError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("C’est noté dans l’historique."))
            return to_company(request, participation, "#historique")
    context = detail_context(request, participation, exchange=form)
    return render(request, _DETAIL, context, status=422)


def log(request: ProgrammeRequest, participation: Participation, form: ExchangeForm) -> None:
    """Keep an exchange; a call that reached somebody makes of a spotted company a contacted one."""
    facts = form.facts()
    services.log_exchange(
        actor=request.access.user,
        participation=participation,
        kind=EventKind(form.cleaned_data["kind"]),
        text=form.cleaned_data["text"],
        at=form.cleaned_data["at"],
        facts=facts,
    )
    if facts.outcome is CallOutcome.REACHED:
        services.reach_stage(actor=request.access.user, participation=participation, stage=Stage.CONTACTED)
