"""Who answers: colleagues on some sections, respondents apart, and their answers put together."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from diagnostics import rules, services
from diagnostics.models import Diagnostic
from diagnostics.selectors.filling import diagnostic_for
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.team import contributor_of, team_page, view_of
from diagnostics.selectors.viewpoints import reconcile_page
from diagnostics.team_forms import ContributorForm, ViewForm
from diagnostics.views.space import FILLERS, frame
from programme.access import ProgrammeRequest, allow
from programme.links import programme_url


def _led(request: ProgrammeRequest, pk: int) -> Diagnostic:
    """A diagnostic whose team the caller decides; the others are refused."""
    diagnostic = diagnostic_for(request.access, pk)
    if not rules.can_lead(request.access, diagnostic):
        raise PermissionDenied
    return diagnostic


@allow(*FILLERS)
@never_cache
@require_safe
def space_team(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Who answers what, and who did what."""
    return _page(request, _led(request, pk))


def _page(
    request: ProgrammeRequest,
    diagnostic: Diagnostic,
    contributor_form: ContributorForm | None = None,
    view_form: ViewForm | None = None,
) -> HttpResponse:
    definition = definition_of(diagnostic.version)
    context = {
        "diagnostic": diagnostic,
        "team": team_page(diagnostic),
        "contributor_form": contributor_form or ContributorForm(definition=definition),
        "view_form": view_form or ViewForm(),
        "is_open": rules.is_open(diagnostic),
        "may_reconcile": rules.can_reconcile(request.access, diagnostic),
        **frame(request, diagnostic),
    }
    return render(request, "diagnostics/space_team.html", context)


@allow(*FILLERS)
@require_POST
def space_contributor_invite(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask a colleague for some sections, or send her a fresh link."""
    diagnostic = _led(request, pk)
    form = ContributorForm(request.POST, definition=definition_of(diagnostic.version))
    if form.is_valid():
        try:
            contributor = services.invite_contributor(
                actor=request.access.user,
                diagnostic=diagnostic,
                person=form.person,
                sections=form.cleaned_data["sections"],
            )
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("L’invitation part à %(name)s.") % {"name": contributor.name})
            return _to_team(request, diagnostic)
    return _page(request, diagnostic, contributor_form=form)


@allow(*FILLERS)
@require_POST
def space_contributor_withdraw(request: ProgrammeRequest, pk: int, person: int) -> HttpResponse:
    """Stop asking a colleague; what she answered stays."""
    diagnostic = _led(request, pk)
    contributor = contributor_of(diagnostic, person)
    services.withdraw_contributor(actor=request.access.user, contributor=contributor)
    messages.success(
        request, _("%(name)s n’est plus sollicité. Ses réponses restent.") % {"name": contributor.name}
    )
    return _to_team(request, diagnostic)


@allow(*FILLERS)
@require_POST
def space_view_invite(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask somebody for her point of view, or send her a fresh link."""
    diagnostic = _led(request, pk)
    form = ViewForm(request.POST)
    if form.is_valid():
        try:
            view = services.invite_view(
                actor=request.access.user,
                diagnostic=diagnostic,
                person=form.person,
                point_of_view=form.cleaned_data["point_of_view"],
            )
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("L’invitation part à %(name)s.") % {"name": view.name})
            return _to_team(request, diagnostic)
    return _page(request, diagnostic, view_form=form)


@allow(*FILLERS)
@require_POST
def space_view_withdraw(request: ProgrammeRequest, pk: int, person: int) -> HttpResponse:
    """Stop asking somebody who has not answered."""
    diagnostic = _led(request, pk)
    view = view_of(diagnostic, person)
    try:
        services.withdraw_view(actor=request.access.user, respondent=view)
    except BusinessError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("%(name)s n’est plus sollicité.") % {"name": view.name})
    return _to_team(request, diagnostic)


@allow(*FILLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def space_views_close(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Close individual answers, after saying who has not finished."""
    diagnostic = _led(request, pk)
    if request.method == "POST":
        try:
            services.close_views(
                actor=request.access.user, diagnostic=diagnostic, by_staff=request.access.is_staff
            )
        except BusinessError as error:
            messages.error(request, error.message)
            return _to_team(request, diagnostic)
        return HttpResponseRedirect(_url(request, diagnostic, "space_reconcile"))
    context = {"team": team_page(diagnostic), "diagnostic": diagnostic, **frame(request, diagnostic)}
    return render(request, "diagnostics/space_views_close.html", context)


@allow(*FILLERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def space_reconcile(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Where points of view differ, and what is retained."""
    diagnostic = _led(request, pk)
    if not rules.can_reconcile(request.access, diagnostic):
        return _to_team(request, diagnostic)
    if request.method == "POST":
        choices, notes = _choices(request)
        count = services.retain_answers(
            actor=request.access.user,
            diagnostic=diagnostic,
            choices=choices,
            notes=notes,
            by_staff=request.access.is_staff,
        )
        messages.success(request, _("Réponses retenues\u00a0: %(count)s.") % {"count": count})
        return HttpResponseRedirect(_url(request, diagnostic, "space_reconcile"))
    context = {"page": reconcile_page(diagnostic), "diagnostic": diagnostic, **frame(request, diagnostic)}
    return render(request, "diagnostics/space_reconcile.html", context)


def _choices(request: ProgrammeRequest) -> tuple[dict[str, int], dict[str, str]]:
    """What was ticked, by question; a question left alone is not in it."""
    choices: dict[str, int] = {}
    notes: dict[str, str] = {}
    for name in request.POST:
        value: Any = request.POST[name]
        if name.startswith("r-") and value.isdigit():
            choices[name.removeprefix("r-")] = int(value)
        elif name.startswith("n-"):
            notes[name.removeprefix("n-")] = value
    return choices, notes


@allow(*FILLERS)
@require_POST
def space_finish(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Somebody says that her part is done."""
    diagnostic = diagnostic_for(request.access, pk)
    user = request.access.user
    if user is None or not rules.can_fill(request.access, diagnostic):
        raise PermissionDenied
    services.finish_part(actor=user, diagnostic=diagnostic)
    messages.success(request, _("Merci\u00a0: votre part est terminée. Vous pouvez encore la corriger."))
    return HttpResponseRedirect(_url(request, diagnostic, "space_diagnostic"))


def _url(request: ProgrammeRequest, diagnostic: Diagnostic, name: str) -> str:
    return programme_url(request.programme, f"diagnostics:{name}", pk=diagnostic.pk)


def _to_team(request: ProgrammeRequest, diagnostic: Diagnostic) -> HttpResponse:
    return HttpResponseRedirect(_url(request, diagnostic, "space_team"))
