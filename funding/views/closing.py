"""Financial documents: the *compte rendu financier* and the budget summary at a date."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from core.exports import XLSX_TYPE, xlsx_bytes
from core.files import serve
from core.formats import format_percent
from funding import rules
from funding.closing import grant_share
from funding.closing_form import ReportOpenForm, ReportSheet, SummaryForm
from funding.documents import summary_sheets
from funding.enums import ReportStatus
from funding.models import FinancialReport
from funding.selectors import closing as selectors
from funding.services import closing as services
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url


def _url(request: ProgrammeRequest, report: FinancialReport) -> str:
    return programme_url(request.programme, "funding:report_detail", pk=report.pk)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def report_list(request: ProgrammeRequest) -> HttpResponse:
    """Reports on each grant and period; open one more."""
    form = ReportOpenForm(request.POST if request.method == "POST" else None, programme=request.programme)
    if request.method == "POST" and form.is_valid():
        start, end = form.bounds()
        try:
            report = services.open_report(
                actor=request.access.user,
                programme=request.programme,
                funder=form.cleaned_data["funder"],
                starts_on=start,
                ends_on=end,
            )
        except BusinessError as error:
            place_error(form, error)
        else:
            return HttpResponseRedirect(_url(request, report))
    reports = FinancialReport.objects.for_programme(request.programme).select_related("funder", "document")
    context = {"form": form, "reports": reports, "has_funders": request.programme.funders.exists()}
    return render(request, "funding/report_list.html", context, status=422 if form.is_bound else 200)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def report_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A report: what the plan and the ledger say, what staff enter, what stops it from being final."""
    report = selectors.report_for(request.access, pk)
    if request.method != "POST":
        return _report_page(request, report, ReportSheet.stored(report))
    sheet = ReportSheet.sent(request.POST)
    if not sheet.is_valid():
        return _report_page(request, report, sheet)
    try:
        services.save_report(
            actor=request.access.user, report=report, entry=sheet.entry(), revision=sheet.revision
        )
        if request.POST.get("action") == "balance":
            services.balance_report(actor=request.access.user, report=report)
    except BusinessError as error:
        sheet.problems.append(error.message)
        return _report_page(request, report, sheet)
    messages.success(request, _("Le compte rendu est enregistré."))
    return HttpResponseRedirect(_url(request, report))


def _report_page(request: ProgrammeRequest, report: FinancialReport, sheet: ReportSheet) -> HttpResponse:
    context = selectors.report_context(report)
    share = grant_share(report.granted_cents, context.table.total_products.actual_cents)
    page = {
        "report": report,
        "figures": context,
        "sheet": sheet,
        "charges": sheet.rows(context.table.charges),
        "products": sheet.rows(context.table.products),
        "placed_lines": sheet.placed_lines(context),
        "placed_funders": sheet.placed_funders(context),
        "share": format_percent(share, decimals=2) if share is not None else "–",
        "form_name": selectors.report_form().name,
        "is_final": report.status == ReportStatus.FINAL,
        "can_finalise": rules.can_finalise_report(request.access) and context.is_sound,
        "may_finalise": rules.can_finalise_report(request.access),
    }
    status = 422 if sheet.problems else 200
    return render(request, "funding/report_detail.html", page, status=status)


@allow(*OFFICE)
@require_POST
def report_document(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The document of a report as it stands: PDF and workbook."""
    report = selectors.report_for(request.access, pk)
    document = services.request_report_draft(actor=request.access.user, report=report)
    return HttpResponseRedirect(programme_url(request.programme, "documents:detail", pk=document.pk))


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def report_finalise(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Freeze a report that balances; nothing changes it afterwards."""
    report = selectors.report_for(request.access, pk)
    if request.method == "POST":
        try:
            services.finalise_report(actor=request.access.user, report=report)
        except BusinessError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Le compte rendu est définitif."))
        return HttpResponseRedirect(_url(request, report))
    return render(request, "funding/report_finalise.html", {"report": report, "back": _url(request, report)})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def summary(request: ProgrammeRequest) -> HttpResponse:
    """The budget at any date: axes × funders, planned, actual, gap; its PDF is asked for here."""
    form = SummaryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            document = services.request_budget_summary(
                actor=request.access.user,
                programme=request.programme,
                at=form.cleaned_data["at"],
                for_funders=form.cleaned_data["for_funders"],
            )
        except BusinessError as error:
            place_error(form, error)
        else:
            return HttpResponseRedirect(programme_url(request.programme, "documents:detail", pk=document.pk))
    at = SummaryForm.day(request.GET, request.programme)
    found = selectors.budget_summary(request.programme, at)
    context = {
        "form": form if form.is_bound else SummaryForm(initial={"at": at}),
        "summary": found,
        "state_planned": format_percent(found.state_agreed_cents, found.agreed_cents, 3),
        "state_reached": format_percent(found.state_actual_cents, found.total.total.actual_cents, 3),
        "export_url": f"{programme_url(request.programme, 'funding:summary_xlsx')}?at={at.isoformat()}",
    }
    return render(request, "funding/summary.html", context, status=422 if form.errors else 200)


@allow(*OFFICE)
@require_safe
def summary_xlsx(request: ProgrammeRequest) -> HttpResponseBase:
    """The same figures as a workbook, at once."""
    at = SummaryForm.day(request.GET, request.programme)
    content = xlsx_bytes(summary_sheets(selectors.budget_summary(request.programme, at)))
    response = HttpResponse(content, content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="synthese-{at.isoformat()}.xlsx"'
    return response


@allow(Role.FUNDER)
@require_safe
def funder_report_file(request: ProgrammeRequest, pk: int) -> FileResponse:
    """A final report, to the funder whose grant it is about."""
    report = get_object_or_404(selectors.own_final_reports(request.access), pk=pk)
    if report.document is None or report.document.file is None:
        raise Http404
    return serve(report.document.file)
