"""Pages where companies enter: by hand, helped by the public register, warned of what is known already."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import services
from companies.enums import Stage
from companies.forms import CompanyAddForm
from companies.models import Participation
from companies.selectors.duplicates import NearDuplicate, near_duplicates
from companies.selectors.register import Lookup, LookupState, Suggestion, draft_of, look_up
from companies.services.register import complete
from companies.views.companies import followed, to_company
from core.errors import BusinessError
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, STAFF
from programme.links import programme_url

_PAGE = "companies/company_add.html"


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def company_add(request: ProgrammeRequest) -> HttpResponse:
    """Enter a company by hand, or from the register (``?siret=``)."""
    if request.method == "POST":
        return _add(request)
    chosen = request.GET.get("siret", "")
    state, draft = draft_of(request.programme, chosen) if chosen else (None, None)
    initial: dict[str, Any] = {"siret": chosen} if chosen else {}
    if draft is not None:
        initial = CompanyAddForm.initial_from(draft)
    form = CompanyAddForm(None, programme=request.programme, initial=initial)
    near = _near(request, initial) if draft is not None else []
    context = {"from_register": draft is not None, "not_found": chosen and state is not LookupState.FOUND}
    return render(request, _PAGE, _context(request, form, near=near, **context))


def _add(request: ProgrammeRequest) -> HttpResponse:
    form = CompanyAddForm(request.POST, programme=request.programme)
    duplicate, near = None, []
    if form.is_valid():
        facts = dict(form.cleaned_data)
        near = [] if facts.pop("is_distinct") else _near(request, facts)
        try:
            if not near:
                return to_company(request, _entered(request, facts))
            # A wrong or known number comes before any likeness.
            services.check_new(programme=request.programme, siret=facts["siret"])
        except services.DuplicateParticipationError as error:
            form.add_error("siret", error.message)
            duplicate, near = error.participation, []
        except BusinessError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            near = []
    return render(request, _PAGE, _context(request, form, duplicate=duplicate, near=near), status=422)


def _entered(request: ProgrammeRequest, facts: dict[str, Any]) -> Participation:
    stage = Stage(facts.pop("stage"))
    participation = services.create_participation(
        actor=request.access.user, programme=request.programme, stage=stage, **facts
    )
    messages.success(
        request, _("«\u00a0%(name)s\u00a0» est dans le programme.") % {"name": participation.name}
    )
    if participation.warning:
        messages.warning(request, participation.warning)
    if services.request_completion(actor=request.access.user, participation=participation) is not None:
        messages.info(request, _("Ce qui manque sera complété par le répertoire public, sans rien écraser."))
    return participation


def _near(request: ProgrammeRequest, facts: dict[str, Any]) -> list[NearDuplicate]:
    return near_duplicates(
        request.programme,
        siret=str(facts.get("siret", "")),
        name=str(facts.get("name", "")),
        postal_code=str(facts.get("postal_code", "")),
    )


def _context(request: ProgrammeRequest, form: CompanyAddForm, **more: Any) -> dict[str, Any]:
    searched = request.GET.get("recherche", "").strip()
    lookup = look_up(request.programme, searched) if searched else None
    return {
        "form": form,
        "duplicate": None,
        "near": [],
        "from_register": False,
        "not_found": False,
        **_found(request, searched, lookup),
        **more,
    }


def _found(request: ProgrammeRequest, searched: str, lookup: Lookup | None) -> dict[str, Any]:
    state = lookup.state if lookup else None
    suggestions = lookup.suggestions if lookup else ()
    return {
        "register_off": look_up(request.programme, "").state is LookupState.OFF,
        "searched": searched,
        "unavailable": state is LookupState.UNAVAILABLE,
        "nothing": state is LookupState.NOTHING,
        "suggestions": [_shown(request, suggestion) for suggestion in suggestions],
    }


def _shown(request: ProgrammeRequest, suggestion: Suggestion) -> dict[str, Any]:
    known = suggestion.participation_id
    if known:
        url = programme_url(request.programme, "companies:detail", pk=known)
    else:
        siret = suggestion.draft.establishment.siret
        url = f"{programme_url(request.programme, 'companies:add')}?siret={siret}"
    facts = {key: value for key, value in asdict(suggestion).items() if key != "draft"}
    return {**facts, "url": url, "known": bool(known)}


def _back_to_add(request: ProgrammeRequest) -> HttpResponseRedirect:
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{programme_url(request.programme, 'companies:add')}?{query}")


@allow(*OFFICE)
@require_safe
def add_lookup(request: ProgrammeRequest) -> HttpResponse:
    """Companies of the public register, while a name or a number is typed."""
    if not request.htmx:
        return _back_to_add(request)
    searched = request.GET.get("recherche", "").strip()
    context = _found(request, searched, look_up(request.programme, searched) if searched else None)
    return render(request, f"{_PAGE}#repertoire", context)


@allow(*OFFICE)
@require_safe
def add_check(request: ProgrammeRequest) -> HttpResponse:
    """Companies of the programme that may be the one being typed."""
    if not request.htmx:
        return _back_to_add(request)
    return render(request, f"{_PAGE}#doublons", {"near": _near(request, request.GET.dict())})


@allow(*STAFF)
@require_POST
def company_complete(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Complete a company from the register: now when it answers, later when it does not."""
    participation = followed(request, pk)
    actor = request.access.user
    state, draft = draft_of(request.programme, participation.establishment.siret)
    if draft is not None:
        added = complete(actor=actor, participation=participation, draft=draft)
        told = _("La fiche est complétée.") if added else _("Le répertoire n’ajoute rien à la fiche.")
        messages.success(request, told)
    elif state is LookupState.UNAVAILABLE:
        services.request_completion(actor=actor, participation=participation)
        messages.warning(
            request, _("Le répertoire ne répond pas\u00a0: la fiche sera complétée dès qu’il répondra.")
        )
    elif state is LookupState.OFF:
        messages.warning(request, _("La consultation du répertoire public est désactivée."))
    else:
        messages.warning(request, _("Le répertoire public ne connaît pas ce SIRET\u00a0: vérifiez-le."))
    return to_company(request, participation)
