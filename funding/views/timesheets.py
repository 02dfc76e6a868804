"""Time sheets, and the drafts that sessions and diagnostics give rise to."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from core.money import euros
from funding import rules
from funding.enums import ExpenseStatus
from funding.filters import TimeSheetFilter
from funding.models import TimeSheet
from funding.selectors import timesheets as selectors
from funding.services import timesheets as services
from funding.timesheet_form import DraftTermsForm, TimeLines, TimeSheetForm
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url

DRAFTS_PER_PAGE = 50


@allow(*OFFICE)
@require_safe
def time_sheet_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Every time sheet: who, when, how many hours, which expense."""
    listing: Listing[TimeSheet] = Listing(
        request,
        queryset=selectors.time_sheet_rows(request.programme),
        filterset_class=TimeSheetFilter,
        sorts={"mois": ("month", "person"), "personne": ("person", "month")},
        default_sort="-mois",
    )
    if listing.export_format:
        columns = (
            _("Mois"),
            _("Personne"),
            _("Fonction"),
            _("Ligne"),
            _("Heures"),
            _("Montant"),
            _("Dépense"),
        )
        cells = (
            (
                sheet.month,
                sheet.person,
                sheet.job,
                str(sheet.line),
                euros(getattr(sheet, "centihours", 0) or 0),
                euros(sheet.expense.amount_cents),
                f"D{sheet.expense.number:05d}",
            )
            for sheet in listing.queryset.iterator(chunk_size=500)
        )
        sheet = Sheet(_("Feuilles de temps"), columns, cells)
        return export_response(sheet, fmt=listing.export_format, filename="feuilles-de-temps")
    context = {"listing": listing, "has_lines": selectors.lines_in_force(request.programme).exists()}
    return render_page(request, "funding/time_sheet_list.html", context, partials={"results": "results"})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def time_sheet_create(request: ProgrammeRequest) -> HttpResponse:
    """Enter the time of a person in a month."""
    return _sheet_page(request, None)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def time_sheet_edit(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A sheet; its lines change as long as its expense is a draft."""
    return _sheet_page(request, selectors.time_sheet_for(request.access, pk))


def _sheet_page(request: ProgrammeRequest, sheet: TimeSheet | None) -> HttpResponse:
    told = selectors.time_sheet_context(sheet) if sheet else None
    form = TimeSheetForm(programme=request.programme, sheet=sheet)
    lines = TimeLines(
        prefix="temps",
        initial=[
            {"activity": e.activity, "centihours": e.centihours, "hourly_cost_cents": e.hourly_cost_cents}
            for e in (told.entries if told else ())
        ],
    )
    status = 200
    if request.method == "POST":
        data = request.POST.copy()
        if data.get("action") == "add":
            data["temps-TOTAL_FORMS"] = str(min(60, int(data.get("temps-TOTAL_FORMS") or 0) + 1))
        form = TimeSheetForm(data, programme=request.programme, sheet=sheet)
        lines = TimeLines(data, prefix="temps")
        if data.get("action") != "add":
            saved = _saved(request, sheet, form, lines)
            if saved is not None:
                return HttpResponseRedirect(
                    programme_url(request.programme, "funding:time_sheet_edit", pk=saved.pk)
                )
            status = 422
    context = {
        "form": form,
        "lines": lines,
        "sheet": sheet,
        "told": told,
        "is_open": sheet is None or sheet.expense.status == ExpenseStatus.DRAFT,
        "has_lines": form.fields["line"].queryset.exists(),  # type: ignore[attr-defined]  # a model choice
    }
    return render(request, "funding/time_sheet_form.html", context, status=status)


def _saved(
    request: ProgrammeRequest, sheet: TimeSheet | None, form: TimeSheetForm, lines: Any
) -> TimeSheet | None:
    if not (form.is_valid() and lines.is_valid()):
        return None
    entries = [entry for entry in (row.entry() for row in lines) if entry is not None]
    data, actor = form.cleaned_data, request.access.user
    try:
        if sheet is not None:
            saved = services.update_time_sheet(actor=actor, sheet=sheet, entries=entries, job=data["job"])
        else:
            saved = services.create_time_sheet(
                actor=actor,
                line=data["line"],
                person=data["person"],
                month=data["month"],
                job=data["job"],
                entries=entries,
                form_token=data["form_token"],
            )
    except BusinessError as error:
        place_error(form, error)
        return None
    messages.success(request, _("La feuille est enregistrée\u00a0; sa dépense est en brouillon."))
    return saved


@allow(*OFFICE)
@require_POST
def time_sheet_document(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The sheet to print and sign."""
    sheet = selectors.time_sheet_for(request.access, pk)
    document = services.request_time_sheet(actor=request.access.user, sheet=sheet)
    return HttpResponseRedirect(programme_url(request.programme, "documents:detail", pk=document.pk))


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def drafts(request: ProgrammeRequest) -> HttpResponse:
    """Sessions and diagnostics that no expense records yet; those ticked become drafts."""
    if request.method == "POST":
        try:
            made = services.create_drafts(
                actor=request.access.user,
                programme=request.programme,
                keys=request.POST.getlist("service"),
            )
        except BusinessError as error:
            messages.error(request, error.message)
        else:
            told = ngettext("%(n)d brouillon est créé.", "%(n)d brouillons sont créés.", len(made))
            messages.success(request, told % {"n": len(made)})
        return HttpResponseRedirect(programme_url(request.programme, "funding:drafts"))
    found = Paginator(selectors.draft_proposals(request.programme), DRAFTS_PER_PAGE)
    context = {
        "page": found.get_page(request.GET.get("page")),
        "terms": selectors.draft_terms(request.programme),
        "can_set": rules.can_set_draft_terms(request.access),
    }
    return render(request, "funding/drafts.html", context)


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_terms(request: ProgrammeRequest) -> HttpResponse:
    """On which line and at which cost services become drafts."""
    terms = selectors.draft_terms(request.programme)
    data = request.POST if request.method == "POST" else None
    form = DraftTermsForm(data, programme=request.programme, terms=terms)
    if request.method == "POST" and form.is_valid():
        services.set_draft_terms(actor=request.access.user, programme=request.programme, **form.cleaned_data)
        messages.success(request, _("Les réglages sont enregistrés."))
        return HttpResponseRedirect(programme_url(request.programme, "funding:drafts"))
    return render(request, "funding/draft_terms.html", {"form": form}, status=422 if form.is_bound else 200)
