"""Claims: prepared from the shares that are due, sent, or given up before they are sent."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.files import check_upload, store_upload
from core.formats import format_date, format_euros
from funding import claiming
from funding.claiming import Amounts, ClaimingError
from funding.enums import ClaimKind, ClaimPieceKind, ClaimStatus, RecoveryStatus
from funding.models import Claim, ClaimedShare, ClaimPiece, ClaimTerms, Funder, Recovery
from funding.rules import second_person_required
from funding.selectors.claimable import Claimable, account_of, claimable, terms_of
from funding.services import dated_moves, totals
from programme.models import Programme

OVER = (ClaimStatus.CANCELLED, ClaimStatus.REJECTED)


@transaction.atomic
def prepare_claim(
    *,
    actor: User | None,
    funder: Funder,
    kind: ClaimKind,
    until: date | None = None,
    wanted_cents: int | None = None,
    form_token: UUID | None = None,
    today: date | None = None,
) -> Claim:
    """Make a claim: an advance of ``wanted_cents`` (all that is allowed by default), or the shares due.

    An interim claim or a balance takes every share of the funder whose expense is paid up to ``until``
    (today by default) and that no claim holds. The same ``form_token`` always gives the same claim.

    Raises ``BusinessError``: nothing to claim, date to come or outside the agreement, advance beyond what
    is agreed, interim claim after the balance, balance while a claim waits for its answer or a rejected
    share for its decision. Locks the programme: two claims made together never hold the same share.
    """
    programme = Programme.objects.select_for_update(no_key=True).get(pk=funder.programme_id)
    existing: Claim | None = Claim.objects.select_related("funder").filter(form_token=form_token).first()
    if form_token and existing is not None:
        return existing
    locked = Funder.objects.select_for_update(no_key=True).get(pk=funder.pk)
    day = until or today or timezone.localdate()
    _check_until(programme, day, today or timezone.localdate())
    found = claimable(locked, day) if kind != ClaimKind.ADVANCE else Claimable((), (), 0)
    amounts = claim_amounts(locked, kind, found, wanted_cents)
    last = Claim.objects.filter(funder=locked).aggregate(last=Max("number"))["last"]
    claim = Claim(
        programme=programme,
        funder=locked,
        number=int(last or 0) + 1,
        kind=kind,
        until=None if kind == ClaimKind.ADVANCE else day,
        prepared_by=actor,
        form_token=form_token,
    )
    set_amounts(claim, amounts)
    claim.asked_cents = claim.payable_cents
    claim.full_clean()
    claim.save()
    ClaimedShare.objects.bulk_create(
        ClaimedShare(claim=claim, share_id=share.share_id, rank=rank, amount_cents=share.amount_cents)
        for rank, share in enumerate(found.ready, start=1)
    )
    totals.add_claimed(claim.shares.all())
    # Counted from the day it is made, whatever the day its shares stop at.
    dated_moves.date_claim(claim, today)
    record(actor, claim, "claim.prepared", "", shares=len(found.ready), **_told(amounts))
    return claim


def _check_until(programme: Programme, until: date, today: date) -> None:
    if not programme.starts_on <= until <= today:
        raise BusinessError(
            _("La date va du %(start)s à aujourd’hui.") % {"start": format_date(programme.starts_on)},
            field="until",
            code="dates",
        )


def claim_amounts(
    funder: Funder, kind: ClaimKind, found: Claimable, wanted_cents: int | None = None
) -> Amounts:
    """What a claim made now would come to; the page shows it before it is made.

    Raises ``BusinessError`` as ``prepare_claim``.
    """
    terms, account = terms_of(funder), account_of(funder)
    claims = Claim.objects.filter(funder=funder)
    if kind == ClaimKind.BALANCE:
        _check_balance(funder, found)
        amounts = claiming.balance(account, found.gross_cents)
        if not found.ready and not amounts.payable and not amounts.recovery:
            raise _nothing_due(funder, found)
        return amounts
    if claims.filter(kind=ClaimKind.BALANCE).exclude(status__in=OVER).exists():
        raise BusinessError(
            _("Le solde de %(funder)s a été appelé\u00a0: une rectification se fait par un nouveau solde.")
            % {"funder": funder.name},
            field="kind",
            code="after-balance",
        )
    try:
        if kind == ClaimKind.ADVANCE:
            return claiming.advance(terms, account, wanted_cents)
        if found.gross_cents <= 0:
            raise _nothing_due(funder, found)
        return claiming.interim(terms, account, found.gross_cents)
    except ClaimingError as error:
        left = max(0, min(terms.advance - account.advanced, terms.ceiling - account.asked))
        raise BusinessError(
            _(
                "La convention prévoit une avance de %(percent)s %% et un plafond de %(ceiling)s %%\u00a0: "
                "il reste %(left)s à avancer."
            )
            % {
                "percent": terms.advance_percent,
                "ceiling": terms.ceiling_percent,
                "left": format_euros(left),
            },
            field="wanted",
            code="advance",
        ) from error


def _nothing_due(funder: Funder, found: Claimable) -> BusinessError:
    if found.lacking:
        return BusinessError(
            _("Rien n’est prêt\u00a0: %(amount)s attendent des justificatifs.")
            % {"amount": format_euros(found.lacking_cents)},
            code="nothing",
        )
    return BusinessError(
        _("Rien n’est à appeler auprès de %(funder)s\u00a0: aucune part payée n’est libre à cette date.")
        % {"funder": funder.name},
        code="nothing",
    )


def _check_balance(funder: Funder, found: Claimable) -> None:
    waiting = [
        str(claim)
        for claim in Claim.objects.filter(funder=funder).select_related("funder")
        if claim.status in (ClaimStatus.PREPARED, ClaimStatus.SENT)
    ]
    if waiting:
        raise BusinessError(
            _("Avant le solde, chaque appel doit avoir sa réponse\u00a0: %(claims)s attendent encore.")
            % {"claims": ", ".join(waiting)},
            field="kind",
            code="waiting",
        )
    if found.waiting_rejections:
        raise BusinessError(
            _(
                "Avant le solde, décidez des parts rejetées\u00a0: à remettre à appeler ou à la "
                "charge du porteur."
            ),
            field="kind",
            code="rejections",
        )


def set_amounts(claim: Claim, amounts: Amounts) -> None:
    """Write what a claim comes to on its row, unsaved."""
    claim.gross_cents, claim.imputed_cents = amounts.gross, amounts.imputed
    claim.withheld_cents, claim.payable_cents = amounts.withheld, amounts.payable


def _told(amounts: Amounts) -> dict[str, int]:
    return {
        "gross_cents": amounts.gross,
        "imputed_cents": amounts.imputed,
        "withheld_cents": amounts.withheld,
        "payable_cents": amounts.payable,
        "recovery_cents": amounts.recovery,
    }


@transaction.atomic
def cancel_claim(*, actor: User | None, claim: Claim, reason: str, today: date | None = None) -> Claim:
    """Give up a claim that was not sent: its shares are free again. Doing it twice changes nothing.

    Its number is not used again. Raises ``BusinessError`` without a reason, or once it was sent.
    """
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de la décision."), field="reason", code="reason")
    fresh = locked_claim(claim)
    if fresh.status == ClaimStatus.CANCELLED:
        return fresh
    if fresh.status != ClaimStatus.PREPARED:
        raise moved_on(fresh)
    totals.add_claimed(fresh.shares.all(), sign=-1)
    count = fresh.shares.all().delete()[0]
    deducted = Recovery.objects.filter(offset_on=fresh)
    touched = [fresh.pk, *deducted.values_list("claim_id", flat=True)]
    deducted.update(status=RecoveryStatus.OPEN, offset_on=None, updated_at=timezone.now())
    set_amounts(fresh, Amounts(0, 0, 0, 0))
    fresh.status = ClaimStatus.CANCELLED
    fresh.save()
    dated_moves.date_claims(touched, today or timezone.localdate())
    record(actor, fresh, "claim.cancelled", reason, shares=count)
    return fresh


@transaction.atomic
def send_claim(
    *, actor: User | None, claim: Claim, sent_on: date, override_reason: str = "", today: date | None = None
) -> Claim:
    """Say that a claim left. From then on it is what the funder holds. Sending twice changes nothing.

    ``override_reason`` is the director's decision (the door checks that she is one) to send what she
    prepared herself. Raises ``BusinessError``: same person, a piece that the funder asks for is missing,
    date to come or before the agreement, no longer prepared.
    """
    fresh = locked_claim(claim)
    if fresh.status == ClaimStatus.SENT:
        return fresh
    if fresh.status != ClaimStatus.PREPARED:
        raise moved_on(fresh)
    reason = override_reason.strip()
    own = actor is not None and fresh.prepared_by_id == actor.pk
    if own and not reason and second_person_required(fresh.programme):
        raise BusinessError(
            _("Vous avez préparé cet appel\u00a0: une autre personne doit l’envoyer."), code="second-person"
        )
    if not fresh.programme.starts_on <= sent_on <= (today or timezone.localdate()):
        raise BusinessError(
            _("La date d’envoi va du %(start)s à aujourd’hui.")
            % {"start": format_date(fresh.programme.starts_on)},
            field="sent_on",
            code="dates",
        )
    missing = missing_pieces(fresh)
    if missing:
        raise BusinessError(
            _("%(funder)s demande aussi\u00a0: %(pieces)s. Joignez-les avant l’envoi.")
            % {"funder": fresh.funder.name, "pieces": ", ".join(str(kind.label) for kind in missing)},
            code="pieces",
        )
    fresh.status, fresh.sent_on, fresh.sent_by = ClaimStatus.SENT, sent_on, actor
    fresh.full_clean()
    fresh.save()
    dated_moves.bring_forward(fresh, sent_on)
    record(actor, fresh, "claim.sent", reason, sent_on=sent_on, asked_cents=fresh.asked_cents)
    return fresh


def missing_pieces(claim: Claim) -> list[ClaimPieceKind]:
    """Pieces that the funder asks for and that the claim does not have."""
    terms = ClaimTerms.objects.filter(funder_id=claim.funder_id).first()
    asked = set(terms.required_pieces) if terms else set()
    present = set(claim.pieces.values_list("kind", flat=True))
    if claim.pack_id:
        present.add(ClaimPieceKind.PACK)
    return [kind for kind in ClaimPieceKind if kind.value in asked - present]


@transaction.atomic
def add_claim_piece(*, actor: User | None, claim: Claim, upload: Any, kind: ClaimPieceKind) -> ClaimPiece:
    """Join a piece that the funder asks for. The same content twice gives the same piece.

    Raises ``BusinessError`` for a file that is refused, or a claim already sent.
    """
    fresh = locked_claim(claim)
    if fresh.status != ClaimStatus.PREPARED:
        raise moved_on(fresh)
    check_upload(upload)
    stored = store_upload(upload, programme_id=fresh.programme_id, actor=actor)
    existing: ClaimPiece | None = fresh.pieces.filter(file__sha256=stored.sha256).first()
    if existing is not None:
        storage, name = stored.content.storage, str(stored.content.name)
        stored.delete()
        transaction.on_commit(lambda: storage.delete(name))
        return existing
    piece = ClaimPiece(claim=fresh, file=stored, kind=kind)
    piece.full_clean()
    piece.save()
    record(actor, fresh, "claim.piece_added", file=stored.name, kind=kind.value, sha256=stored.sha256)
    return piece


def locked_claim(claim: Claim) -> Claim:
    """The claim as it is now, its programme and itself locked in the order every service keeps."""
    Programme.objects.select_for_update(no_key=True).get(pk=claim.programme_id)
    fresh: Claim = (
        Claim.objects.select_for_update(no_key=True, of=("self",))
        .select_related("programme", "funder")
        .get(pk=claim.pk)
    )
    return fresh


def moved_on(claim: Claim) -> BusinessError:
    """The refusal of a move that the claim's state no longer allows."""
    return BusinessError(
        _("L’appel %(number)s est %(status)s\u00a0: rechargez la page.")
        % {"number": str(claim), "status": ClaimStatus(claim.status).label},
        code="state",
    )


def record(actor: User | None, claim: Claim, verb: str, comment: str = "", /, **changes: Any) -> None:
    """Write down a move of a claim."""
    audit.record(
        actor=actor,
        verb=verb,
        obj=claim,
        programme_id=claim.programme_id,
        changes=changes,
        comment=comment.strip(),
    )
