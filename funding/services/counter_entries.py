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
from funding.services.expenses import find_by_token, line_state, next_number, save_shares
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
    _check_reason(reason)
    fresh = _locked(expense)
    if fresh.status == ExpenseStatus.CANCELLED:
        return fresh
    if fresh.answers_id is not None or fresh.status == ExpenseStatus.SUBMITTED:
        raise BusinessError(
            _("Une dépense soumise se renvoie avec un motif ; une contre-passation ne s’annule pas."),
            code="state",
        )
    was = ExpenseStatus(fresh.status)
    if was in BOOKED:
        amount, eligible, excess = _left(fresh)
        shares = _shares_left(fresh)
        _book(
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
    _check_reason(reason)
    fresh = _locked(expense)
    if form_token and (existing := find_by_token(form_token)):
        return existing
    if fresh.answers_id is not None or fresh.status not in BOOKED:
        raise BusinessError(_("Seule une dépense validée ou payée reçoit un avoir."), code="state")
    amount, eligible, excess = _left(fresh)
    credited = min(amount_cents, eligible) if eligible_cents is None else eligible_cents
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
    unfunded = min(excess, credited)
    funders, amounts, charged = line_state(fresh.line_id)
    own = _shares_left(fresh)
    back = take_back(amounts, charged, [own.get(pk, 0) for pk in funders], credited - unfunded)
    note = _book(
        actor, fresh, ExpenseStatus(fresh.status), reason, at,
        amounts=(amount_cents, credited, unfunded),
        shares=dict(zip(funders, back, strict=True)),
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


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de la décision."), field="reason", code="reason")


def _locked(expense: Expense) -> Expense:
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


def _shares_left(expense: Expense) -> dict[int, int]:
    """What each funder still bears of an expense, by funder id."""
    entries = [expense.pk, *expense.counter_entries.values_list("pk", flat=True)]
    rows = Share.objects.filter(expense_id__in=entries).values("funder").annotate(total=Sum("amount_cents"))
    return {row["funder"]: row["total"] for row in rows.order_by() if row["total"]}


def _book(
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
        form_token=form_token,
    )
    entry.full_clean()
    entry.save()
    save_shares(entry, list(shares), tuple(-cents for cents in shares.values()))
    return entry
