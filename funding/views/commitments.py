"""Commitments: the list, entering one, its page and the moves allowed on it."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.files import serve
from core.htmx import render_page
from core.listing import Listing
from core.money import euros
from funding import rules, services
from funding import selectors as budget_selectors
from funding.claim_filters import CommitmentFilter
from funding.commitment_forms import ApproveForm, CommitmentForm, ReviseForm
from funding.forms import ReasonForm
from funding.models import Commitment
from funding.selectors import commitments as selectors
from funding.selectors.claim_history import commitment_history
from funding.selectors.reserves import reserved_total
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url


@allow(*OFFICE)
@require_safe
def commitment_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Every commitment: search, filters, sort, export of what is filtered."""
    listing: Listing[Commitment] = Listing(
        request,
        queryset=selectors.commitments_queryset(request.programme),
        filterset_class=CommitmentFilter,
        filter_kwargs={"programme": request.programme},
        sorts={
            "numero": ("number",),
            "date": ("signed_on", "number"),
            "fournisseur": ("supplier", "number"),
            "montant": ("amount_cents",),
            "etat": ("status", "number"),
        },
        default_sort="-numero",
    )
    if listing.export_format:
        return export_response(_export(request, listing), fmt=listing.export_format, filename="engagements")
    context = {
        "listing": listing,
        "rows": selectors.commitment_rows(request.programme, listing.page.object_list),
        "reserved_cents": reserved_total(listing.queryset),
        "has_plan": budget_selectors.has_active_plan(request.programme),
    }
    return render_page(request, "funding/commitment_list.html", context, partials={"results": "results"})


def _export(request: ProgrammeRequest, listing: Listing[Commitment]) -> Sheet:
    def rows() -> Iterator[list[Any]]:
        for row in selectors.commitment_rows(request.programme, listing.queryset):
            yield [
                row.number,
                row.signed_on,
                row.kind,
                row.supplier,
                row.reference,
                row.label,
                row.line,
                row.status_label,
                euros(row.amount_cents),
                euros(row.consumed_cents),
                euros(row.left_cents),
            ]

    columns = [
        _("Numéro"),
        _("Date"),
        _("Nature"),
        _("Fournisseur"),
        _("Référence"),
        _("Objet"),
        _("Ligne"),
        _("État"),
        _("Montant"),
        _("Consommé"),
        _("Réservé"),
    ]
    return Sheet(_("Engagements"), columns, rows())


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def commitment_create(request: ProgrammeRequest) -> HttpResponse:
    """Enter a quote, a contract or an order."""
    overview = budget_selectors.current_budget(request.programme).overview
    form = CommitmentForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        overview=overview,
        initial={"line": request.GET.get("ligne")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            commitment = services.create_commitment(actor=request.access.user, **form.values())
        except BusinessError as error:
            place_error(form, error)
        else:
            messages.success(request, _("L’engagement est saisi. Il réservera sa ligne une fois approuvé."))
            return HttpResponseRedirect(
                programme_url(request.programme, "funding:commitment_detail", pk=commitment.pk)
            )
    context = {"form": form, "overview": overview}
    status = 422 if request.method == "POST" else 200
    return render(request, "funding/commitment_form.html", context, status=status)


@allow(*OFFICE)
@require_safe
def commitment_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A commitment, its invoices and what it still keeps."""
    return _page(request, selectors.commitment_for(request.access, pk))


def _page(
    request: ProgrammeRequest, commitment: Commitment, bound: dict[str, forms.Form] | None = None
) -> HttpResponse:
    (row,) = selectors.commitment_rows(request.programme, [commitment])
    expenses = budget_selectors.expense_rows_queryset(request.programme).filter(commitment=commitment)
    context = {
        "commitment": commitment,
        "row": row,
        "expenses": budget_selectors.expense_rows(request.programme, expenses.order_by("number")),
        "allowed": rules.commitment_moves(
            request.access,
            commitment,
            second_person=rules.second_person_required(request.programme),
        ),
        "history": commitment_history(commitment),
        "forms": {
            "approve": ApproveForm(auto_id="approuver_%s"),
            "revise": ReviseForm(auto_id="reviser_%s"),
            "cancel": ReasonForm(auto_id="annuler_%s"),
        }
        | (bound or {}),
        "refused": set(bound or {}),
    }
    return render(request, "funding/commitment_detail.html", context, status=422 if bound else 200)


def _move(
    request: ProgrammeRequest,
    pk: int,
    name: str,
    form: forms.Form,
    act: Callable[[Commitment, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    commitment = selectors.commitment_for(request.access, pk)
    if not form.is_valid():
        return _page(request, commitment, {name: form})
    try:
        act(commitment, form.cleaned_data)
    except BusinessError as error:
        place_error(form, error)
        return _page(request, selectors.commitment_for(request.access, pk), {name: form})
    messages.success(request, done)
    return HttpResponseRedirect(programme_url(request.programme, "funding:commitment_detail", pk=pk))


@allow(*OFFICE)
@require_POST
def commitment_approve(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Reserve the line; only the director's reason sets a rule aside."""

    def act(commitment: Commitment, data: dict[str, Any]) -> object:
        reason = data["override_reason"] if rules.can_override(request.access) else ""
        return services.approve_commitment(
            actor=request.access.user, commitment=commitment, override_reason=reason
        )

    form = ApproveForm(request.POST, auto_id="approuver_%s")
    return _move(request, pk, "approve", form, act, _("L’engagement réserve sa ligne."))


@allow(*OFFICE)
@require_POST
def commitment_revise(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Another amount; only the director's reason sets a rule aside."""

    def act(commitment: Commitment, data: dict[str, Any]) -> object:
        return services.revise_commitment(
            actor=request.access.user,
            commitment=commitment,
            amount_cents=data["amount"],
            reason=data["reason"],
            override_reason=data["override_reason"] if rules.can_override(request.access) else "",
        )

    form = ReviseForm(request.POST, auto_id="reviser_%s")
    return _move(request, pk, "revise", form, act, _("Le montant de l’engagement est révisé."))


@allow(*OFFICE)
@require_POST
def commitment_close(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Release what no invoice consumed."""
    return _move(
        request,
        pk,
        "close",
        forms.Form(request.POST),
        lambda commitment, _data: services.close_commitment(actor=request.access.user, commitment=commitment),
        _("L’engagement est soldé\u00a0: ce qui restait est libéré."),
    )


@allow(*OFFICE)
@require_POST
def commitment_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Give it up."""
    return _move(
        request,
        pk,
        "cancel",
        ReasonForm(request.POST, auto_id="annuler_%s"),
        lambda commitment, data: services.cancel_commitment(
            actor=request.access.user, commitment=commitment, reason=data["reason"]
        ),
        _("L’engagement est annulé."),
    )


@allow(*OFFICE)
@require_safe
def commitment_file(request: ProgrammeRequest, pk: int) -> FileResponse:
    """The quote, contract or order."""
    commitment = selectors.commitment_for(request.access, pk)
    if commitment.file is None:
        raise Http404
    return serve(commitment.file)
