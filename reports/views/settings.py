"""Settings of a programme, for its direction: targets, team, API tokens."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from core.errors import BusinessError
from programme import services as programme_services
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF, Role
from programme.links import programme_url
from programme.models import ApiToken, RoleGrant
from reports import services
from reports.forms import InvitationForm, TargetsForm, TokenForm
from reports.selectors.progress import indicator_lines
from reports.selectors.screens import today_period
from reports.selectors.team import grant_rows, role_counts, token_rows


def _targets_form(request: ProgrammeRequest, data: Any = None) -> TargetsForm:
    lines = list(indicator_lines(request.programme, today_period(request.programme), with_money=True))
    source = request.programme.targets.exclude(source="").values_list("source", flat=True).first()
    return TargetsForm(data, rows=lines, initial={"source": source or ""})


def _page(request: ProgrammeRequest, status: int = 200, **forms: Any) -> HttpResponse:
    others = tuple(role for role in Role if role not in STAFF)
    context = {
        "targets_form": forms.get("targets_form") or _targets_form(request),
        "invitation_form": forms.get("invitation_form") or InvitationForm(),
        "token_form": forms.get("token_form") or TokenForm(),
        "secret": forms.get("secret", ""),
        "team": grant_rows(request.programme, STAFF),
        "others": role_counts(request.programme, others),
        "tokens": token_rows(request.programme),
    }
    return render(request, "reports/settings.html", context, status=status)


def _back(request: ProgrammeRequest, anchor: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{programme_url(request.programme, 'reports:settings')}#{anchor}")


def _actor(request: ProgrammeRequest) -> User:
    assert request.access.user is not None  # noqa: S101 -- these views are open to directors only
    return request.access.user


@allow(Role.DIRECTOR)
@never_cache
@require_safe
def settings(request: ProgrammeRequest) -> HttpResponse:
    """The settings page."""
    return _page(request)


@allow(Role.DIRECTOR)
@require_POST
def set_targets(request: ProgrammeRequest) -> HttpResponse:
    """Save the targets of the indicators."""
    form = _targets_form(request, request.POST)
    if not form.is_valid():
        return _page(request, status=400, targets_form=form)
    programme_services.set_targets(
        actor=_actor(request),
        programme=request.programme,
        values=form.values(),
        source=form.cleaned_data["source"],
    )
    messages.success(request, _("Les objectifs sont enregistrés."))
    return _back(request, "objectifs")


@allow(Role.DIRECTOR)
@require_POST
def invite(request: ProgrammeRequest) -> HttpResponse:
    """Give somebody a role of the team and send her a link."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, invitation_form=form)
    user = services.invite_staff(
        actor=_actor(request),
        programme=request.programme,
        email=form.cleaned_data["email"],
        first_name=form.cleaned_data["first_name"],
        last_name=form.cleaned_data["last_name"],
        role=Role(form.cleaned_data["role"]),
    )
    messages.success(
        request, _("%(name)s fait partie de l’équipe. Un lien lui est envoyé.") % {"name": user.full_name}
    )
    return _back(request, "equipe")


@allow(Role.DIRECTOR)
@require_POST
def withdraw(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Take a role of the team back."""
    team = RoleGrant.objects.filter(programme=request.programme, role__in=[role.value for role in STAFF])
    grant = get_object_or_404(team.select_related("user"), pk=pk)
    try:
        closed = services.withdraw_role(actor=_actor(request), programme=request.programme, grant=grant)
    except BusinessError as error:
        messages.error(request, error.message)
    else:
        said = (
            _("Le rôle est retiré, et ses jetons d’API sont révoqués.")
            if closed
            else _("Le rôle est retiré.")
        )
        messages.success(request, said)
    return _back(request, "equipe")


@allow(Role.DIRECTOR)
@require_POST
@never_cache
def issue_token(request: ProgrammeRequest) -> HttpResponse:
    """Make an API token and show its secret, this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, token_form=form)
    try:
        _token, secret = services.issue_token(
            actor=_actor(request),
            programme=request.programme,
            name=form.cleaned_data["name"],
            role=Role(form.cleaned_data["role"]),
            can_write=form.cleaned_data["can_write"],
        )
    except BusinessError as error:
        form.add_error(error.field, error.message)
        return _page(request, status=400, token_form=form)
    return _page(request, secret=secret)


@allow(Role.DIRECTOR)
@require_POST
def revoke_token(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Close an API token."""
    token = get_object_or_404(ApiToken, programme=request.programme, pk=pk)
    programme_services.revoke_api_token(actor=_actor(request), token=token)
    messages.success(request, _("Le jeton est révoqué."))
    return _back(request, "jetons")
