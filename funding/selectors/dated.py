"""Claims and commitments at the end of a day, from their dated moves; and what these moves must sum to.

A move counts from the date it bears when it bears one (sending, answer, payment), from the day it was made
otherwise (preparation, approval, revision, closing, cancellation). Sums only: no row is replayed.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from funding.enums import (
    ClaimedShareStatus,
    ClaimFigure,
    ClaimKind,
    ClaimStatus,
    CommitmentStatus,
    RecoveryOrigin,
    RecoveryStatus,
)
from funding.models import (
    Claim,
    ClaimedShare,
    ClaimMove,
    Commitment,
    CommitmentMove,
    Receipt,
    Recovery,
    Share,
)
from funding.models.claim import COUNTED
from programme.models import Programme

# A figure of a claim: the claim, the line for what stands on one, which figure.
Place = tuple[int, int | None, ClaimFigure]


def claimed_at(programme: Programme, at: date) -> dict[tuple[int, int], int]:
    """Cents that claims held and no funder had rejected at the end of a day, by (line, funder)."""
    rows = ClaimMove.objects.filter(claim__programme=programme, on__lte=at, figure=ClaimFigure.CLAIMED)
    sums = rows.order_by().values_list("line_id", "claim__funder_id").annotate(total=Sum("cents"))
    return {(line, funder): cents for line, funder, cents in sums}


def received_at(programme: Programme, at: date) -> dict[int, int]:
    """Cents that had come from each funder at the end of a day."""
    rows = ClaimMove.objects.filter(claim__programme=programme, on__lte=at, figure=ClaimFigure.RECEIVED)
    return dict(rows.order_by().values_list("claim__funder_id").annotate(total=Sum("cents")))


def account_sums_at(programme: Programme, at: date) -> dict[int, dict[str, int]]:
    """What claims came to at the end of a day, by funder, named as ``FunderAccount`` names it. One query."""
    rows = ClaimMove.objects.filter(claim__programme=programme, on__lte=at).order_by()
    sums = rows.values_list("claim__funder_id", "claim__kind", "figure").annotate(total=Sum("cents"))
    found: dict[int, dict[str, int]] = {}
    for funder, kind, figure, cents in sums:
        for name in _account_names(ClaimKind(kind), ClaimFigure(figure)):
            own = found.setdefault(funder, {})
            own[name] = own.get(name, 0) + cents
    return found


def _account_names(kind: ClaimKind, figure: ClaimFigure) -> tuple[str, ...]:
    """Sums of an account that a figure counts in; an advance withholds nothing."""
    if kind == ClaimKind.ADVANCE and figure == ClaimFigure.WITHHELD:
        return ()
    if kind == ClaimKind.ADVANCE and figure == ClaimFigure.ASKED:
        return (figure.value, "advanced")
    return (figure.value,)


def reserves_at(programme: Programme, at: date) -> dict[int, int]:
    """Cents that commitments kept of each line at the end of a day. Two queries.

    Invoices take of a commitment from their own date on, as they are charged from it on.
    """
    moves = CommitmentMove.objects.filter(commitment__programme=programme, on__lte=at).order_by()
    kept = moves.values_list("commitment_id", "commitment__line_id").annotate(total=Sum("cents"))
    shares = Share.objects.filter(
        expense__programme=programme, expense__commitment__isnull=False, expense__spent_on__lte=at
    )
    used = dict(shares.order_by().values_list("expense__commitment_id").annotate(total=Sum("amount_cents")))
    found: dict[int, int] = {}
    for commitment, line, cents in kept:
        found[line] = found.get(line, 0) + max(0, cents - used.get(commitment, 0))
    return found


def claim_positions(claims: "QuerySet[Claim]") -> dict[Place, int]:
    """What each figure of some claims comes to now; zeros are left out. Four queries."""
    found: dict[Place, int] = {}
    for claim, line, figure, cents in _position_rows(claims):
        place = (claim, line, figure)
        found[place] = found.get(place, 0) + cents
    return {place: cents for place, cents in found.items() if cents}


def _position_rows(claims: "QuerySet[Claim]") -> Iterator[tuple[int, int | None, ClaimFigure, int]]:
    ids = claims.order_by().values("pk")
    shares = ClaimedShare.objects.filter(claim__in=ids).order_by()
    for claim, line, status, cents in shares.values_list("claim_id", "share__line_id", "status").annotate(
        total=Sum("amount_cents")
    ):
        if status in COUNTED:
            yield claim, line, ClaimFigure.CLAIMED, cents
        elif status == ClaimedShareStatus.REJECTED:
            yield claim, None, ClaimFigure.REJECTED, cents
    standing = claims.exclude(status=ClaimStatus.CANCELLED).order_by()
    for claim, asked, imputed, withheld in standing.values_list(
        "pk", "payable_cents", "imputed_cents", "withheld_cents"
    ):
        yield claim, None, ClaimFigure.ASKED, asked
        yield claim, None, ClaimFigure.IMPUTED, imputed
        yield claim, None, ClaimFigure.WITHHELD, withheld
    receipts = Receipt.objects.filter(claim__in=ids, cancelled_reason="").order_by()
    for claim, cents in receipts.values_list("claim_id").annotate(total=Sum("amount_cents")):
        yield claim, None, ClaimFigure.RECEIVED, cents
    yield from _recovery_rows(Recovery.objects.filter(claim__in=ids))


def _recovery_rows(rows: "QuerySet[Recovery]") -> Iterator[tuple[int, None, ClaimFigure, int]]:
    standing = rows.exclude(status=RecoveryStatus.CANCELLED).order_by()
    for claim, origin, status, cents in standing.values_list("claim_id", "origin", "status", "amount_cents"):
        if origin == RecoveryOrigin.BALANCE:
            yield claim, None, ClaimFigure.GIVEN_BACK, cents
        if status == RecoveryStatus.REPAID:
            yield claim, None, ClaimFigure.REPAID, cents
        elif status == RecoveryStatus.OPEN:
            yield claim, None, ClaimFigure.OPEN_RECOVERY, cents


def moved_claims(claims: "QuerySet[Claim]") -> dict[Place, int]:
    """What the moves of some claims sum to; zeros are left out. One query."""
    rows: QuerySet[Any] = ClaimMove.objects.filter(claim__in=claims.order_by().values("pk")).order_by()
    sums = rows.values_list("claim_id", "line_id", "figure").annotate(total=Sum("cents"))
    return {(claim, line, ClaimFigure(figure)): cents for claim, line, figure, cents in sums if cents}


def commitment_positions(commitments: "QuerySet[Commitment]") -> dict[int, int]:
    """What each active commitment may keep of its line, before its invoices; zeros are left out."""
    active = commitments.filter(status=CommitmentStatus.ACTIVE).order_by()
    rows = active.values_list("pk", "amount_cents", "excess_cents")
    return {pk: amount - excess for pk, amount, excess in rows if amount != excess}


def moved_commitments(commitments: "QuerySet[Commitment]") -> dict[int, int]:
    """What the moves of some commitments sum to; zeros are left out. One query."""
    rows = CommitmentMove.objects.filter(commitment__in=commitments.order_by().values("pk")).order_by()
    sums = rows.values_list("commitment_id").annotate(total=Sum("cents"))
    return {pk: cents for pk, cents in sums if cents}
