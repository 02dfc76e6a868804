"""A funder: what it agreed, was asked and paid, what it owes; who reads for it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from funding import rules
from funding.closing_form import asked_day
from funding.figures import CardLinks, funder_cards, funder_chart
from funding.models import Funder, FunderMember
from funding.selectors.claims import funder_accounts
from funding.services.funder_members import invite_funder_member, remove_funder_member
from funding.views.budget import budget_at
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url


class FunderMemberForm(forms.Form):
    """Who reads for a funder."""

    email = forms.EmailField(label=gettext_lazy("Adresse e-mail"), max_length=200)
    first_name = forms.CharField(label=gettext_lazy("Prénom"), max_length=80)
    last_name = forms.CharField(label=gettext_lazy("Nom"), max_length=80)


def _url(request: ProgrammeRequest, funder: Funder) -> str:
    return programme_url(request.programme, "funding:funder_detail", pk=funder.pk)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def funder_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The funder's account by axis, and the people who read for it; the director invites them here.

    ``?at=`` shows the account as it was at the end of a past day.
    """
    funder = get_object_or_404(Funder.objects.for_programme(request.programme), pk=pk)
    can_invite = rules.can_manage_plan(request.access)
    form = FunderMemberForm(request.POST if request.method == "POST" and can_invite else None)
    if form.is_bound and form.is_valid():
        invite_funder_member(actor=request.access.user, funder=funder, **form.cleaned_data)
        messages.success(
            request,
            _("%(name)s peut lire pour %(funder)s\u00a0: un lien lui est envoyé.")
            % {"name": form.cleaned_data["first_name"], "funder": funder.name},
        )
        return HttpResponseRedirect(f"{_url(request, funder)}#personnes")
    at = asked_day(request.GET)
    budget = budget_at(request.programme, at)
    rank = budget.funder_index(funder.pk)
    account = next(found for found in funder_accounts(request.programme, at) if found.id == funder.pk)
    urls = CardLinks(request.programme, at)
    context = {
        "funder": funder,
        "at": at,
        "own": budget.funders[rank],
        "cards": funder_cards(
            budget.funders[rank], account, funder_query=f"financeur={funder.pk}", urls=urls
        ),
        "axes": [(axis, axis.by_funder[rank]) for axis in budget.axes],
        "chart": funder_chart(budget, rank, to_funder=False),
        "members": funder.members.select_related("user"),
        "form": form if can_invite else None,
        "expenses_url": f"{programme_url(request.programme, 'funding:expense_list')}?financeur={funder.pk}",
        "claims_url": f"{programme_url(request.programme, 'funding:claim_list')}?financeur={funder.pk}",
        "composition_url": programme_url(request.programme, "funding:composition"),
    }
    return render(request, "funding/funder_detail.html", context, status=422 if form.errors else 200)


@allow(Role.DIRECTOR)
@require_POST
def funder_member_remove(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Stop a person from reading for a funder."""
    rows = FunderMember.objects.select_related("funder", "user")
    member = rows.filter(pk=pk, funder__programme=request.programme).first()
    if member is None:
        # A second click: she is already gone.
        return HttpResponseRedirect(programme_url(request.programme, "funding:funders"))
    remove_funder_member(actor=request.access.user, member=member)
    messages.success(request, _("%(name)s ne lit plus pour ce financeur.") % {"name": member.user.full_name})
    return HttpResponseRedirect(f"{_url(request, member.funder)}#personnes")
