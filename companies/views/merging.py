"""Records entered twice: the list of likely ones, and the page where two become one."""

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from companies import services
from companies.forms import MergeForm
from companies.models import Participation
from companies.selectors import identity_of, participation_for, twins
from companies.selectors.duplicates import near_duplicates
from companies.selectors.merging import preview
from companies.selectors.searching import search
from companies.views.companies import to_company
from core.errors import BusinessError, NotVisible
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE

_MAX_FOUND = 10


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def company_merge(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Merge another record into this one; ``?avec=`` shows what that would do."""
    kept = participation_for(request.access, pk)
    form = MergeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.merge(
                actor=request.access.user,
                kept=kept,
                merged_pk=form.cleaned_data["merged"],
                reason=form.cleaned_data["reason"],
            )
        except BusinessError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("Les deux fiches n’en font plus qu’une."))
            return to_company(request, kept)
    asked = request.POST.get("merged") or request.GET.get("avec", "")
    other = _other(request, kept, asked)
    context = {
        "participation": kept,
        "form": form,
        "preview": preview(kept, other) if other else None,
        "query": request.GET.get("q", ""),
        "found": _candidates(request, kept) if other is None else [],
    }
    return render(request, "companies/company_merge.html", context, status=422 if form.is_bound else 200)


@allow(*OFFICE)
@require_safe
def duplicates(request: ProgrammeRequest) -> HttpResponse:
    """Every pair of records that may be one company, by name or by SIREN."""
    by_siren, after = request.GET.get("motif") == "siren", request.GET.get("apres", "")
    if by_siren:
        start = int(after) if after.isdigit() and len(after) < 16 else 0
        page = twins.same_companies(request.programme, after=start)
    else:
        page = twins.alike_names(request.programme, after=after[:5])
    context = {"page": page, "by_siren": by_siren, "is_first": not after}
    return render(request, "companies/duplicate_list.html", context)


def _other(request: ProgrammeRequest, kept: Participation, asked: str) -> Participation | None:
    if not asked.isdigit() or len(asked) > 15 or int(asked) == kept.pk:
        return None
    try:
        return participation_for(request.access, int(asked))
    except (NotVisible, ObjectDoesNotExist):
        return None


def _candidates(request: ProgrammeRequest, kept: Participation) -> list[Participation]:
    """What was searched; without a search, what looks like this company."""
    rows = (
        Participation.objects.visible_to(request.access).select_related("establishment").exclude(pk=kept.pk)
    )
    if text := request.GET.get("q", "").strip():
        found = search(rows, text, programme_id=request.programme.pk)
        order = "closeness" if found.is_approximate else "name_key"
        return list(found.rows.order_by(order, "pk")[:_MAX_FOUND])
    identity = identity_of(kept)
    near = near_duplicates(
        request.programme,
        siret=kept.establishment.siret,
        name=identity.name,
        postal_code=identity.postal_code,
        excluding=kept.pk,
    )
    return list(rows.filter(pk__in=[row.participation_id for row in near]).order_by("name_key", "pk"))
