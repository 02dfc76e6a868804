"""What a funder answers to a claim, and what becomes of the shares it rejected."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import BusinessError
from core.formats import format_date, format_euros
from funding import claiming
from funding.claiming import Amounts
from funding.enums import ClaimedShareStatus, ClaimKind, ClaimStatus, ExpenseStatus
from funding.models import Claim, ClaimedShare, Expense
from funding.models.claim import COUNTED
from funding.selectors.claimable import account_of, terms_of
from funding.services import dated_moves, totals
from funding.services.claims import locked_claim, moved_on, record, set_amounts
from funding.services.counter_entries import (
    book_counter_entry,
    check_reason,
    locked_expense,
    shares_left,
)
from funding.services.settlement import settle

ANSWERABLE = (ClaimStatus.SENT, ClaimStatus.ACCEPTED, ClaimStatus.PARTLY_REJECTED, ClaimStatus.PAID)


@transaction.atomic
def answer_claim(
    *,
    actor: User | None,
    claim: Claim,
    answered_on: date,
    rejected: Mapping[int, str] | None = None,
    refused: bool = False,
    answer: str = "",
    today: date | None = None,
) -> Claim:
    """Record what the funder answers: all accepted, some shares rejected, or the whole claim refused.

    ``rejected`` gives a reason by claimed share. A rejected share stays in the claim with its reason until
    it goes back (``return_share``) or is borne by the operator (``abandon_share``); counter-entries of its
    expense in the same claim follow it; the other funders' shares are untouched. A funder may reject
    later, even what it paid. The same answer twice changes nothing.

    Raises ``BusinessError``: claim not sent, a rejection without reason, a share of another claim, date
    before the claim was sent or to come. Side effects: amounts of the claim, recoveries, one audit event.
    """
    fresh = locked_claim(claim)
    if fresh.status not in ANSWERABLE:
        raise moved_on(fresh)
    _check_date(fresh, answered_on, today or timezone.localdate())
    reasons = _all_refused(fresh, answer.strip()) if refused else dict(rejected or {})
    new = _reject(fresh, reasons)
    first_answer = fresh.status == ClaimStatus.SENT
    if not (new or first_answer or (refused and fresh.payable_cents)):
        return fresh
    before = fresh.payable_cents
    fresh.answered_on, fresh.answer = answered_on, answer.strip() or fresh.answer
    amounts = _apply_answer(fresh, refused=refused)
    record(
        actor,
        fresh,
        "claim.answered",
        answer,
        status=fresh.status,
        answered_on=answered_on,
        rejected={str(pk): reasons[pk] for pk in new if pk in reasons},
        payable_cents=[before, fresh.payable_cents],
    )
    settle(actor, fresh, recovery_cents=amounts.recovery)
    dated_moves.date_claim(fresh, answered_on)
    return fresh


def _all_refused(claim: Claim, answer: str) -> dict[int, str]:
    if not answer:
        raise BusinessError(_("Indiquez le motif du rejet."), field="answer", code="reason")
    return dict.fromkeys(_counted(claim).values_list("pk", flat=True), answer)


def _apply_answer(claim: Claim, *, refused: bool) -> Amounts:
    """Accept what was not rejected and write what the claim comes to."""
    _counted(claim).update(status=ClaimedShareStatus.ACCEPTED)
    amounts = _amounts_after(claim, refused=refused)
    set_amounts(claim, amounts)
    claim.status = _answered_status(claim, refused=refused)
    claim.full_clean()
    claim.save()
    return amounts


def _check_date(claim: Claim, answered_on: date, today: date) -> None:
    first = claim.sent_on or claim.programme.starts_on
    if not first <= answered_on <= today:
        raise BusinessError(
            _("La réponse est datée du %(start)s (envoi) à aujourd’hui.") % {"start": format_date(first)},
            field="answered_on",
            code="dates",
        )


def _counted(claim: Claim) -> "QuerySet[ClaimedShare]":
    rows: QuerySet[ClaimedShare] = claim.shares.filter(status__in=COUNTED)
    return rows


def _reject(claim: Claim, reasons: Mapping[int, str]) -> list[int]:
    """Mark shares rejected, counter-entries of the same expenses with them; which ones are new."""
    rows = {row.pk: row for row in claim.shares.select_related("share__expense")}
    if not rows.keys() >= reasons.keys():
        raise BusinessError(_("Cette part n’est pas dans cet appel\u00a0: rechargez la page."), code="stale")
    if any(not reason.strip() for reason in reasons.values()):
        raise BusinessError(
            _("Chaque part rejetée porte un motif\u00a0: c’est lui qui permet de la reprendre."),
            code="reason",
        )
    by_root = {_root(rows[pk]): reason.strip()[:250] for pk, reason in reasons.items()}
    new = [row for row in rows.values() if _root(row) in by_root and row.status in COUNTED]
    for row in new:
        row.status, row.reason = ClaimedShareStatus.REJECTED, by_root[_root(row)]
    ClaimedShare.objects.bulk_update(new, ["status", "reason"])
    totals.add_claimed(claim.shares.filter(pk__in=[row.pk for row in new]), sign=-1)
    return [row.pk for row in new]


def _root(row: ClaimedShare) -> int:
    expense = row.share.expense
    return int(expense.answers_id or expense.pk)


def _amounts_after(claim: Claim, *, refused: bool) -> Amounts:
    before = Amounts(claim.gross_cents, claim.imputed_cents, claim.withheld_cents, claim.payable_cents)
    gross = sum(_counted(claim).values_list("amount_cents", flat=True))
    account = account_of(claim.funder, without=claim)
    if refused:
        return Amounts(0, 0, 0, 0)
    if claim.kind == ClaimKind.ADVANCE:
        return before
    if claim.kind == ClaimKind.BALANCE:
        return claiming.balance(account, gross)
    return claiming.interim(terms_of(claim.funder), account, gross, limit=before)


def _answered_status(claim: Claim, *, refused: bool) -> ClaimStatus:
    held = claim.shares.exists()
    if refused or (held and not claim.payable_cents and not _counted(claim).exists()):
        return ClaimStatus.REJECTED
    some = held and claim.shares.exclude(status__in=COUNTED).exists()
    return ClaimStatus.PARTLY_REJECTED if some else ClaimStatus.ACCEPTED


@transaction.atomic
def return_share(
    *, actor: User | None, row: ClaimedShare, comment: str = "", today: date | None = None
) -> None:
    """Let a rejected share be claimed again, once what was wrong is mended. Twice changes nothing.

    Raises ``BusinessError`` for a share that was not rejected, or already abandoned.
    """
    claim = locked_claim(row.claim)
    fresh = ClaimedShare.objects.select_related("share__expense").get(pk=row.pk)
    if fresh.status == ClaimedShareStatus.RETURNED:
        return
    if fresh.status != ClaimedShareStatus.REJECTED:
        raise _not_rejected()
    _close(claim, fresh, ClaimedShareStatus.RETURNED)
    dated_moves.date_claim(claim, today)
    record(actor, claim, "claim.share_returned", comment, expense=str(fresh.share.expense))


@transaction.atomic
def abandon_share(
    *,
    actor: User | None,
    row: ClaimedShare,
    reason: str,
    amount_cents: int | None = None,
    at: datetime | None = None,
) -> Expense | None:
    """Give up a rejected share: a counter-entry takes it off the funder, the operator bears it.

    ``amount_cents`` gives up a part only; the rest may be claimed again. The other funders' shares do not
    move. Returns the counter-entry; nothing when nothing of the share is left. Twice changes nothing.

    Raises ``BusinessError``: no reason, share not rejected, more than what is left of it.
    """
    check_reason(reason)
    claim = locked_claim(row.claim)
    fresh = ClaimedShare.objects.select_related("share__expense__answers").get(pk=row.pk)
    if fresh.status == ClaimedShareStatus.ABANDONED:
        return None
    if fresh.status != ClaimedShareStatus.REJECTED:
        raise _not_rejected()
    expense = locked_expense(fresh.share.expense.answers or fresh.share.expense)
    left = shares_left(expense).get(claim.funder_id, 0)
    given_up = _given_up(left, amount_cents)
    whole = given_up == left
    _close(claim, fresh, ClaimedShareStatus.ABANDONED if whole else ClaimedShareStatus.RETURNED)
    dated_moves.date_claim(claim, timezone.localdate(at or timezone.now()))
    entry = None
    if given_up:
        entry = book_counter_entry(
            actor,
            expense,
            ExpenseStatus.PAID,
            reason,
            at,
            amounts=(0, given_up, 0),
            shares={claim.funder_id: given_up},
            label=_("Part non admise de %(number)s – %(label)s"),
        )
    record(
        actor,
        claim,
        "claim.share_abandoned",
        reason,
        expense=str(expense),
        amount_cents=given_up,
        counter_entry=entry.number if entry else None,
    )
    return entry


def _given_up(left: int, amount_cents: int | None) -> int:
    """All that is left of a share, or a part of it."""
    given_up = left if amount_cents is None else amount_cents
    if not 0 <= given_up <= left or (amount_cents is not None and not given_up):
        raise BusinessError(
            _("Il reste %(left)s de cette part.") % {"left": format_euros(left)},
            field="amount",
            code="amount",
        )
    return given_up


def _close(claim: Claim, row: ClaimedShare, status: ClaimedShareStatus) -> None:
    """Let the share and the counter-entries rejected with it leave the claim."""
    root = _root(row)
    mates = [
        other.pk
        for other in claim.shares.filter(status=ClaimedShareStatus.REJECTED).select_related("share__expense")
        if _root(other) == root
    ]
    ClaimedShare.objects.filter(pk__in=mates).update(status=status)


def _not_rejected() -> BusinessError:
    return BusinessError(
        _("Cette part n’est pas, ou n’est plus, une part rejetée à reprendre."), code="state"
    )
