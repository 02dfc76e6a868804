"""Pages of imports of expenses: send a file, read what it would do, confirm, follow, report."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.enums import ImportStatus, RowOutcome
from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.money import euros
from core.staged_pages import batch_job, job_context, rows_context
from funding.expense_file import Column
from funding.import_form import ExpenseFileForm
from funding.import_wording import column_label
from funding.models import ExpenseImport
from funding.selectors import has_active_plan
from funding.selectors.imports import file_context, import_for
from funding.services import imports as services
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url


def _url(request: ProgrammeRequest, batch: ExpenseImport) -> str:
    return programme_url(request.programme, "funding:import_detail", pk=batch.pk)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: ProgrammeRequest) -> HttpResponse:
    """Send a file; past imports below."""
    form = ExpenseFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        # One byte more than allowed is enough to refuse it: a huge file never stands in memory.
        content = upload.read(settings.IMPORT_MAX_BYTES + 1)
        try:
            batch = services.receive_expense_file(
                actor=request.access.user, programme=request.programme, name=upload.name, content=content
            )
        except BusinessError as error:
            form.add_error("file", error.message)
        else:
            return HttpResponseRedirect(_url(request, batch))
    context = {
        "form": form,
        "imports": ExpenseImport.objects.for_programme(request.programme).select_related("actor")[:20],
        "limit": settings.IMPORT_MAX_BYTES // 1024**2,
        "has_plan": has_active_plan(request.programme),
    }
    return render(request, "funding/import_list.html", context, status=422 if form.is_bound else 200)


@allow(*OFFICE)
@require_safe
def import_template(request: ProgrammeRequest) -> HttpResponseBase:
    """The file to fill, with a row for example."""
    fmt = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    code = next(iter(file_context(request.programme).lines), "1.1")
    example = [
        code,
        _("Étude d’impact, acompte"),
        _("Cabinet Exemple"),
        "",
        "F-2026-012",
        request.programme.starts_on,
        euros(1_000_00),
        euros(200_00),
        euros(200_00),
        euros(1_000_00),
    ]
    sheet = Sheet(_("Dépenses"), [column_label(column) for column in Column], [example])
    return export_response(sheet, fmt=fmt, filename=_("modele-depenses"))


@allow(*OFFICE)
@never_cache
@require_safe
def import_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """What the file would do, then what it did; the progress of the job in between."""
    batch = import_for(request.access, pk)
    context: dict[str, Any] = {"batch": batch, "status": ImportStatus(batch.status)}
    if batch.status in (ImportStatus.READING, ImportStatus.APPLYING):
        context["job"] = _progress(request, batch)
    elif request.htmx and request.htmx.target == "job-progress":
        # The progress bar asked, and the work is over: the whole page has changed.
        return HttpResponse(headers={"HX-Refresh": "true"})
    elif batch.status != ImportStatus.FAILED:
        context |= {**_rows(request, batch), "amount_cents": batch.counts.get("amount_cents", 0)}
    return render_page(request, "funding/import_detail.html", context, partials={"job-progress": "job"})


def _progress(request: ProgrammeRequest, batch: ExpenseImport) -> dict[str, Any]:
    job = batch_job(batch)
    retry = programme_url(request.programme, "programme:job_retry", pk=job.pk) if job else ""
    return job_context(batch, job, page_url=_url(request, batch), retry_url=retry)


def _rows(request: ProgrammeRequest, batch: ExpenseImport) -> dict[str, Any]:
    applied = batch.status == ImportStatus.APPLIED
    labels = {
        RowOutcome.CREATED.value: _("Saisies") if applied else _("À saisir"),
        RowOutcome.UPDATED.value: _("Corrigées") if applied else _("À corriger"),
        RowOutcome.UNCHANGED.value: _("Déjà saisies"),
        RowOutcome.REFUSED.value: _("Refusées"),
    }
    page_url = _url(request, batch)
    return rows_context(
        batch, batch.rows.select_related("expense"), labels, query=request.GET, page_url=page_url
    )


@allow(*OFFICE)
@require_POST
def import_confirm(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Enter a checked file; clicking twice enters it once."""
    batch = import_for(request.access, pk)
    try:
        services.confirm_expenses(actor=request.access.user, batch=batch)
    except BusinessError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(_url(request, batch))
