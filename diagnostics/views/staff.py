"""Staff open diagnostics, invite who answers, follow where each stands."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.selectors import participation_for
from core.errors import BusinessError
from core.exports import export_response
from core.htmx import render_page
from core.listing import Listing
from diagnostics import rules, services
from diagnostics.enums import DiagnosticStatus
from diagnostics.filters import DiagnosticFilter
from diagnostics.forms import CancelForm, InviteForm, OpenForm
from diagnostics.models import Diagnostic
from diagnostics.selectors import lists, pages
from diagnostics.selectors.filling import diagnostic_for
from diagnostics.selectors.team import team_page
from diagnostics.team_forms import ReopenForm
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from programme.links import programme_url

SORTS = {
    "entreprise": ("participation__name",),
    "ouverture": ("opened_at",),
    "remise": ("submitted_at",),
    "note": ("score_tenths",),
}


@allow(*STAFF)
@require_safe
def diagnostic_list(request: ProgrammeRequest) -> HttpResponse | StreamingHttpResponse:
    """Every diagnostic the caller sees."""
    listing: Listing[Diagnostic] = Listing(
        request,
        queryset=lists.diagnostics_for_list(request.access),
        filterset_class=DiagnosticFilter,
        sorts=SORTS,
        default_sort="-ouverture",
        filter_kwargs={"access": request.access},
    )
    if listing.export_format:
        sheet = lists.export_sheet(listing.queryset)
        return export_response(sheet, fmt=listing.export_format, filename="diagnostics")
    rows = lists.diagnostic_rows(request.programme, listing.page.object_list)
    several = len({row.questionnaire for row in rows}) > 1
    context = {"listing": listing, "rows": rows, "several": several}
    return render_page(request, "diagnostics/diagnostic_list.html", context, partials={"results": "results"})


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def diagnostic_open(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Open a diagnostic for a company, and invite who will answer."""
    participation = participation_for(request.access, pk)
    main = participation.contacts.filter(is_main=True).first()
    form = OpenForm(request.POST or None, participation=participation, initial={"contact": main})
    if request.method == "POST" and form.is_valid():
        contact = form.cleaned_data["contact"]
        try:
            diagnostic = services.open_diagnostic(
                actor=request.access.user,
                participation=participation,
                questionnaire=form.cleaned_data["questionnaire"],
                contact=contact,
            )
            if contact is not None and form.cleaned_data["invite"]:
                services.invite_respondent(actor=request.access.user, diagnostic=diagnostic, contact=contact)
                messages.success(
                    request, _("Diagnostic ouvert. L’invitation part à %(email)s.") % {"email": contact.email}
                )
            else:
                messages.success(request, _("Diagnostic ouvert."))
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            return _to_detail(request, diagnostic)
    context = {
        "form": form,
        "participation": participation,
    }
    return render(request, "diagnostics/diagnostic_open.html", context)


@allow(*STAFF)
@never_cache
@require_safe
def diagnostic_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Where a diagnostic stands, who answers it, and what can be done."""
    diagnostic = diagnostic_for(request.access, pk)
    return _detail(request, diagnostic)


def _detail(
    request: ProgrammeRequest, diagnostic: Diagnostic, form: InviteForm | None = None
) -> HttpResponse:
    diagnostic.refresh_from_db(fields=["opened_at", "answered_at", "submitted_at", "receipt_at"])
    state = pages.state_of(diagnostic)
    respondent = diagnostic.respondents.select_related("user", "contact").filter(is_main=True).first()
    manages = rules.can_manage(request.access, diagnostic)
    if form is None and manages:
        form = InviteForm(
            participation=diagnostic.participation,
            initial={"contact": respondent.contact_id if respondent else None},
        )
    status = DiagnosticStatus(diagnostic.status)
    context = {
        "diagnostic": diagnostic,
        "definition": state.definition,
        "status": status,
        "tone": lists.TONES[status],
        "respondent": respondent,
        "form": form,
        "manages": manages,
        "may_fill": rules.can_fill(request.access, diagnostic),
        "has_result": rules.can_read_result(request.access, diagnostic),
        "may_reopen": rules.can_reopen(request.access, diagnostic),
        "team": team_page(diagnostic, state),
        "reopenings": diagnostic.reopenings.select_related("actor"),
        "progress": pages.progress_view(state.progress),
        "sections": pages.section_links(state),
        "comments": pages.comment_views(state),
    }
    return render(request, "diagnostics/diagnostic_detail.html", context)


@allow(*STAFF)
@require_POST
def diagnostic_invite(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Send the invitation, or a fresh link."""
    diagnostic = diagnostic_for(request.access, pk)
    form = InviteForm(request.POST, participation=diagnostic.participation)
    if form.is_valid():
        contact = form.cleaned_data["contact"]
        try:
            services.invite_respondent(actor=request.access.user, diagnostic=diagnostic, contact=contact)
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("L’invitation part à %(email)s.") % {"email": contact.email})
            return _to_detail(request, diagnostic)
    return _detail(request, diagnostic, form)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def diagnostic_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Cancel an open diagnostic, after saying why."""
    diagnostic = diagnostic_for(request.access, pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.cancel_diagnostic(
            actor=request.access.user, diagnostic=diagnostic, reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("Diagnostic annulé. Les réponses sont conservées."))
        return _to_detail(request, diagnostic)
    context = {"form": form, "diagnostic": diagnostic, "answered": diagnostic.answered_count}
    return render(request, "diagnostics/diagnostic_cancel.html", context)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def diagnostic_reopen(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Open again a diagnostic that was handed in, after saying why."""
    diagnostic = diagnostic_for(request.access, pk)
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.reopen_diagnostic(
                actor=request.access.user, diagnostic=diagnostic, reason=form.cleaned_data["reason"]
            )
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Diagnostic rouvert\u00a0: ses réponses peuvent être corrigées."))
            return _to_detail(request, diagnostic)
    context = {"form": form, "diagnostic": diagnostic}
    return render(request, "diagnostics/diagnostic_reopen.html", context)


def _to_detail(request: ProgrammeRequest, diagnostic: Diagnostic) -> HttpResponse:
    return HttpResponseRedirect(programme_url(request.programme, "diagnostics:detail", pk=diagnostic.pk))
