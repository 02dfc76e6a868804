"""Pages of documents: one document with its progress, downloads, a company's documents."""

from dataclasses import replace
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import files
from core.htmx import render_page
from core.models import Job, StoredFile
from documents import selectors, services
from documents.models import Document
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.selectors import job_progress

PER_PAGE = 25


def _document(request: ProgrammeRequest, pk: UUID) -> Document:
    rows = selectors.with_state(selectors.visible_documents(request.access))
    document: Document = get_object_or_404(rows, pk=pk)
    return document


@allow(*Role)
@never_cache
@require_safe
def document_detail(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """A document: its progress while it is being made, then its files and how to verify it."""
    document = _document(request, pk)
    return _detail(request, document)


def _detail(request: ProgrammeRequest, document: Document, shared_url: str = "") -> HttpResponse:
    progress = None
    if not document.is_ready and not document.is_withdrawn:
        progress = job_progress(request.programme, get_object_or_404(Job, pk=document.job_id))
    context = {
        "document": document,
        "row": selectors.document_rows(request.access, [document])[0],
        "verify_url": reverse("verification:detail", kwargs={"code": document.code}),
        "is_polling": progress is not None and progress.is_open,
        # This page asks again by itself: when the work is done it shows the files, not a link to itself.
        "job": replace(progress, poll_url="") if progress else None,
        "shared_url": shared_url,
        "share_days": services.SHARE_DAYS,
    }
    partials = {"document": "document"}
    return render_page(request, "documents/document_detail.html", context, partials=partials)


@allow(*Role)
@require_safe
def download(request: ProgrammeRequest, pk: UUID) -> FileResponse:
    """The PDF, to whoever may read the document."""
    return _served(_document(request, pk).file)


@allow(*Role)
@require_safe
def download_data(request: ProgrammeRequest, pk: UUID) -> FileResponse:
    """The workbook of its figures."""
    return _served(_document(request, pk).data_file)


def _served(stored: StoredFile | None) -> FileResponse:
    if stored is None:
        raise Http404
    return files.serve(stored)


@allow(*OFFICE)
@require_POST
def share(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """Make an address that downloads the PDF without an account for some days, and show it."""
    document = _document(request, pk)
    if not document.is_ready or request.access.user is None:
        raise Http404
    address = services.share_document(document=document, actor=request.access.user)
    return _detail(request, document, shared_url=address)


@allow(Role.COMPANY)
@require_safe
def space_documents(request: ProgrammeRequest) -> HttpResponse:
    """« Documents » of a company: everything made about it that it may read."""
    rows = selectors.with_state(selectors.visible_documents(request.access))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": selectors.document_rows(request.access, page.object_list)}
    return render(request, "documents/space_documents.html", context)
