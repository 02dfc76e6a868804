"""What commitments keep on each line: promised, not yet invoiced. Read from the running totals."""

from dataclasses import dataclass

from django.db.models import QuerySet

from funding.enums import CommitmentStatus
from funding.models import Commitment, CommitmentTotal
from programme.models import Programme


@dataclass(frozen=True)
class Reserve:
    """What an active commitment still keeps of its line, in cents."""

    commitment_id: int
    line_id: int
    left_cents: int


def line_reserves(line_id: int) -> list[Reserve]:
    """Reserves of a line. Ask with the line locked before you decide on what remains."""
    return _reserves(Commitment.objects.filter(line_id=line_id))


def programme_reserves(programme: Programme) -> dict[int, int]:
    """Reserved cents by line. One query."""
    found: dict[int, int] = {}
    for reserve in _reserves(Commitment.objects.for_programme(programme)):
        found[reserve.line_id] = found.get(reserve.line_id, 0) + reserve.left_cents
    return found


def reserved_total(commitments: "QuerySet[Commitment]") -> int:
    """What some commitments still keep together, in cents. One query."""
    return sum(reserve.left_cents for reserve in _reserves(commitments))


def _reserves(rows: "QuerySet[Commitment]") -> list[Reserve]:
    active = rows.filter(status=CommitmentStatus.ACTIVE).order_by("pk")
    found = active.values_list("pk", "line_id", "amount_cents", "excess_cents", "total__consumed_cents")
    return [
        Reserve(pk, line, max(0, amount - excess - (used or 0))) for pk, line, amount, excess, used in found
    ]


def consumed(commitments: list[int]) -> dict[int, int]:
    """Cents charged to the funders by the invoices of each commitment, counter-entries deducted."""
    rows = CommitmentTotal.objects.filter(commitment__in=commitments)
    return dict(rows.values_list("commitment_id", "consumed_cents"))


def commitment_use(commitment: Commitment) -> CommitmentTotal:
    """What invoices took of a commitment; unsaved zeros before the first one."""
    used: CommitmentTotal | None = CommitmentTotal.objects.filter(commitment=commitment).first()
    return used or CommitmentTotal(commitment=commitment)


def accepted_excess_left(commitment: Commitment) -> int:
    """What of the excess accepted on a commitment its invoices have not used yet, in cents."""
    return max(0, int(commitment.excess_cents) - int(commitment_use(commitment).excess_cents))
