"""Personal data: what a programme holds about somebody, its export, its erasure; a person's own page.

Addresses travel in the body of requests, never in a URL: URLs are logged and stay in histories.
"""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from programme import selectors
from programme.access import ProgrammeRequest, allow
from programme.enums import Role
from programme.forms import ErasureForm, PersonForm
from programme.links import programme_url
from programme.models import ErasureReceipt, ErasureRequest
from programme.person_files import person_file
from programme.services import person_data as services

LATEST = 20


def _search_page(request: ProgrammeRequest, form: PersonForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "requests": selectors.open_erasure_requests(request.programme),
        "receipts": ErasureReceipt.objects.for_programme(request.programme).select_related("actor")[:LATEST],
    }
    return render(request, "programme/person_search.html", context, status=status)


@allow(Role.DIRECTOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_search(request: ProgrammeRequest) -> HttpResponse:
    """Look a person up by her address, in this programme only."""
    if request.method != "POST":
        return _search_page(request, PersonForm())
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _search_page(request, form, status=400)
    email = form.cleaned_data["email"]
    context = {"email": email, "found": selectors.held_data(email, request.programme)}
    return render(request, "programme/person_detail.html", context)


@allow(Role.DIRECTOR)
@never_cache
@require_POST
def person_export(request: ProgrammeRequest) -> HttpResponse:
    """What is held about a person, as a file."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _search_page(request, form, status=400)
    services.note_export(actor=request.access.user, programme=request.programme)
    return _file(request, form.cleaned_data["email"])


def _file(request: ProgrammeRequest, email: str) -> HttpResponse:
    """The person's data, readable when the form asks for ``format=page``."""
    made = person_file(email, request.programme, readable=request.POST.get("format") == "page")
    response = HttpResponse(made.text, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


@allow(Role.DIRECTOR)
@never_cache
@require_POST
def person_erase(request: ProgrammeRequest) -> HttpResponse:
    """Show what an erasure will do, then do it once confirmed."""
    form = ErasureForm(request.POST)
    if not form.is_valid():
        return _search_page(request, PersonForm(request.POST), status=400)
    email = form.cleaned_data["email"]
    try:
        if not form.cleaned_data["confirmed"]:
            outcome = services.preview_erasure(email=email, programme=request.programme)
            context = {"email": email, "outcome": outcome, "form_token": uuid4()}
            return render(request, "programme/person_erase.html", context)
        receipt = services.erase_person(
            actor=request.access.user,
            email=email,
            programme=request.programme,
            form_token=form.cleaned_data["form_token"],
        )
    except BusinessError as error:
        refused = PersonForm(request.POST)
        refused.add_error("email", error.message)
        return _search_page(request, refused, status=400)
    return HttpResponseRedirect(programme_url(request.programme, "programme:erasure_receipt", pk=receipt.pk))


@allow(Role.DIRECTOR)
@never_cache
@require_safe
def erasure_receipt(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """The receipt to hand to the person: what was erased, what is kept and why."""
    rows = ErasureReceipt.objects.for_programme(request.programme).select_related("actor")
    receipt: ErasureReceipt = get_object_or_404(rows, pk=pk)
    return render(request, "programme/erasure_receipt.html", {"receipt": receipt})


def _own_email(request: ProgrammeRequest) -> str:
    assert request.access.user is not None  # noqa: S101 -- these views are open to people with a role only
    return request.access.user.email


@allow(*Role)
@never_cache
@require_safe
def my_data(request: ProgrammeRequest) -> HttpResponse:
    """« Mes données »: what this programme holds about who is signed in."""
    asked: Any = ErasureRequest.objects.for_programme(request.programme)
    context = {
        "found": selectors.held_data(_own_email(request), request.programme),
        "asked": asked.filter(user=request.access.user, receipt=None).first(),
    }
    return render(request, "programme/my_data.html", context)


@allow(*Role)
@never_cache
@require_POST
def my_data_export(request: ProgrammeRequest) -> HttpResponse:
    """The same, to take away; a receipt follows by e-mail."""
    assert request.access.user is not None  # noqa: S101 -- same
    services.note_own_export(user=request.access.user, programme=request.programme)
    return _file(request, _own_email(request))


@allow(*Role)
@require_POST
def my_data_erasure(request: ProgrammeRequest) -> HttpResponse:
    """Ask the direction to erase her; asking twice is one request."""
    assert request.access.user is not None  # noqa: S101 -- same
    services.ask_erasure(user=request.access.user, programme=request.programme)
    messages.success(
        request,
        _("Votre demande est transmise à la direction du programme, qui y répond dans le mois."),
    )
    return HttpResponseRedirect(programme_url(request.programme, "programme:my_data"))
