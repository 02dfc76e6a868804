"""Commitments: entered, approved by a second person, consumed by invoices, closed or cancelled."""

from datetime import date, datetime
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
from funding.enums import CommitmentKind, CommitmentStatus
from funding.models import BudgetLine, Commitment
from funding.rules import second_person_required
from funding.selectors.reserves import commitment_use
from funding.services.dated_moves import date_commitment
from funding.services.lines import line_state, overrun, planned_in_force
from programme.models import Programme


@transaction.atomic
def create_commitment(
    *,
    actor: User | None,
    line: BudgetLine,
    kind: CommitmentKind,
    label: str,
    supplier: str,
    signed_on: date,
    amount_cents: int,
    reference: str = "",
    upload: Any = None,
    form_token: UUID | None = None,
) -> Commitment:
    """Enter a commitment; it reserves nothing until it is approved.

    ``amount_cents`` is the eligible amount to keep on the line. The same ``form_token`` always gives the
    same commitment. Raises ``BusinessError``: line outside the plan in force, date outside the agreement
    or to come, amount not positive, file refused.
    """
    programme = Programme.objects.select_for_update(no_key=True).get(pk=line.programme_id)
    existing: Commitment | None = Commitment.objects.filter(form_token=form_token).first()
    if form_token and existing is not None:
        return existing
    _check_entry(programme, line, signed_on, amount_cents)
    if upload is not None:
        check_upload(upload)
    last = Commitment.objects.filter(programme=programme).aggregate(last=Max("number"))["last"]
    commitment = Commitment(
        programme=programme,
        number=int(last or 0) + 1,
        line=line,
        kind=kind,
        label=label.strip(),
        supplier=supplier.strip(),
        reference=reference.strip(),
        signed_on=signed_on,
        amount_cents=amount_cents,
        entered_by=actor,
        form_token=form_token,
    )
    commitment.full_clean()
    if upload is not None:
        commitment.file = store_upload(upload, programme_id=programme.pk, actor=actor)
    commitment.save()
    _record(actor, commitment, "commitment.created", line=line.code, amount_cents=amount_cents)
    return commitment


def _check_entry(programme: Programme, line: BudgetLine, signed_on: date, amount_cents: int) -> None:
    if not planned_in_force(line.pk).exists():
        raise BusinessError(
            _("La ligne «\u00a0%(label)s\u00a0» n’est pas dans le plan en vigueur.") % {"label": line.label},
            field="line",
            code="line",
        )
    last = min(timezone.localdate(), programme.ends_on)
    if not programme.starts_on <= signed_on <= last:
        raise BusinessError(
            _("Un engagement se date du %(start)s au %(end)s.")
            % {"start": format_date(programme.starts_on), "end": format_date(last)},
            field="signed_on",
            code="dates",
        )
    if amount_cents <= 0:
        raise BusinessError(_("Le montant doit être supérieur à zéro."), field="amount", code="amount")


@transaction.atomic
def approve_commitment(
    *,
    actor: User | None,
    commitment: Commitment,
    override_reason: str = "",
    at: datetime | None = None,
) -> Commitment:
    """Reserve the line. Approving twice changes nothing.

    ``override_reason`` is the director's decision (the door checks that she is one) to approve what she
    entered herself, or more than remains: the excess is then reserved nowhere and funded by nobody.
    Raises ``BusinessError``: same person, more than remains on the line, closed or cancelled meanwhile.
    The line is locked: of two moves that would overrun it together, one is refused.
    """
    BudgetLine.objects.select_for_update(no_key=True).get(pk=commitment.line_id)
    fresh = _fresh(commitment)
    if fresh.status == CommitmentStatus.ACTIVE:
        return fresh
    if fresh.status != CommitmentStatus.PROPOSED:
        raise _moved_on(fresh)
    reason = override_reason.strip()
    _check_second_person(actor, fresh, reason)
    state = line_state(fresh.line_id)
    excess = max(0, fresh.amount_cents - max(0, state.available))
    if excess and not reason:
        raise overrun(fresh.line, fresh.amount_cents, state)
    fresh.status, fresh.excess_cents, fresh.decision_reason = CommitmentStatus.ACTIVE, excess, reason
    fresh.approved_by, fresh.approved_at = actor, at or timezone.now()
    fresh.full_clean()
    fresh.save()
    date_commitment(fresh, timezone.localdate(fresh.approved_at))
    _record(actor, fresh, "commitment.approved", reason, excess_cents=excess)
    return fresh


@transaction.atomic
def revise_commitment(
    *,
    actor: User | None,
    commitment: Commitment,
    amount_cents: int,
    reason: str,
    override_reason: str = "",
    at: datetime | None = None,
) -> Commitment:
    """Change the amount of a commitment that its quote or contract changed; the reason stays in its history.

    What an approved one reserves follows at once. Raising it then asks what approving it asked: somebody
    else than who entered it, and room on the line, unless ``override_reason`` is the director's decision
    (the door checks that she is one). The same amount again changes nothing.
    Raises ``BusinessError``: no reason, less than its invoices took, more than remains on the line, the
    person who entered it, closed or cancelled. Side effects: one audit event with both amounts.
    """
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de la révision."), field="reason", code="reason")
    BudgetLine.objects.select_for_update(no_key=True).get(pk=commitment.line_id)
    fresh = _fresh(commitment)
    if fresh.status not in (CommitmentStatus.PROPOSED, CommitmentStatus.ACTIVE):
        raise _moved_on(fresh)
    before = fresh.amount_cents
    if amount_cents == before:
        return fresh
    if amount_cents <= 0:
        raise BusinessError(_("Le montant doit être supérieur à zéro."), field="amount", code="amount")
    decision = override_reason.strip()
    if fresh.status == CommitmentStatus.ACTIVE:
        if amount_cents > before:
            _check_second_person(actor, fresh, decision)
        fresh.excess_cents = _revised_excess(fresh, amount_cents, decision)
    fresh.amount_cents = amount_cents
    fresh.decision_reason = decision or fresh.decision_reason
    fresh.full_clean()
    fresh.save()
    date_commitment(fresh, timezone.localdate(at or timezone.now()))
    comment = " · ".join(part for part in (reason.strip(), decision) if part)
    _record(actor, fresh, "commitment.revised", comment, amount_cents=[before, amount_cents])
    return fresh


def _revised_excess(commitment: Commitment, amount_cents: int, decision: str) -> int:
    """What of the new amount nobody funds: what invoices already left to the operator, and what is beyond
    the line. Raises ``BusinessError`` when that is more than the director accepted so far."""
    used = commitment_use(commitment)
    if amount_cents < used.consumed_cents + used.excess_cents:
        raise BusinessError(
            _("Les factures de cet engagement ont déjà pris %(used)s\u00a0: il ne peut pas valoir moins.")
            % {"used": format_euros(used.consumed_cents + used.excess_cents)},
            field="amount",
            code="consumed",
        )
    state = line_state(commitment.line_id, commitment_id=commitment.pk)
    wanted = amount_cents - used.consumed_cents - used.excess_cents
    excess: int = used.excess_cents + max(0, wanted - max(0, state.available))
    if excess > commitment.excess_cents and not decision:
        raise overrun(commitment.line, wanted, state)
    return excess


def _check_second_person(actor: User | None, commitment: Commitment, decision: str) -> None:
    own = actor is not None and commitment.entered_by_id == actor.pk
    if own and not decision and second_person_required(commitment.programme):
        raise BusinessError(
            _("Vous avez saisi cet engagement\u00a0: une autre personne doit l’approuver."),
            code="second-person",
        )


@transaction.atomic
def close_commitment(
    *, actor: User | None, commitment: Commitment, reason: str = "", at: datetime | None = None
) -> Commitment:
    """Release what no invoice consumed. Closing twice changes nothing.

    Raises ``BusinessError`` for a commitment that is not active.
    """
    return _end(actor, commitment, CommitmentStatus.ACTIVE, CommitmentStatus.CLOSED, reason, at)


@transaction.atomic
def cancel_commitment(
    *, actor: User | None, commitment: Commitment, reason: str, at: datetime | None = None
) -> Commitment:
    """Give up a commitment. Cancelling twice changes nothing.

    Raises ``BusinessError`` without a reason, or once an invoice consumed it: then it is closed.
    """
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de la décision."), field="reason", code="reason")
    if commitment.status == CommitmentStatus.PROPOSED:
        return _end(actor, commitment, CommitmentStatus.PROPOSED, CommitmentStatus.CANCELLED, reason, at)
    if commitment.expenses.exists():
        raise BusinessError(
            _("Des dépenses portent sur cet engagement\u00a0: soldez-le, le reste sera libéré."),
            code="consumed",
        )
    return _end(actor, commitment, CommitmentStatus.ACTIVE, CommitmentStatus.CANCELLED, reason, at)


def _end(
    actor: User | None,
    commitment: Commitment,
    source: CommitmentStatus,
    target: CommitmentStatus,
    reason: str,
    at: datetime | None,
) -> Commitment:
    BudgetLine.objects.select_for_update(no_key=True).get(pk=commitment.line_id)
    fresh = _fresh(commitment)
    if fresh.status == target:
        return fresh
    if fresh.status != source:
        raise _moved_on(fresh)
    fresh.status = target
    fresh.decision_reason = reason.strip() or fresh.decision_reason
    fresh.save()
    date_commitment(fresh, timezone.localdate(at or timezone.now()))
    _record(actor, fresh, f"commitment.{target}", reason)
    return fresh


def _fresh(commitment: Commitment) -> Commitment:
    fresh: Commitment = (
        Commitment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("programme", "line")
        .get(pk=commitment.pk)
    )
    return fresh


def _moved_on(commitment: Commitment) -> BusinessError:
    return BusinessError(
        _("L’engagement %(number)s est %(status)s\u00a0: rechargez la page.")
        % {
            "number": f"E{commitment.number:05d}",
            "status": CommitmentStatus(commitment.status).label,
        },
        code="state",
    )


def _record(actor: User | None, commitment: Commitment, verb: str, comment: str = "", **changes: Any) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        obj=commitment,
        programme_id=commitment.programme_id,
        changes=changes,
        comment=comment.strip(),
    )
