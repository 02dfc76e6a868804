"""Running totals read, and compared with the shares they sum."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from funding.models import (
    Claim,
    ClaimedShare,
    Commitment,
    CommitmentTotal,
    Expense,
    FunderTotal,
    MonthTotal,
    Share,
)
from funding.models.claim import COUNTED
from funding.selectors.dated import (
    Place,
    claim_positions,
    commitment_positions,
    moved_claims,
    moved_commitments,
)
from programme.models import Programme


@dataclass(frozen=True)
class Totals:
    """Totals of a programme, in cents; what is zero everywhere is left out.

    ``funders``: validated, paid, claimed by (line, funder). ``months``: validated by (line, first day).
    ``commitments``: charged to the funders and borne by the operator, by commitment.
    """

    funders: dict[tuple[int, int], tuple[int, int, int]]
    months: dict[tuple[int, date], int]
    commitments: dict[int, tuple[int, int]]


def funder_totals(programme: Programme) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Validated, paid and claimed cents by (line, funder). One query over a row each."""
    rows = FunderTotal.objects.filter(line__programme=programme).order_by()
    return {
        (line, funder): (validated, paid, claimed)
        for line, funder, validated, paid, claimed in rows.values_list(
            "line_id", "funder_id", "validated_cents", "paid_cents", "claimed_cents"
        )
    }


def charged_totals(programme: Programme) -> dict[tuple[int, int], int]:
    """Charged cents by (line, funder), where anything is charged."""
    return {place: sums[0] for place, sums in funder_totals(programme).items() if sums[0]}


def line_totals(line_id: int) -> dict[int, int]:
    """Charged cents of a line by funder. Ask with the line locked before you decide on what remains."""
    return dict(FunderTotal.objects.filter(line_id=line_id).values_list("funder_id", "validated_cents"))


def month_totals(programme: Programme) -> dict[date, int]:
    """Charged cents by month."""
    rows = MonthTotal.objects.filter(line__programme=programme).order_by()
    return dict(rows.values_list("month").annotate(total=Sum("validated_cents")))


def kept_totals(programme: Programme) -> Totals:
    """Totals as they are kept."""
    months = MonthTotal.objects.filter(line__programme=programme)
    commitments = CommitmentTotal.objects.filter(commitment__programme=programme)
    return Totals(
        {place: sums for place, sums in funder_totals(programme).items() if any(sums)},
        {
            (line, month): cents
            for line, month, cents in months.values_list("line_id", "month", "validated_cents")
            if cents
        },
        {
            pk: (consumed, excess)
            for pk, consumed, excess in commitments.values_list(
                "commitment_id", "consumed_cents", "excess_cents"
            )
            if consumed or excess
        },
    )


def expected_totals(programme: Programme) -> Totals:
    """Totals as the shares give them: adds up every expense, for a check or a repair."""
    shares = Share.objects.filter(expense__programme=programme).order_by()
    paid = Q(expense__paid_on__isnull=False)
    charged = {
        (line, funder): (validated, settled)
        for line, funder, validated, settled in shares.values_list("line_id", "funder_id").annotate(
            validated=Sum("amount_cents"), settled=Sum("amount_cents", filter=paid, default=0)
        )
    }
    claimed = claimed_sums(programme)
    funders = {
        place: (*charged.get(place, (0, 0)), claimed.get(place, 0)) for place in charged.keys() | claimed
    }
    months = {
        (line, month): cents
        for line, month, cents in shares.annotate(month=TruncMonth("expense__spent_on"))
        .values_list("line_id", "month")
        .annotate(total=Sum("amount_cents"))
        if cents
    }
    return Totals(
        {place: sums for place, sums in funders.items() if any(sums)}, months, _by_commitment(programme)
    )


def claimed_sums(programme: Programme) -> dict[tuple[int, int], int]:
    """Cents that claims hold and no funder rejected, by (line, funder), added up."""
    rows = ClaimedShare.objects.filter(claim__programme=programme, status__in=COUNTED).order_by()
    totals = rows.values_list("share__line_id", "share__funder_id").annotate(total=Sum("amount_cents"))
    return {(line, funder): cents for line, funder, cents in totals}


def _by_commitment(programme: Programme) -> dict[int, tuple[int, int]]:
    rows = Expense.objects.for_programme(programme).filter(commitment__isnull=False).order_by()
    excess = dict(rows.values_list("commitment_id").annotate(total=Sum("excess_cents")))
    consumed = dict(rows.values_list("commitment_id").annotate(total=Sum("shares__amount_cents", default=0)))
    return {pk: (consumed[pk], excess[pk]) for pk in excess if consumed[pk] or excess[pk]}


def wrong_totals(programme: Programme) -> list[str]:
    """Where kept totals and shares, or dated moves and what they led to, disagree; empty when all is well.

    One line of text each.
    """
    kept, expected = kept_totals(programme), expected_totals(programme)
    claims = Claim.objects.for_programme(programme)
    commitments = Commitment.objects.for_programme(programme)
    return [
        *_gaps("funder_total", kept.funders, expected.funders),
        *_gaps("month_total", kept.months, expected.months),
        *_gaps("commitment_total", kept.commitments, expected.commitments),
        *_gaps("claim_move", _named(moved_claims(claims)), _named(claim_positions(claims))),
        *_gaps("commitment_move", moved_commitments(commitments), commitment_positions(commitments)),
    ]


def _named(sums: Mapping[Place, int]) -> dict[tuple[int, int, str], int]:
    """Places that sort: 0 for no line."""
    return {(claim, line or 0, figure.value): cents for (claim, line, figure), cents in sums.items()}


def _gaps(name: str, kept: Mapping[Any, Any], expected: Mapping[Any, Any]) -> list[str]:
    return [
        f"{name} {key}: {kept.get(key, 0)} != {expected.get(key, 0)}"
        for key in sorted(kept.keys() | expected.keys())
        if kept.get(key) != expected.get(key)
    ]
