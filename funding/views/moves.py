"""Moves on an expense: submit, validate, return, pay, cancel, credit; its pieces of evidence.

Each is a POST that answers with the expense's page; twice is harmless because services are.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.errors import BusinessError
from core.files import serve
from funding import rules, selectors, services
from funding.enums import EvidenceKind
from funding.forms import CreditForm, EvidenceForm, PayForm, ReasonForm, ValidateForm, read_moment
from funding.models import Expense
from funding.views.expenses import detail_page, place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url


def _move(
    request: ProgrammeRequest,
    pk: int,
    name: str,
    form: forms.Form | None,
    act: Callable[[Expense, dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """Parse, act, come back to the expense; a refusal is placed in its form or told on top."""
    expense = selectors.expense_for(request.access, pk)
    back = HttpResponseRedirect(programme_url(request.programme, "funding:expense_detail", pk=pk))
    if form is not None and not form.is_valid():
        return detail_page(request, expense, {name: form})
    try:
        act(expense, form.cleaned_data if form is not None else {})
    except BusinessError as error:
        if form is None:
            messages.error(request, error.message)
            return back
        place_error(form, error)
        return detail_page(request, selectors.expense_for(request.access, pk), {name: form})
    messages.success(request, done)
    return back


@allow(*OFFICE)
@require_POST
def expense_submit(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Hand it to the person who validates."""
    return _move(
        request,
        pk,
        "submit",
        None,
        lambda expense, _data: services.submit_expense(actor=request.access.user, expense=expense),
        _("La dépense est soumise\u00a0: une autre personne va la valider."),
    )


@allow(*OFFICE)
@require_POST
def expense_validate(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Attest the service done; only the director's reason sets a rule aside."""

    def act(expense: Expense, data: dict[str, Any]) -> object:
        reason = data["override_reason"] if rules.can_override(request.access) else ""
        return services.validate_expense(
            actor=request.access.user,
            expense=expense,
            override_reason=reason,
            seen=read_moment(data["seen"]),
        )

    form = ValidateForm(request.POST, auto_id="valider_%s")
    done = _("La dépense est validée et répartie entre les financeurs.")
    return _move(request, pk, "validate", form, act, done)


@allow(*OFFICE)
@require_POST
def expense_return(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Send it back with a reason."""
    return _move(
        request,
        pk,
        "send_back",
        ReasonForm(request.POST, auto_id="renvoyer_%s"),
        lambda expense, data: services.return_expense(
            actor=request.access.user, expense=expense, reason=data["reason"]
        ),
        _("La dépense est renvoyée en brouillon avec son motif."),
    )


@allow(*OFFICE)
@require_POST
def expense_pay(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Record its payment."""
    return _move(
        request,
        pk,
        "pay",
        PayForm(request.POST, auto_id="payer_%s"),
        lambda expense, data: services.pay_expense(
            actor=request.access.user, expense=expense, paid_on=data["paid_on"]
        ),
        _("Le paiement est enregistré."),
    )


@allow(*OFFICE)
@require_POST
def expense_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Cancel a draft (office) or answer it by a counter-entry (director)."""

    def act(expense: Expense, data: dict[str, Any]) -> object:
        if expense.status in rules.BOOKED and not rules.can_cancel_expense(request.access, expense):
            raise PermissionDenied
        return services.cancel_expense(actor=request.access.user, expense=expense, reason=data["reason"])

    form = ReasonForm(request.POST, auto_id="annuler_%s")
    return _move(request, pk, "cancel", form, act, _("La dépense est annulée."))


@allow(Role.DIRECTOR)
@require_POST
def expense_credit(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Reduce it by a credit note."""
    return _move(
        request,
        pk,
        "credit",
        CreditForm(request.POST, auto_id="avoir_%s"),
        lambda expense, data: services.credit_expense(
            actor=request.access.user,
            expense=expense,
            amount_cents=data["amount"],
            eligible_cents=data["eligible"],
            reason=data["reason"],
            form_token=data["form_token"],
        ),
        _("L’avoir est enregistré et rendu aux financeurs."),
    )


@allow(*OFFICE)
@require_POST
def evidence_add(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Add a piece."""
    return _move(
        request,
        pk,
        "evidence",
        EvidenceForm(request.POST, request.FILES, auto_id="piece_%s"),
        lambda expense, data: services.add_evidence(
            actor=request.access.user,
            expense=expense,
            upload=data["evidence"],
            kind=EvidenceKind(data["evidence_kind"]),
        ),
        _("La pièce est ajoutée."),
    )


@allow(*OFFICE)
@require_safe
def evidence_download(request: ProgrammeRequest, pk: int) -> FileResponse:
    """Send a piece to who may read the budget."""
    return serve(selectors.evidence_for(request.access, pk).file)


@allow(*OFFICE)
@require_POST
def evidence_remove(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Take a piece off a draft."""
    piece = selectors.evidence_for(request.access, pk)
    try:
        services.remove_evidence(actor=request.access.user, piece=piece)
    except BusinessError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("La pièce est retirée de la dépense."))
    return HttpResponseRedirect(
        programme_url(request.programme, "funding:expense_detail", pk=piece.expense_id)
    )
