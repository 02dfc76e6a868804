"""The only writer of running totals: called by each move, in its transaction.

A move on an expense holds the lock of its line, a move on a claim that of the programme; increments are
made by the database, so that the two never undo each other.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Manager, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from funding.models import (
    ClaimedShare,
    CommitmentTotal,
    Expense,
    FunderTotal,
    MonthTotal,
    Share,
)
from funding.selectors.totals import expected_totals
from funding.services.dated_moves import mend_moves
from programme.models import Programme


def add_booked(expense: Expense, shares: Mapping[int, int]) -> None:
    """Count what an expense or a counter-entry was just charged, in cents by funder; negative undoes.

    ``expense.paid_on`` and ``expense.excess_cents`` are those it is booked with.
    """
    charged = {(expense.line_id, funder): cents for funder, cents in shares.items() if cents}
    total = sum(charged.values())
    if charged:
        columns = ("validated_cents",) if expense.paid_on is None else ("validated_cents", "paid_cents")
        _add_to_funders(charged, *columns)
        month = {"line_id": expense.line_id, "month": expense.spent_on.replace(day=1)}
        _add(MonthTotal.objects, month, validated_cents=total)
    if expense.commitment_id and (total or expense.excess_cents):
        commitment = {"commitment_id": expense.commitment_id}
        _add(CommitmentTotal.objects, commitment, consumed_cents=total, excess_cents=expense.excess_cents)


def add_paid(expenses: Iterable[int]) -> None:
    """Count as paid the shares of expenses, given by id."""
    rows = Share.objects.filter(expense__in=list(expenses)).order_by()
    sums = rows.values_list("line_id", "funder_id").annotate(total=Sum("amount_cents"))
    _add_to_funders({(line, funder): cents for line, funder, cents in sums}, "paid_cents")


def add_claimed(rows: "QuerySet[ClaimedShare]", *, sign: int = 1) -> None:
    """Count shares of one claim: those it has just taken (``sign`` 1), those it no longer counts (-1)."""
    sums = rows.order_by().values_list("share__line_id", "share__funder_id").annotate(s=Sum("amount_cents"))
    _add_to_funders({(line, funder): sign * cents for line, funder, cents in sums}, "claimed_cents")


def _add_to_funders(cents: Mapping[tuple[int, int], int], *columns: str) -> None:
    """Add cents by (line, funder) to the columns: two statements, however many of them there are.

    The places are several funders of one line, or several lines of one funder.
    """
    if not cents:
        return
    places = sorted(cents)
    FunderTotal.objects.bulk_create(
        [FunderTotal(line_id=line, funder_id=funder) for line, funder in places], ignore_conflicts=True
    )
    added = Case(
        *(When(line_id=line, funder_id=funder, then=Value(cents[line, funder])) for line, funder in places),
        default=Value(0),
    )
    rows = FunderTotal.objects.filter(
        line_id__in={line for line, _funder in places}, funder_id__in={funder for _line, funder in places}
    )
    rows.update(**{column: F(column) + added for column in columns})


def _add(totals: "Manager[Any]", key: Mapping[str, Any], **added: int) -> None:
    totals.bulk_create([totals.model(**key)], ignore_conflicts=True)
    totals.filter(**key).update(**{column: F(column) + cents for column, cents in added.items()})


@transaction.atomic
def rebuild_totals(programme: Programme) -> None:
    """Write the totals again from the shares, after rows were written by another way than services.

    Dated moves are completed, not written again: what is missing of them is dated today.
    """
    # Nobody books or claims meanwhile: both kinds of move wait for one of these locks.
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    list(programme.budget_lines.select_for_update(no_key=True).order_by("pk"))
    of_line = Q(line__programme=programme)
    FunderTotal.objects.filter(of_line).delete()
    MonthTotal.objects.filter(of_line).delete()
    CommitmentTotal.objects.filter(commitment__programme=programme).delete()
    expected = expected_totals(programme)
    FunderTotal.objects.bulk_create(
        FunderTotal(
            line_id=line, funder_id=funder, validated_cents=sums[0], paid_cents=sums[1], claimed_cents=sums[2]
        )
        for (line, funder), sums in expected.funders.items()
    )
    MonthTotal.objects.bulk_create(
        MonthTotal(line_id=line, month=month, validated_cents=cents)
        for (line, month), cents in expected.months.items()
    )
    CommitmentTotal.objects.bulk_create(
        CommitmentTotal(commitment_id=pk, consumed_cents=consumed, excess_cents=excess)
        for pk, (consumed, excess) in expected.commitments.items()
    )
    mend_moves(programme, timezone.localdate())
