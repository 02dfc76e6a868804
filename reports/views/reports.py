"""Reports: the list, the request, the funders' list."""

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from documents import selectors as documents
from documents.filters import DocumentFilter
from documents.models import Document
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url
from reports import services
from reports.forms import ReportForm

SORTS = {"titre": ("title",), "date": ("created_at",)}


def _listing(request: ProgrammeRequest) -> Listing[Document]:
    """Documents about the whole programme: those without a subject."""
    rows = documents.with_state(documents.visible_documents(request.access)).filter(subject_type="")
    return Listing(request, queryset=rows, filterset_class=DocumentFilter, sorts=SORTS, default_sort="-date")


@allow(*OFFICE)
@require_safe
def report_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Every report of the programme, with who asked for it and its files."""
    listing = _listing(request)
    if listing.export_format:
        columns = (_("Rapport"), _("Nature"), _("Demandé le"), _("Par"), _("État"), _("Pages"))
        found = documents.document_rows(request.access, listing.queryset)
        cells = [(row.title, row.kind, row.made_at, row.author, row.state, row.pages) for row in found]
        sheet = Sheet(_("Rapports"), columns, cells)
        return export_response(sheet, fmt=listing.export_format, filename="rapports")
    rows = documents.document_rows(request.access, listing.page.object_list)
    context = {"listing": listing, "rows": rows}
    return render_page(request, "reports/report_list.html", context, partials={"results": "results"})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def report_request(request: ProgrammeRequest) -> HttpResponse:
    """Ask for the progress report of a period; a second click leads to the same report."""
    form = ReportForm(request.POST if request.method == "POST" else None, access=request.access)
    if request.method == "POST" and form.is_valid():
        document = services.request_progress_report(
            actor=request.access.user,
            programme=request.programme,
            period=form.cleaned_data["asked"],
            narratives=form.narratives(),
            introduction=form.cleaned_data.get("introduction", ""),
            is_final=form.cleaned_data.get("is_final", False),
            for_funders=form.cleaned_data["for_funders"],
            key=str(form.cleaned_data["form_token"]),
        )
        return HttpResponseRedirect(programme_url(request.programme, "documents:detail", pk=document.pk))
    status = 400 if form.is_bound else 200
    return render(request, "reports/report_request.html", {"form": form}, status=status)


@allow(Role.FUNDER)
@require_safe
def funder_reports(request: ProgrammeRequest) -> HttpResponse:
    """Reports made for the funders, ready to be filed."""
    listing = _listing(request)
    rows = documents.document_rows(request.access, listing.page.object_list)
    return render(request, "reports/funder_reports.html", {"listing": listing, "rows": rows})
