"""The result of a diagnostic, for the company and for staff: the same page, the same document."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from diagnostics import services
from diagnostics.charts import result_charts
from diagnostics.models import Diagnostic
from diagnostics.selectors.result_page import result_context
from diagnostics.selectors.results import diagnostic_with_result
from documents.selectors import documents_about
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF, Role
from programme.links import programme_url


@allow(*STAFF)
@never_cache
@require_safe
def result(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The result, for staff."""
    return _page(request, pk)


@allow(Role.COMPANY)
@never_cache
@require_safe
def space_result(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The result, for the company."""
    return _page(request, pk)


@allow(*STAFF)
@require_POST
def result_document(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask for the PDF."""
    return _ask_document(request, pk)


@allow(Role.COMPANY)
@require_POST
def space_result_document(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask for the PDF, for the company."""
    return _ask_document(request, pk)


def _page(request: ProgrammeRequest, pk: int) -> HttpResponse:
    diagnostic = diagnostic_with_result(request.access, pk)
    context = result_context(diagnostic)
    if context is None:
        return _to_questionnaire(request, diagnostic)
    is_staff = request.access.is_staff
    prefix = "" if is_staff else "space_"
    page = {
        "shell": "layout/staff.html" if is_staff else "layout/company.html",
        "result": context,
        **result_charts(context),
        "diagnostic": diagnostic,
        "document_url": programme_url(request.programme, f"diagnostics:{prefix}result_document", pk=pk),
        "documents": documents_about(request.access, "diagnostic", pk),
        "plan": _plan_link(request, diagnostic),
        "crumbs": _crumbs(request, diagnostic),
    }
    return render(request, "diagnostics/result.html", page)


def _ask_document(request: ProgrammeRequest, pk: int) -> HttpResponse:
    diagnostic = diagnostic_with_result(request.access, pk)
    if result_context(diagnostic) is None:
        return _to_questionnaire(request, diagnostic)
    document = services.request_result_document(actor=request.access.user, diagnostic=diagnostic)
    return HttpResponseRedirect(programme_url(request.programme, "documents:detail", pk=document.pk))


def _to_questionnaire(request: ProgrammeRequest, diagnostic: Diagnostic) -> HttpResponse:
    name = "detail" if request.access.is_staff else "space_diagnostic"
    return HttpResponseRedirect(programme_url(request.programme, f"diagnostics:{name}", pk=diagnostic.pk))


def _plan_link(request: ProgrammeRequest, diagnostic: Diagnostic) -> dict[str, str]:
    """The way from the result to the action plan, which the advisor or the company may open."""
    plan = getattr(diagnostic, "plan", None)
    if plan is not None:
        return {"url": programme_url(request.programme, "diagnostics:plan_detail", pk=plan.pk)}
    return {"start_url": programme_url(request.programme, "diagnostics:plan_start", pk=diagnostic.pk)}


def _crumbs(request: ProgrammeRequest, diagnostic: Diagnostic) -> list[dict[str, str]]:
    if request.access.is_staff:
        return [
            {"label": _("Diagnostics"), "url": programme_url(request.programme, "diagnostics:list")},
            {
                "label": diagnostic.participation.name,
                "url": programme_url(request.programme, "diagnostics:detail", pk=diagnostic.pk),
            },
        ]
    return [
        {"label": _("Diagnostic"), "url": programme_url(request.programme, "diagnostics:space_diagnostics")}
    ]
