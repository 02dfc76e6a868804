"""Money that came, and money that must go back: receipts and recoveries."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import BusinessError
from core.formats import format_date, format_euros
from funding.enums import ClaimedShareStatus, ClaimStatus, RecoveryOrigin, RecoveryStatus
from funding.models import Claim, Receipt, Recovery
from funding.models.claim import COUNTED
from funding.services import dated_moves
from funding.services.claims import locked_claim, moved_on, record
from funding.services.years import check_open

OPEN_TO_MONEY = (ClaimStatus.SENT, ClaimStatus.ACCEPTED, ClaimStatus.PARTLY_REJECTED, ClaimStatus.PAID)


def received_cents(claim: Claim) -> int:
    """What settles a claim: receipts that stand, and recoveries deducted from it."""
    receipts = claim.receipts.filter(cancelled_reason="").aggregate(s=Sum("amount_cents", default=0))["s"]
    offsets = claim.offsets.filter(status=RecoveryStatus.OFFSET).aggregate(s=Sum("amount_cents", default=0))
    return int(receipts) + int(offsets["s"])


@transaction.atomic
def record_receipt(
    *,
    actor: User | None,
    claim: Claim,
    received_on: date,
    amount_cents: int,
    reference: str = "",
    form_token: UUID | None = None,
    today: date | None = None,
) -> Receipt:
    """Record that a funder paid all or part of a claim. The same ``form_token`` gives the same receipt.

    A claim paid in full without an answer is accepted by that. What is paid above the claim becomes a
    recovery. Raises ``BusinessError``: claim not sent, partial payment of a claim that has no answer
    yet, amount not positive, date to come, before the claim was sent, or in a closed year.
    """
    fresh = locked_claim(claim)
    existing: Receipt | None = Receipt.objects.filter(form_token=form_token).first()
    if form_token and existing is not None:
        return existing
    if fresh.status not in OPEN_TO_MONEY:
        raise moved_on(fresh)
    first = fresh.sent_on or fresh.programme.starts_on
    if not first <= received_on <= (today or timezone.localdate()):
        raise BusinessError(
            _("Le versement est daté du %(start)s (envoi) à aujourd’hui.") % {"start": format_date(first)},
            field="received_on",
            code="dates",
        )
    check_open(fresh.programme_id, received_on, field="received_on")
    if amount_cents <= 0:
        raise BusinessError(_("Le montant doit être supérieur à zéro."), field="amount", code="amount")
    if fresh.status == ClaimStatus.SENT:
        _accept_by_payment(fresh, received_on, amount_cents)
    receipt = Receipt(
        claim=fresh,
        received_on=received_on,
        amount_cents=amount_cents,
        reference=reference.strip(),
        recorded_by=actor,
        form_token=form_token,
    )
    receipt.full_clean()
    receipt.save()
    record(actor, fresh, "claim.received", reference, amount_cents=amount_cents, received_on=received_on)
    settle(actor, fresh)
    dated_moves.date_claim(fresh, received_on)
    return receipt


def _accept_by_payment(claim: Claim, received_on: date, amount_cents: int) -> None:
    if amount_cents + received_cents(claim) < claim.payable_cents:
        raise BusinessError(
            _(
                "%(asked)s ont été demandés. Enregistrez d’abord la réponse du financeur\u00a0: "
                "elle dit si des "
                "parts sont rejetées."
            )
            % {"asked": format_euros(claim.payable_cents)},
            field="amount",
            code="no-answer",
        )
    claim.shares.filter(status__in=COUNTED).update(status=ClaimedShareStatus.ACCEPTED)
    claim.status, claim.answered_on = ClaimStatus.ACCEPTED, received_on
    claim.save()


@transaction.atomic
def cancel_receipt(
    *, actor: User | None, receipt: Receipt, reason: str, today: date | None = None
) -> Receipt:
    """Take back a receipt recorded by mistake; it stays, with its reason. Twice changes nothing.

    Raises ``BusinessError`` without a reason, in a closed year, or when what it overpaid already went back.
    """
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de la décision."), field="reason", code="reason")
    claim = locked_claim(receipt.claim)
    fresh = Receipt.objects.get(pk=receipt.pk)
    if fresh.cancelled_reason:
        return fresh
    check_open(claim.programme_id, fresh.received_on, field="reason")
    fresh.cancelled_reason = reason.strip()
    fresh.full_clean()
    fresh.save()
    record(actor, claim, "claim.receipt_cancelled", reason, amount_cents=fresh.amount_cents)
    settle(actor, claim)
    # Like a counter-entry: what was shown of the days before it stays as it was.
    dated_moves.date_claim(claim, today)
    return fresh


def settle(actor: User | None, claim: Claim, *, recovery_cents: int = 0) -> Claim:
    """Bring a claim's state and recoveries in line with what came and what it comes to, once locked.

    ``recovery_cents`` is what a balance gives back because less was justified than asked.
    Raises ``BusinessError`` when what was overpaid already went back and no longer appears to be.
    """
    if claim.status in (ClaimStatus.PREPARED, ClaimStatus.SENT, ClaimStatus.CANCELLED):
        return claim
    received = received_cents(claim)
    _settle_overpaid(actor, claim, max(0, received - claim.payable_cents))
    _settle_balance(actor, claim, recovery_cents)
    if claim.status != ClaimStatus.REJECTED:
        rejected = claim.shares.exclude(status__in=COUNTED).exists()
        open_status = ClaimStatus.PARTLY_REJECTED if rejected else ClaimStatus.ACCEPTED
        claim.status = ClaimStatus.PAID if received >= claim.payable_cents else open_status
    # Saved even when the state is the same: what the budget shows was computed before this money moved.
    claim.save(update_fields=["status", "updated_at"])
    return claim


def _settle_overpaid(actor: User | None, claim: Claim, overpaid: int) -> None:
    rows = claim.recoveries.filter(origin=RecoveryOrigin.OVERPAID).exclude(status=RecoveryStatus.CANCELLED)
    known = sum(rows.values_list("amount_cents", flat=True))
    if known == overpaid:
        return
    if known > overpaid:
        rows.filter(status=RecoveryStatus.OPEN).update(
            status=RecoveryStatus.CANCELLED, updated_at=timezone.now()
        )
        known = sum(rows.values_list("amount_cents", flat=True))
        if known > overpaid:
            raise BusinessError(
                _("Le trop-perçu de ce versement a déjà été reversé ou déduit\u00a0: le versement reste."),
                code="settled",
            )
    _open_recovery(actor, claim, RecoveryOrigin.OVERPAID, overpaid - known)


def _settle_balance(actor: User | None, claim: Claim, recovery_cents: int) -> None:
    rows = claim.recoveries.filter(origin=RecoveryOrigin.BALANCE).exclude(status=RecoveryStatus.CANCELLED)
    known = sum(rows.values_list("amount_cents", flat=True))
    _open_recovery(actor, claim, RecoveryOrigin.BALANCE, recovery_cents - known)


def _open_recovery(actor: User | None, claim: Claim, origin: RecoveryOrigin, cents: int) -> None:
    if cents <= 0:
        return
    Recovery.objects.create(programme_id=claim.programme_id, claim=claim, origin=origin, amount_cents=cents)
    record(actor, claim, "claim.recovery_opened", origin=origin.value, amount_cents=cents)


@transaction.atomic
def repay_recovery(
    *,
    actor: User | None,
    recovery: Recovery,
    settled_on: date,
    reference: str = "",
    today: date | None = None,
) -> Recovery:
    """Record that a sum went back to the funder. Doing it twice changes nothing.

    Raises ``BusinessError`` for a date to come or in a closed year, or a recovery already settled otherwise.
    """
    claim = locked_claim(recovery.claim)
    fresh: Recovery = Recovery.objects.get(pk=recovery.pk)
    if fresh.status == RecoveryStatus.REPAID:
        return fresh
    if fresh.status != RecoveryStatus.OPEN:
        raise _settled_already(fresh)
    if not claim.programme.starts_on <= settled_on <= (today or timezone.localdate()):
        raise BusinessError(
            _("La date va du %(start)s à aujourd’hui.") % {"start": format_date(claim.programme.starts_on)},
            field="settled_on",
            code="dates",
        )
    check_open(claim.programme_id, settled_on, field="settled_on")
    fresh.status, fresh.settled_on, fresh.reference = RecoveryStatus.REPAID, settled_on, reference.strip()
    fresh.full_clean()
    fresh.save()
    dated_moves.date_claim(claim, dated_moves.recovery_known_on(claim, settled_on))
    record(actor, claim, "claim.recovery_repaid", reference, amount_cents=fresh.amount_cents)
    return fresh


@transaction.atomic
def offset_recovery(*, actor: User | None, recovery: Recovery, claim: Claim) -> Recovery:
    """Deduct a recovery from what another claim of the funder still has to receive. Twice changes nothing.

    Raises ``BusinessError``: claim of another funder, given up or with less left to receive than the
    recovery, or a recovery already settled otherwise.
    """
    target = locked_claim(claim)
    fresh: Recovery = Recovery.objects.select_related("claim").get(pk=recovery.pk)
    if fresh.status == RecoveryStatus.OFFSET and fresh.offset_on_id == target.pk:
        return fresh
    if fresh.status != RecoveryStatus.OPEN:
        raise _settled_already(fresh)
    left = target.payable_cents - received_cents(target)
    wrong = target.funder_id != fresh.claim.funder_id or target.pk == fresh.claim_id
    if wrong or target.status in (ClaimStatus.CANCELLED, ClaimStatus.REJECTED, ClaimStatus.PAID):
        raise BusinessError(
            _("Choisissez un appel du même financeur qui attend encore un versement."),
            field="claim",
            code="claim",
        )
    if fresh.amount_cents > left:
        raise BusinessError(
            _("Il ne reste que %(left)s à recevoir sur cet appel.") % {"left": format_euros(left)},
            field="claim",
            code="claim",
        )
    fresh.status, fresh.offset_on = RecoveryStatus.OFFSET, target
    fresh.settled_on = timezone.localdate()
    fresh.full_clean()
    fresh.save()
    record(actor, target, "claim.recovery_offset", amount_cents=fresh.amount_cents)
    settle(actor, target)
    dated_moves.date_claims([fresh.claim_id, target.pk], fresh.settled_on)
    return fresh


def _settled_already(recovery: Recovery) -> BusinessError:
    return BusinessError(
        _("Ce trop-perçu est %(status)s\u00a0: rechargez la page.")
        % {"status": RecoveryStatus(recovery.status).label},
        code="state",
    )
