"""The only writer of dated moves: called at the end of each move, in its transaction and under its lock.

It writes the difference between what a claim or a commitment now comes to and what its moves say so far:
a service cannot forget one of its figures, and nothing written is ever edited.
"""

from datetime import date

from django.db.models import Max, Sum
from django.utils import timezone

from funding.enums import ClaimFigure
from funding.models import Claim, ClaimMove, Commitment, CommitmentMove
from funding.selectors.dated import (
    claim_positions,
    commitment_positions,
    moved_claims,
    moved_commitments,
)
from programme.models import Programme


def date_claim(claim: Claim, on: date | None = None) -> None:
    """Date what just changed of a claim: from the day ``on``, today by default."""
    _date_claims([claim.pk], on or timezone.localdate())


def date_claims(claims: list[int], on: date) -> None:
    """Date what just changed of some claims, given by id."""
    _date_claims(claims, on)


def _date_claims(claims: list[int], on: date) -> None:
    rows = Claim.objects.filter(pk__in=claims)
    now, before = claim_positions(rows), moved_claims(rows)
    places = sorted(now.keys() | before.keys(), key=lambda place: (place[0], place[1] or 0, place[2]))
    ClaimMove.objects.bulk_create(
        ClaimMove(
            claim_id=place[0],
            line_id=place[1],
            figure=place[2],
            on=on,
            cents=now.get(place, 0) - before.get(place, 0),
        )
        for place in places
        if now.get(place, 0) != before.get(place, 0)
    )


def bring_forward(claim: Claim, on: date) -> None:
    """Let a claim entered after it left count from the day it left: later moves are undone and dated so."""
    rows = ClaimMove.objects.filter(claim=claim, on__gt=on).order_by()
    sums = rows.values_list("line_id", "figure", "on").annotate(total=Sum("cents"))
    moved = sorted(((line, figure, day, cents) for line, figure, day, cents in sums if cents), key=repr)
    ClaimMove.objects.bulk_create(
        ClaimMove(claim=claim, line_id=line, figure=figure, on=then, cents=change)
        for line, figure, day, cents in moved
        for then, change in ((day, -cents), (on, cents))
    )


def recovery_known_on(claim: Claim, on: date) -> date:
    """The day ``on``, or that on which the sum to give back was established when it is later."""
    rows = ClaimMove.objects.filter(claim=claim, figure=ClaimFigure.OPEN_RECOVERY, cents__gt=0)
    known: date | None = rows.aggregate(last=Max("on"))["last"]
    return max(on, known or on)


def date_commitment(commitment: Commitment, on: date) -> None:
    """Date what just changed of the part of its line that a commitment keeps."""
    rows = Commitment.objects.filter(pk=commitment.pk)
    now, before = commitment_positions(rows), moved_commitments(rows)
    change = now.get(commitment.pk, 0) - before.get(commitment.pk, 0)
    if change:
        CommitmentMove.objects.create(commitment=commitment, on=on, cents=change)


def mend_moves(programme: Programme, on: date) -> None:
    """Write what is missing for moves to say what claims and commitments are, dated the day it is mended.

    For rows that were written by another way than services: on which day they changed is not known.
    """
    claims = Claim.objects.for_programme(programme)
    _date_claims(list(claims.order_by("pk").values_list("pk", flat=True)), on)
    rows = Commitment.objects.for_programme(programme)
    now, before = commitment_positions(rows), moved_commitments(rows)
    CommitmentMove.objects.bulk_create(
        CommitmentMove(commitment_id=pk, on=on, cents=now.get(pk, 0) - before.get(pk, 0))
        for pk in sorted(now.keys() | before.keys())
        if now.get(pk, 0) != before.get(pk, 0)
    )
