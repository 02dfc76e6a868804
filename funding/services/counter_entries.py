"""Undoing: history is never rewritten, a counter-entry of negative amount answers the expense."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_euros
from funding.apportionment import take_back
from funding.enums import ExpenseStatus
from funding.models import BudgetLine, Expense, Share
from funding.services.expenses import find_by_token, next_number, save_shares
from funding.services.lines import line_state
from funding.services.years import check_open
from programme.models import Programme

BOOKED = (ExpenseStatus.VALIDATED, ExpenseStatus.PAID)


@transaction.atomic
def cancel_expense(
    *, actor: User | None, expense: Expense, reason: str, at: datetime | None = None
) -> Expense:
    """Cancel a draft, or answer a validated or paid expense by the exact opposite of what is left of it.

    Returns the expense, cancelled. Cancelling twice changes nothing.
    Raises ``BusinessError`` without a reason, for a submitted expense (return it first) or a
    counter-entry. Side effects: one negative expense and its shares, one audit event.
    """
    check_reason(reason)
    fresh = locked_expense(expense)
    if fresh.status == ExpenseStatus.CANCELLED:
        return fresh
    if fresh.answers_id is not None or fresh.status == ExpenseStatus.SUBMITTED:
        raise BusinessError(
            _("Une dépense soumise se renvoie avec un motif\u00a0; une contre-passation ne s’annule pas."),
            code="state",
        )
    was = ExpenseStatus(fresh.status)
    if was in BOOKED:
        amount, eligible, excess = _left(fresh)
        shares = shares_left(fresh)
        book_counter_entry(
            actor, fresh, was, reason, at,
            amounts=(amount, eligible, excess),
            shares=shares,
            label=_("Annulation de %(number)s – %(label)s"),
        )  # fmt: skip
    Expense.objects.filter(pk=fresh.pk, status=was).update(
        status=ExpenseStatus.CANCELLED, decision_reason=reason.strip(), updated_at=timezone.now()
    )
    fresh.refresh_from_db()
    audit.record(
        actor=actor,
        verb="expense.cancelled",
        obj=fresh,
        programme_id=fresh.programme_id,
        changes={"status": [was.value, ExpenseStatus.CANCELLED.value]},
        comment=reason.strip(),
    )
    return fresh


@transaction.atomic
def credit_expense(
    *,
    actor: User | None,
    expense: Expense,
    amount_cents: int,
    reason: str,
    eligible_cents: int | None = None,
    form_token: UUID | None = None,
    at: datetime | None = None,
) -> Expense:
    """Reduce a validated or paid expense by a credit note (*avoir*); returns the counter-entry.

    Amounts are in cents, positive. Of the eligible part, what no funder pays goes back first, then the
    last cents charged (money.md §3.5). The same ``form_token`` always gives the same counter-entry.

    Raises ``BusinessError``: no reason, expense not booked, more than is left of it, or an eligible part
    that would exceed what is left. A credit of all that is left is a cancellation: ask for that.
    """
    check_reason(reason)
    fresh = locked_expense(expense)
    if form_token and (existing := find_by_token(form_token)):
        return existing
    if fresh.answers_id is not None or fresh.status not in BOOKED:
        raise BusinessError(_("Seule une dépense validée ou payée reçoit un avoir."), code="state")
    left = _left(fresh)
    credited = min(amount_cents, left[1]) if eligible_cents is None else eligible_cents
    _check_credit(amount_cents, credited, left)
    unfunded = min(left[2], credited)
    note = book_counter_entry(
        actor, fresh, ExpenseStatus(fresh.status), reason, at,
        amounts=(amount_cents, credited, unfunded),
        shares=_taken_back(fresh, credited - unfunded),
        label=_("Avoir sur %(number)s – %(label)s"),
        form_token=form_token,
    )  # fmt: skip
    audit.record(
        actor=actor,
        verb="expense.credited",
        obj=fresh,
        programme_id=fresh.programme_id,
        changes={"amount_cents": amount_cents, "note": note.number},
        comment=reason.strip(),
    )
    return note


def _check_credit(amount_cents: int, credited: int, left: tuple[int, int, int]) -> None:
    """Refuse more than is ``left`` (amount, eligible part, excess), or an eligible part that is not in it."""
    amount, eligible, _excess = left
    if not 0 < amount_cents < amount:
        raise BusinessError(
            _("L’avoir va d’un centime à moins de %(left)s. Pour tout reprendre, annulez la dépense.")
            % {"left": format_euros(amount)},
            field="amount",
            code="credit",
        )
    if not max(0, eligible - (amount - amount_cents)) <= credited <= min(amount_cents, eligible):
        raise BusinessError(
            _("La part éligible de l’avoir va de %(least)s à %(most)s.")
            % {
                "least": format_euros(max(0, eligible - (amount - amount_cents))),
                "most": format_euros(min(amount_cents, eligible)),
            },
            field="eligible",
            code="credit",
        )


def _taken_back(expense: Expense, cents: int) -> dict[int, int]:
    """What goes back to each funder, in the reverse order of the method (money.md §3.5)."""
    state, own = line_state(expense.line_id), shares_left(expense)
    back = take_back(state.agreed, state.charged, [own.get(pk, 0) for pk in state.funders], cents)
    return dict(zip(state.funders, back, strict=True))


def check_reason(reason: str) -> None:
    """Refuse a decision that nobody explains."""
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de la décision."), field="reason", code="reason")


def locked_expense(expense: Expense) -> Expense:
    """The expense as it is now, its programme and line locked in the order every service keeps."""
    Programme.objects.select_for_update(no_key=True).get(pk=expense.programme_id)
    BudgetLine.objects.select_for_update(no_key=True).get(pk=expense.line_id)
    fresh: Expense = (
        Expense.objects.select_for_update(no_key=True, of=("self",))
        .select_related("programme", "line")
        .get(pk=expense.pk)
    )
    return fresh


def _left(expense: Expense) -> tuple[int, int, int]:
    """Amount, eligible part and excess of an expense, once its credit notes are deducted."""
    notes = expense.counter_entries.aggregate(
        amount=Sum("amount_cents", default=0),
        eligible=Sum("eligible_cents", default=0),
        excess=Sum("excess_cents", default=0),
    )
    return (
        expense.amount_cents + notes["amount"],
        expense.eligible_cents + notes["eligible"],
        expense.excess_cents + notes["excess"],
    )


def shares_left(expense: Expense) -> dict[int, int]:
    """What each funder still bears of an expense, by funder id."""
    entries = [expense.pk, *expense.counter_entries.values_list("pk", flat=True)]
    rows = Share.objects.filter(expense_id__in=entries).values("funder").annotate(total=Sum("amount_cents"))
    return {row["funder"]: row["total"] for row in rows.order_by() if row["total"]}


def book_counter_entry(
    actor: User | None,
    expense: Expense,
    status: ExpenseStatus,
    reason: str,
    at: datetime | None,
    *,
    amounts: tuple[int, int, int],
    shares: dict[int, int],
    label: str,
    form_token: UUID | None = None,
) -> Expense:
    """Write the counter-entry and its negative shares. What was paid is taken as refunded that day."""
    moment = at or timezone.now()
    day: date = timezone.localdate(moment)
    check_open(expense.programme_id, day)
    entry = Expense(
        programme=expense.programme,
        number=next_number(expense.programme_id),
        line=expense.line,
        label=(label % {"number": f"D{expense.number:05d}", "label": expense.label})[:200],
        supplier=expense.supplier,
        invoice_number=expense.invoice_number,
        spent_on=day,
        amount_cents=-amounts[0],
        eligible_cents=-amounts[1],
        excess_cents=-amounts[2],
        status=status,
        entered_by=actor,
        validated_by=actor,
        submitted_at=moment,
        validated_at=moment,
        paid_on=day if status == ExpenseStatus.PAID else None,
        decision_reason=reason.strip(),
        answers=expense,
        commitment=expense.commitment,
        form_token=form_token,
    )
    entry.full_clean()
    entry.save()
    save_shares(entry, {funder: -cents for funder, cents in shares.items()})
    return entry
