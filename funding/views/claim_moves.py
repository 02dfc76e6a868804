"""Moves on a claim: pack, pieces, sending, answer, receipts, recoveries, rejected shares.

Each is a POST that answers with the claim's page; twice is harmless because services are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import BusinessError, NotVisible
from funding import rules, services
from funding.claim_forms import AbandonForm, AnswerForm, ClaimPieceForm, ReceiptForm, RepayForm, SendForm
from funding.enums import ClaimPieceKind
from funding.forms import ReasonForm
from funding.models import Claim, Receipt, Recovery
from funding.models.claim import COUNTED
from funding.selectors import claims as selectors
from funding.selectors.claims import VoucherRow
from funding.services.claim_packs import request_pack
from funding.views.claims import claim_page
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url

PAGE_SHARES = 100


@dataclass(frozen=True)
class AnswerRow:
    """A share of the answer's page, with the reason that was typed for it."""

    row: VoucherRow
    typed_reason: str


def _back(request: ProgrammeRequest, pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "funding:claim_detail", pk=pk))


def _move(
    request: ProgrammeRequest,
    claim: Claim,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    done: str,
) -> HttpResponse:
    """Parse, act, come back to the claim; a refusal is placed in its form."""
    if not form.is_valid():
        return claim_page(request, claim, {name: form})
    try:
        act(form.cleaned_data)
    except BusinessError as error:
        place_error(form, error)
        return claim_page(request, selectors.claim_for(request.access, claim.pk), {name: form})
    messages.success(request, done)
    return _back(request, claim.pk)


def _simple(request: ProgrammeRequest, pk: int, act: Callable[[], object], done: str) -> HttpResponse:
    """A move whose refusal is told on top of the claim's page."""
    try:
        act()
    except BusinessError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return _back(request, pk)


@allow(*OFFICE)
@require_POST
def claim_pack(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask for the pack, and follow it."""
    claim = selectors.claim_for(request.access, pk)
    try:
        job = request_pack(actor=request.access.user, claim=claim)
    except BusinessError as error:
        messages.error(request, error.message)
        return _back(request, pk)
    return HttpResponseRedirect(programme_url(request.programme, "programme:job_detail", pk=job.pk))


@allow(*OFFICE)
@require_POST
def claim_piece_add(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Join a piece that the funder asks for."""
    claim = selectors.claim_for(request.access, pk)
    form = ClaimPieceForm(request.POST, request.FILES, auto_id="piece_%s")
    return _move(
        request,
        claim,
        "piece",
        form,
        lambda data: services.add_claim_piece(
            actor=request.access.user, claim=claim, upload=data["file"], kind=ClaimPieceKind(data["kind"])
        ),
        _("La pièce est jointe à l’appel."),
    )


@allow(*OFFICE)
@require_POST
def claim_send(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Say that it left; only the director's reason sets the second person aside."""
    claim = selectors.claim_for(request.access, pk)

    def act(data: dict[str, Any]) -> object:
        reason = data["override_reason"] if rules.can_override(request.access) else ""
        return services.send_claim(
            actor=request.access.user, claim=claim, sent_on=data["sent_on"], override_reason=reason
        )

    form = SendForm(request.POST, auto_id="envoyer_%s")
    return _move(request, claim, "send", form, act, _("L’appel est envoyé\u00a0: il ne se modifie plus."))


@allow(*OFFICE)
@require_POST
def claim_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Give up a claim that was not sent."""
    claim = selectors.claim_for(request.access, pk)
    return _move(
        request,
        claim,
        "cancel",
        ReasonForm(request.POST, auto_id="abandonner_%s"),
        lambda data: services.cancel_claim(actor=request.access.user, claim=claim, reason=data["reason"]),
        _("L’appel est abandonné\u00a0: ses parts sont de nouveau à appeler."),
    )


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_answer(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Record what the funder answers, share by share when some are rejected."""
    claim = selectors.claim_for(request.access, pk)
    form = AnswerForm(
        request.POST if request.method == "POST" else None, initial={"answered_on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        refused = form.cleaned_data["outcome"] == "refused"
        try:
            services.answer_claim(
                actor=request.access.user,
                claim=claim,
                answered_on=form.cleaned_data["answered_on"],
                rejected={} if refused else form.rejected(),
                refused=refused,
                answer=form.cleaned_data["answer"],
            )
        except BusinessError as error:
            place_error(form, error)
        else:
            messages.success(request, _("La réponse est enregistrée."))
            return _back(request, pk)
    rows = [row for row in selectors.voucher_rows(claim) if row.status in COUNTED]
    typed = form.typed() if form.is_bound else {}
    context = {
        "claim": claim,
        "number": str(claim),
        "form": form,
        "page": Paginator([AnswerRow(row, typed.get(str(row.id), "")) for row in rows], PAGE_SHARES).get_page(
            request.GET.get("page")
        ),
        "ticked": {int(pk) for pk in request.POST.getlist("rejeter") if pk.isdecimal()},
        "can_answer": rules.claim_moves(request.access, claim)["answer"],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "funding/claim_answer.html", context, status=status)


@allow(*OFFICE)
@require_POST
def receipt_add(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Record what came."""
    claim = selectors.claim_for(request.access, pk)
    return _move(
        request,
        claim,
        "receive",
        ReceiptForm(request.POST, auto_id="recevoir_%s"),
        lambda data: services.record_receipt(
            actor=request.access.user,
            claim=claim,
            received_on=data["received_on"],
            amount_cents=data["amount"],
            reference=data["reference"],
            form_token=data["form_token"],
        ),
        _("Le versement est enregistré."),
    )


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Take back a receipt recorded by mistake."""
    receipt = (
        Receipt.objects.select_related("claim__funder")
        .filter(pk=pk, claim__programme=request.programme)
        .first()
    )
    if receipt is None:
        raise NotVisible
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.cancel_receipt(
                actor=request.access.user, receipt=receipt, reason=form.cleaned_data["reason"]
            )
        except BusinessError as error:
            place_error(form, error)
        else:
            messages.success(request, _("Le versement est annulé\u00a0; il reste dans l’historique."))
            return _back(request, receipt.claim_id)
    context = {"receipt": receipt, "claim": receipt.claim, "number": str(receipt.claim), "form": form}
    return render(request, "funding/receipt_cancel.html", context, status=422 if form.is_bound else 200)


@allow(*OFFICE)
@require_POST
def share_return(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Let a rejected share be claimed again."""
    row = selectors.claimed_share_for(request.access, pk)
    return _simple(
        request,
        row.claim_id,
        lambda: services.return_share(actor=request.access.user, row=row),
        _("La part est de nouveau à appeler."),
    )


@allow(Role.DIRECTOR)
@require_POST
def share_abandon(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Let the operator bear a rejected share, or a part of it."""
    row = selectors.claimed_share_for(request.access, pk)
    form = AbandonForm(request.POST, auto_id=f"part{pk}_%s")
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, str(problems[0]))
        return _back(request, row.claim_id)
    return _simple(
        request,
        row.claim_id,
        lambda: services.abandon_share(
            actor=request.access.user,
            row=row,
            reason=form.cleaned_data["reason"],
            amount_cents=form.cleaned_data["amount"],
        ),
        _("La part est à la charge du porteur\u00a0; une contre-passation en garde la trace."),
    )


@allow(*OFFICE)
@require_POST
def recovery_settle(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Record that a sum went back, or deduct it from another claim."""
    recovery = (
        Recovery.objects.for_programme(request.programme)
        .select_related("claim__funder")
        .filter(pk=pk)
        .first()
    )
    if recovery is None:
        raise NotVisible
    form = RepayForm(request.POST, recovery=recovery, auto_id=f"regler{pk}_%s")
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, str(problems[0]))
        return _back(request, recovery.claim_id)
    data = form.cleaned_data

    def act() -> object:
        if data["way"] == "offset":
            return services.offset_recovery(actor=request.access.user, recovery=recovery, claim=data["claim"])
        return services.repay_recovery(
            actor=request.access.user,
            recovery=recovery,
            settled_on=data["settled_on"],
            reference=data["reference"],
        )

    return _simple(request, recovery.claim_id, act, _("Le trop-perçu est réglé."))
