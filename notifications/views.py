"""E-mails: what was sent, what will be, what a person chooses. Texts are readable in demonstration only."""

import uuid
from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from notifications import services
from notifications.filters import MessageFilter
from notifications.forms import ChoicesForm, PlannerForm
from notifications.models import CalendarFeed, Message, MessageChoice
from notifications.selectors import ledger, planner
from notifications.selectors.planner import PLANNER_DAYS, PlannedRow
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, STAFF, Role
from programme.links import programme_url

PER_PAGE = 100
SORTS = {"date": ("created_at",), "destinataire": ("email",)}


@allow(*OFFICE)
@require_safe
def message_list(request: ProgrammeRequest) -> HttpResponseBase:
    """« E-mails envoyés »."""
    listing = _ledger_listing(request)
    if listing.export_format:
        return _export_ledger(request, listing)
    context = {
        "listing": listing,
        "rows": ledger.message_rows(request.access, listing.page.object_list),
        "refusals": ledger.refusals(request.programme)[:PER_PAGE],
    }
    return render_page(request, "notifications/message_list.html", context, partials={"results": "results"})


def _ledger_listing(request: ProgrammeRequest) -> Listing[Message]:
    return Listing(
        request,
        queryset=ledger.ledger(request.access),
        filterset_class=MessageFilter,
        sorts=SORTS,
        default_sort="-date",
    )


def _export_ledger(request: ProgrammeRequest, listing: Listing[Message]) -> HttpResponseBase:
    columns = (_("Date"), _("Objet"), _("Destinataire"), _("Adresse"), _("Pourquoi"), _("État"))
    rows = (
        (timezone.localtime(row.at), row.subject, row.person, row.email, row.reason, row.status)
        for message in listing.queryset.iterator(500)
        for row in ledger.message_rows(request.access, [message])
    )
    sheet = Sheet(_("E-mails"), columns, rows)
    return export_response(sheet, fmt=listing.export_format, filename="e-mails")


@allow(*OFFICE)
@require_safe
def message_detail(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """One message as it was sent."""
    message = get_object_or_404(Message.objects.for_programme(request.programme), pk=pk)
    return render(
        request,
        "notifications/message_detail.html",
        {"message": message, "title": message.subject or ledger.template_label(message.template)},
    )


@allow(*STAFF)
@require_POST
def refusal_lift(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Write again to an address that refused an e-mail."""
    refused = get_object_or_404(ledger.refusals_for(request.access), pk=pk)
    if services.lift_refusal(actor=request.access.user, refused=refused):
        messages.success(request, _("Cette adresse recevra de nouveau les e-mails."))
    name = "notifications:message_list" if request.access.is_office else "notifications:planner"
    return HttpResponseRedirect(programme_url(request.programme, name))


@allow(*STAFF)
@require_safe
def planner_page(request: ProgrammeRequest) -> HttpResponseBase:
    """« E-mails à venir »: the next thirty days, with the reason of each."""
    form = PlannerForm(request.GET)
    plan = planner.planned(
        request.programme, first=timezone.localdate(), days=PLANNER_DAYS, access=request.access
    )
    leaving = _asked(form, [planner.message_row(each) for each in plan.messages])
    held = _asked(form, [planner.withheld_row(each) for each in plan.withheld])
    if request.GET.get("export") in ("csv", "xlsx"):
        return _export_planner([*leaving, *held], request.GET["export"])
    page = Paginator(leaving, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "days": planner.by_day(page.object_list),
        "held": held[:PER_PAGE],
        "held_count": len(held),
        "query": _without_page(request),
    }
    return render_page(request, "notifications/planner.html", context, partials={"results": "results"})


def _asked(form: PlannerForm, rows: list[PlannedRow]) -> list[PlannedRow]:
    if not form.is_valid():
        return rows
    topic = dict(form.fields["sujet"].choices).get(form.cleaned_data["sujet"])  # type: ignore[attr-defined]  # a ChoiceField
    kept = rows if not form.cleaned_data["sujet"] else [row for row in rows if row.topic == str(topic)]
    return planner.only(kept, form.cleaned_data["q"])


def _without_page(request: ProgrammeRequest) -> str:
    params = request.GET.copy()
    params.pop("page", None)
    return params.urlencode()


def _export_planner(rows: Iterable[PlannedRow], fmt: str) -> HttpResponseBase:
    columns = (
        *(_("Jour"), _("Personne"), _("Adresse"), _("Entreprise"), _("Sujet")),
        *(_("À propos de"), _("Raison"), _("Ne partira pas, car")),
    )
    lines = (
        (
            *(row.day, row.person, row.email, row.company, row.topic),
            *(" ; ".join(row.titles), " ; ".join(row.reasons), row.why),
        )
        for row in rows
    )
    return export_response(Sheet(_("E-mails à venir"), columns, lines), fmt=fmt, filename="e-mails-a-venir")


@allow(Role.COMPANY)
@require_safe
def space_messages(request: ProgrammeRequest) -> HttpResponseBase:
    """What the company received and what it will receive."""
    listing = _ledger_listing(request)
    if listing.export_format:
        return _export_ledger(request, listing)
    plan = planner.planned(
        request.programme, first=timezone.localdate(), days=PLANNER_DAYS, access=request.access
    )
    context = {
        "listing": listing,
        "rows": ledger.message_rows(request.access, listing.page.object_list),
        "coming": [planner.message_row(each) for each in plan.messages][:PER_PAGE],
    }
    return render_page(request, "notifications/space_messages.html", context, partials={"results": "results"})


@allow(*Role)
@never_cache
@require_safe
def mine(request: ProgrammeRequest) -> HttpResponse:
    """The bell: what the caller received in this programme, newest first."""
    user = request.access.user
    if user is None:
        raise Http404
    received = ledger.ledger(request.access).filter(recipient=user)
    page = Paginator(received, 30).get_page(request.GET.get("page"))
    unseen = user.unseen_messages
    services.mark_seen(user=user)
    context = {
        "rows": ledger.message_rows(request.access, page.object_list),
        "page": page,
        "unseen": unseen,
    }
    return render(request, "notifications/mine.html", context)


@allow(*Role)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: ProgrammeRequest) -> HttpResponse:
    """What the caller chooses to receive, and the address of her calendar."""
    user = request.access.user
    if user is None:
        raise Http404
    choice = MessageChoice.objects.filter(user=user, programme=request.programme).first()
    form = ChoicesForm.of(choice or MessageChoice(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose(
                user=user,
                programme=request.programme,
                muted=form.muted(),
                weekdays=form.cleaned_data["weekdays"],
                paused_until=form.cleaned_data["paused_until"],
            )
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Vos choix sont enregistrés."))
            return HttpResponseRedirect(programme_url(request.programme, "notifications:preferences"))
    return _preferences_page(request, form=form, status=409 if form.errors else 200)


def _preferences_page(
    request: ProgrammeRequest, *, form: ChoicesForm, address: str = "", status: int = 200
) -> HttpResponse:
    feed = CalendarFeed.objects.filter(
        user=request.access.user, programme=request.programme, revoked_at__isnull=True
    ).first()
    context = {"form": form, "feed": feed, "address": address, "form_token": uuid.uuid4()}
    return render(request, "notifications/preferences.html", context, status=status)


@allow(*Role)
@never_cache
@require_POST
def feed_open(request: ProgrammeRequest) -> HttpResponse:
    """Make the private address of the caller's calendar; it is shown on this answer only."""
    user = request.access.user
    if user is None:
        raise Http404
    choice = MessageChoice.objects.filter(user=user, programme=request.programme).first()
    form = ChoicesForm.of(choice or MessageChoice())
    try:
        address = services.open_feed(
            user=user, programme=request.programme, form_token=request.POST.get("form_token", "")
        )
    except BusinessError as error:
        messages.error(request, error.message)
        return _preferences_page(request, form=form, status=409)
    return _preferences_page(request, form=form, address=address)


@allow(*Role)
@require_POST
def feed_revoke(request: ProgrammeRequest) -> HttpResponse:
    """Close the address of the caller's calendar."""
    if request.access.user is not None and services.revoke_feed(
        user=request.access.user, programme=request.programme
    ):
        messages.success(request, _("L’adresse de calendrier est fermée\u00a0: elle ne répond plus."))
    return HttpResponseRedirect(programme_url(request.programme, "notifications:preferences"))
