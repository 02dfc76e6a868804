"""Pages of imports: send a file, read what it would do, confirm, follow, report."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.forms import ImportForm
from companies.models import ImportBatch
from companies.selectors import lists
from companies.selectors.detail import import_for
from companies.services import imports as services
from core.enums import ImportStatus, RowOutcome
from core.errors import BusinessError, NotVisible
from core.exports import export_response
from core.htmx import render_page
from core.staged_pages import batch_job, job_context, rows_context
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url


def _batch(request: ProgrammeRequest, pk: int) -> ImportBatch:
    batch = import_for(request.access, pk)
    if batch is None:
        raise NotVisible
    return batch


def _url(request: ProgrammeRequest, batch: ImportBatch) -> str:
    return programme_url(request.programme, "companies:import_detail", pk=batch.pk)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: ProgrammeRequest) -> HttpResponse:
    """Send a file; past imports below."""
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            # The size is known before a byte is read.
            if upload.size > settings.IMPORT_MAX_BYTES:
                raise BusinessError(services.too_large_message(), field="file")
            batch = services.receive_file(
                actor=request.access.user,
                programme=request.programme,
                name=upload.name,
                content=upload.read(),
            )
            services.start_reading(actor=request.access.user, batch=batch)
        except BusinessError as error:
            form.add_error("file", error.message)
        else:
            return HttpResponseRedirect(_url(request, batch))
    past = ImportBatch.objects.for_programme(request.programme).select_related("actor")[:20]
    context = {"form": form, "imports": past, "limit": settings.IMPORT_MAX_BYTES // 1024**2}
    return render(request, "companies/import_list.html", context, status=422 if form.is_bound else 200)


@allow(*OFFICE)
@require_safe
def import_template(request: ProgrammeRequest) -> HttpResponseBase:
    """The file to fill, CSV or XLSX."""
    fmt = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    return export_response(lists.template_sheet(), fmt=fmt, filename=_("modele-entreprises"))


@allow(*OFFICE)
@never_cache
@require_safe
def import_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """What the file would do, then what it did; the progress of the job in between."""
    batch = _batch(request, pk)
    context: dict[str, Any] = {"batch": batch, "status": ImportStatus(batch.status)}
    if batch.status in (ImportStatus.READING, ImportStatus.APPLYING):
        context["job"] = _progress(request, batch)
    elif request.htmx and request.htmx.target == "job-progress":
        # The progress bar asked, and the work is over: the whole page has changed.
        return HttpResponse(headers={"HX-Refresh": "true"})
    elif batch.status != ImportStatus.FAILED:
        context |= _rows(request, batch)
    return render_page(request, "companies/import_detail.html", context, partials={"job-progress": "job"})


def _progress(request: ProgrammeRequest, batch: ImportBatch) -> dict[str, Any]:
    job = batch_job(batch)
    retry = programme_url(request.programme, "programme:job_retry", pk=job.pk) if job else ""
    return job_context(batch, job, page_url=_url(request, batch), retry_url=retry)


def _rows(request: ProgrammeRequest, batch: ImportBatch) -> dict[str, Any]:
    applied = batch.status == ImportStatus.APPLIED
    labels = {
        RowOutcome.CREATED.value: _("Créées") if applied else _("À créer"),
        RowOutcome.UPDATED.value: _("Mises à jour") if applied else _("À mettre à jour"),
        RowOutcome.UNCHANGED.value: _("Sans changement"),
        RowOutcome.REFUSED.value: _("Refusées"),
    }
    return rows_context(batch, batch.rows.all(), labels, query=request.GET, page_url=_url(request, batch))


@allow(*OFFICE)
@require_POST
def import_confirm(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Apply a checked file; clicking twice applies it once."""
    batch = _batch(request, pk)
    try:
        services.confirm_batch(actor=request.access.user, batch=batch)
    except BusinessError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(_url(request, batch))
