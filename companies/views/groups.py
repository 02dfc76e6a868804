"""Pages of groups of linked companies."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from companies import services
from companies.enums import GroupRole
from companies.forms import GroupForm, GroupMemberForm
from companies.models import CompanyGroup, Participation
from companies.selectors import participation_for
from companies.selectors.groups import group_for, groups_of, likely_members, members_of
from companies.selectors.searching import search
from core.errors import BusinessError
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url

_MAX_FOUND = 10


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD"])
def group_list(request: ProgrammeRequest) -> HttpResponse:
    """Groups of the programme."""
    return render(request, "companies/group_list.html", {"groups": groups_of(request.access)})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def group_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """One group: its companies, its name, who else may belong to it."""
    group = group_for(request.access, pk)
    form = GroupForm(request.POST if request.method == "POST" else None, initial={"name": group.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_group(actor=request.access.user, group=group, name=form.cleaned_data["name"])
        except BusinessError as error:
            form.add_error("name", error.message)
        else:
            messages.success(request, _("Le groupe est renommé."))
            return _to_group(request, group)
    text = request.GET.get("q", "").strip()
    context = {
        "group": group,
        "form": form,
        "members": members_of(request.access, group),
        "likely": likely_members(request.access, group),
        "query": text,
        "found": _found(request, group, text) if text else [],
        "roles": [("", _("non précisée")), *((role.value, role.label) for role in GroupRole)],
    }
    return render(request, "companies/group_detail.html", context, status=422 if form.is_bound else 200)


def _found(request: ProgrammeRequest, group: CompanyGroup, text: str) -> list[Participation]:
    rows = Participation.objects.visible_to(request.access).exclude(group=group)
    found = search(rows, text, programme_id=request.programme.pk)
    order = "closeness" if found.is_approximate else "name_key"
    return list(found.rows.order_by(order, "pk")[:_MAX_FOUND])


def _to_group(request: ProgrammeRequest, group: CompanyGroup) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "companies:group", pk=group.pk))


@allow(*OFFICE)
@require_POST
def group_member(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Enter a company in a group, change its place there, or take it out (``retirer``)."""
    group = group_for(request.access, pk)
    form = GroupMemberForm(request.POST)
    if not form.is_valid():
        return _to_group(request, group)
    participation = participation_for(request.access, form.cleaned_data["participation"])
    actor = request.access.user
    role = form.cleaned_data["role"]
    if "retirer" in request.POST:
        if participation.group_id == group.pk:
            services.set_group(actor=actor, participation=participation, name="")
            messages.success(
                request, _("«\u00a0%(name)s\u00a0» n’est plus dans le groupe.") % {"name": participation}
            )
        if not CompanyGroup.objects.filter(pk=group.pk).exists():
            return HttpResponseRedirect(programme_url(request.programme, "companies:group_list"))
        return _to_group(request, group)
    if participation.group_id != group.pk:
        services.set_group(actor=actor, participation=participation, name=group.name)
        messages.success(request, _("«\u00a0%(name)s\u00a0» est dans le groupe.") % {"name": participation})
    services.set_group_role(actor=actor, participation=participation, role=GroupRole(role) if role else None)
    return _to_group(request, group)
