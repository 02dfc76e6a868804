"""Reads of commitments: rows of the list, one with its invoices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from core.errors import NotVisible
from core.formats import format_euros
from funding.enums import CommitmentKind, CommitmentStatus
from funding.models import Commitment
from funding.selectors.reserves import consumed
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme

COMMITMENT_TONES = {
    CommitmentStatus.PROPOSED: "info",
    CommitmentStatus.ACTIVE: "accent",
    CommitmentStatus.CLOSED: "good",
    CommitmentStatus.CANCELLED: "bad",
}


def commitment_for(access: Access, pk: int) -> Commitment:
    """A commitment of the caller's programme. Raises ``NotVisible``."""
    commitment: Commitment | None = (
        Commitment.objects.for_programme(access.programme)
        .select_related("programme", "line__axis", "entered_by", "approved_by", "file")
        .filter(pk=pk)
        .first()
    )
    if commitment is None:
        raise NotVisible
    return commitment


def commitments_queryset(programme: Programme) -> QuerySet[Commitment]:
    """Commitments of a programme, for lists."""
    rows: QuerySet[Commitment] = Commitment.objects.for_programme(programme).select_related("line")
    return rows


@dataclass(frozen=True)
class CommitmentRow:
    """A row of the list, ready to be shown; amounts in cents."""

    id: int
    number: str
    url: str
    kind: str
    label: str
    supplier: str
    reference: str
    line: str
    signed_on: date
    amount_cents: int
    consumed_cents: int
    left_cents: int
    status_label: str
    tone: str

    @property
    def percent(self) -> int:
        """Consumed, from 0 to 100, for a bar."""
        return max(0, min(100, self.consumed_cents * 100 // self.amount_cents))


def commitment_rows(programme: Programme, commitments: Iterable[Commitment]) -> list[CommitmentRow]:
    """Rows for a page of the list or an export. One query for what was consumed."""
    found = list(commitments)
    used = consumed([row.pk for row in found]) if found else {}
    return [_row(programme, row, used.get(row.pk, 0)) for row in found]


def _row(programme: Programme, row: Commitment, used: int) -> CommitmentRow:
    status = CommitmentStatus(row.status)
    active = status == CommitmentStatus.ACTIVE
    return CommitmentRow(
        id=row.pk,
        number=f"E{row.number:05d}",
        url=programme_url(programme, "funding:commitment_detail", pk=row.pk),
        kind=str(CommitmentKind(row.kind).label),
        label=row.label,
        supplier=row.supplier,
        reference=row.reference,
        line=str(row.line),
        signed_on=row.signed_on,
        amount_cents=row.amount_cents,
        consumed_cents=used,
        left_cents=max(0, row.amount_cents - row.excess_cents - used) if active else 0,
        status_label=str(status.label),
        tone=COMMITMENT_TONES[status],
    )


def commitment_choices(programme: Programme, *, also: Commitment | None = None) -> list[tuple[str, str]]:
    """Active commitments to charge an expense to, with what is left of each."""
    rows = commitments_queryset(programme).filter(status=CommitmentStatus.ACTIVE).order_by("number")
    found = list(rows)
    if also is not None and also not in found:
        found.append(also)
    return [
        (
            str(row.id),
            f"{row.number} {row.label} – {row.supplier} ({row.line}) – {format_euros(row.left_cents)}",
        )
        for row in commitment_rows(programme, found)
    ]
