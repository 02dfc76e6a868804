"""Reads of claims: rows of the list, a claim with its shares, its vouchers, the funders' accounts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.errors import NotVisible
from core.models import StoredFile
from funding.enums import (
    ClaimedShareStatus,
    ClaimKind,
    ClaimStatus,
    Nature,
    RecoveryOrigin,
    RecoveryStatus,
)
from funding.models import Claim, ClaimedShare, Evidence, Funder, FunderTotal, Receipt, Recovery, Share
from funding.models.claim import COUNTED
from funding.rules import funder_of
from funding.selectors.dated import account_sums_at
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme

CLAIM_TONES = {
    ClaimStatus.PREPARED: "",
    ClaimStatus.SENT: "info",
    ClaimStatus.ACCEPTED: "accent",
    ClaimStatus.PARTLY_REJECTED: "warn",
    ClaimStatus.REJECTED: "bad",
    ClaimStatus.PAID: "good",
    ClaimStatus.CANCELLED: "bad",
}
SHARE_TONES = {
    ClaimedShareStatus.CLAIMED: "info",
    ClaimedShareStatus.ACCEPTED: "good",
    ClaimedShareStatus.REJECTED: "bad",
    ClaimedShareStatus.RETURNED: "warn",
    ClaimedShareStatus.ABANDONED: "plain",
}


def visible_claims(access: Access) -> QuerySet[Claim]:
    """Claims the caller may read: all for the office, a funder's own once they were sent."""
    rows: QuerySet[Claim] = Claim.objects.for_programme(access.programme).select_related("funder")
    if access.is_office:
        return rows
    funder = funder_of(access)
    if funder is None:
        return rows.none()
    return rows.filter(funder=funder).exclude(status__in=(ClaimStatus.PREPARED, ClaimStatus.CANCELLED))


def claim_for(access: Access, pk: int) -> Claim:
    """A claim the caller may read. Raises ``NotVisible``."""
    claim: Claim | None = (
        visible_claims(access)
        .select_related("programme", "funder", "prepared_by", "sent_by", "pack")
        .filter(pk=pk)
        .first()
    )
    if claim is None:
        raise NotVisible
    return claim


def with_received(rows: QuerySet[Claim]) -> QuerySet[Claim]:
    """Claims with what came for each, and what their shares come to once rejected ones are out."""
    received = Receipt.objects.filter(claim=OuterRef("pk"), cancelled_reason="").order_by().values("claim")
    return rows.annotate(
        received=Coalesce(Subquery(received.annotate(total=Sum("amount_cents")).values("total")), 0),
        claimed=_claimed(Q()),
    )


def _claimed(about: Q) -> Coalesce:
    counted = ClaimedShare.objects.filter(about, claim=OuterRef("pk"), status__in=COUNTED).order_by()
    sums = counted.values("claim").annotate(total=Sum("amount_cents")).values("total")
    return Coalesce(Subquery(sums), 0)


def asking_for(rows: QuerySet[Claim], about: Q) -> QuerySet[Claim]:
    """Claims ``with_received`` that hold some shares, counted for these shares only."""
    held = ClaimedShare.objects.filter(about, status__in=COUNTED).values("claim")
    return rows.filter(pk__in=held).annotate(claimed=_claimed(about))


@dataclass(frozen=True)
class ClaimSums:
    """What the claims of a list come to together, in cents."""

    claimed_cents: int
    received_cents: int


def claim_sums(rows: "QuerySet[Any]") -> ClaimSums:
    """Sums of claims ``with_received``. One query."""
    found = list(rows.order_by().values_list("claimed", "received"))
    return ClaimSums(sum(claimed for claimed, _ in found), sum(received for _, received in found))


@dataclass(frozen=True)
class ClaimRow:
    """A row of the list, ready to be shown; amounts in cents."""

    id: int
    number: str
    url: str
    funder: str
    kind: str
    status: str
    status_label: str
    tone: str
    until: date | None
    sent_on: date | None
    asked_cents: int
    claimed_cents: int
    payable_cents: int
    received_cents: int


def claim_rows(
    programme: Programme, claims: Iterable[Claim], *, page: str = "claim_detail"
) -> list[ClaimRow]:
    """Rows for a page of the list or an export, from claims read ``with_received``."""
    return [
        ClaimRow(
            id=claim.pk,
            number=str(claim),
            url=programme_url(programme, f"funding:{page}", pk=claim.pk),
            funder=claim.funder.short_name,
            kind=str(ClaimKind(claim.kind).label),
            status=claim.status,
            status_label=str(ClaimStatus(claim.status).label),
            tone=CLAIM_TONES[ClaimStatus(claim.status)],
            until=claim.until,
            sent_on=claim.sent_on,
            asked_cents=claim.asked_cents,
            claimed_cents=claim.claimed,  # type: ignore[attr-defined]  # annotated by the queryset
            payable_cents=claim.payable_cents,
            received_cents=claim.received,  # type: ignore[attr-defined]  # annotated by the queryset
        )
        for claim in claims
    ]


@dataclass(frozen=True)
class VoucherRow:
    """A share in a claim, as the list of vouchers tells it; amounts in cents."""

    id: int
    rank: int
    expense_id: int
    number: str
    line_code: str
    line_label: str
    account: str
    supplier: str
    invoice_number: str
    label: str
    spent_on: date
    paid_on: date | None
    amount_cents: int
    eligible_cents: int
    share_cents: int
    status: ClaimedShareStatus
    reason: str

    @property
    def tone(self) -> str:
        """How its badge looks."""
        return SHARE_TONES[self.status]

    @property
    def waits(self) -> bool:
        """Whether it was rejected and nobody decided yet."""
        return self.status == ClaimedShareStatus.REJECTED


def voucher_rows(claim: Claim, *, status: str = "") -> Iterator[VoucherRow]:
    """Shares of a claim in their order, read as they come: a long list stays in constant memory."""
    rows = claim.shares.select_related("share__expense__line").order_by("rank")
    if status:
        rows = rows.filter(status=status)
    for row in rows.iterator(chunk_size=500):
        expense = row.share.expense
        yield VoucherRow(
            id=row.pk,
            rank=row.rank,
            expense_id=expense.pk,
            number=f"D{expense.number:05d}",
            line_code=expense.line.code,
            line_label=expense.line.label,
            account=Nature(expense.line.nature).account,
            supplier=expense.supplier,
            invoice_number=expense.invoice_number,
            label=expense.label,
            spent_on=expense.spent_on,
            paid_on=expense.paid_on,
            amount_cents=expense.amount_cents,
            eligible_cents=expense.eligible_cents,
            share_cents=row.amount_cents,
            status=ClaimedShareStatus(row.status),
            reason=row.reason,
        )


def claimed_share_for(access: Access, pk: int) -> ClaimedShare:
    """A share in a claim of the caller's programme. Raises ``NotVisible``."""
    row: ClaimedShare | None = (
        ClaimedShare.objects.filter(claim__in=visible_claims(access), pk=pk)
        .select_related("claim__funder", "share__expense__line")
        .first()
    )
    if row is None or not access.is_office:
        raise NotVisible
    return row


@dataclass(frozen=True)
class PackPiece:
    """A piece of evidence of a claim, with what names it in the pack."""

    file: StoredFile
    kind: str
    rank: int
    expense_number: int
    line_code: str
    supplier: str
    spent_on: date


def pack_pieces(claim: Claim) -> Iterator[PackPiece]:
    """Every piece of evidence of the claim's expenses, in the order of the vouchers; read as they come."""
    rows = (
        Evidence.objects.filter(expense__shares__claimed__claim=claim)
        .annotate(rank=Sum("expense__shares__claimed__rank", filter=Q(expense__shares__claimed__claim=claim)))
        .select_related("file", "expense__line")
        .order_by("rank", "pk")
    )
    for row in rows.iterator(chunk_size=200):
        expense = row.expense
        yield PackPiece(
            file=row.file,
            kind=row.kind,
            rank=row.rank,
            expense_number=expense.number,
            line_code=expense.line.code,
            supplier=expense.supplier,
            spent_on=expense.spent_on,
        )


@dataclass(frozen=True)
class FunderAccount:
    """Where a funder stands: what it agreed, was charged, was asked, paid, and owes. Amounts in cents.

    ``due`` is what it still owes for what was asked; negative when it paid too much.
    """

    id: int
    name: str
    short_name: str
    agreed_cents: int
    charged_cents: int
    claimed_cents: int
    rejected_cents: int
    advanced_cents: int
    imputed_cents: int
    withheld_cents: int
    asked_cents: int
    given_back_cents: int
    received_cents: int
    repaid_cents: int
    open_recovery_cents: int

    @property
    def due_cents(self) -> int:
        """Asked, less what balances gave back, less what came, plus what went back."""
        return self.asked_cents - self.given_back_cents - self.received_cents + self.repaid_cents

    @property
    def overpaid_cents(self) -> int:
        """What it paid too much, not yet given back; nothing while it owes."""
        return max(0, -self.due_cents)

    @property
    def outstanding_cents(self) -> int:
        """Advance not yet taken back."""
        return self.advanced_cents - self.imputed_cents

    @property
    def to_claim_cents(self) -> int:
        """Charged and in no claim."""
        return self.charged_cents - self.claimed_cents


def funder_accounts(programme: Programme, at: date | None = None) -> list[FunderAccount]:
    """The account of every funder, in order, now or at the end of the day ``at``.

    Six queries at most whatever the number of claims.
    """
    parts = _account_sums(programme) if at is None else _account_sums_at(programme, at)
    return [
        _account(funder, [part.get(funder.pk, {}) for part in parts])
        for funder in Funder.objects.for_programme(programme)
    ]


def _account(funder: Funder, parts: list[dict[str, int]]) -> FunderAccount:
    found = {name: cents for part in parts for name, cents in part.items()}
    return FunderAccount(
        id=funder.pk,
        name=funder.name,
        short_name=funder.short_name,
        agreed_cents=funder.agreed_cents,
        **{f"{name}_cents": found.get(name, 0) for name in ACCOUNT_SUMS},
    )


def _account_sums(programme: Programme) -> list[dict[int, dict[str, int]]]:
    """Claims, rejections, receipts, recoveries and charges, each by funder."""
    claims = _by_funder(
        Claim.objects.for_programme(programme).exclude(status=ClaimStatus.CANCELLED),
        "funder_id",
        asked=Sum("payable_cents", default=0),
        imputed=Sum("imputed_cents", default=0),
        # An advance withholds nothing: what it gives before any share stands there with a minus sign.
        withheld=Sum("withheld_cents", filter=~Q(kind=ClaimKind.ADVANCE), default=0),
        advanced=Sum("payable_cents", filter=Q(kind=ClaimKind.ADVANCE), default=0),
    )
    rejected = _by_funder(
        ClaimedShare.objects.filter(claim__programme=programme, status=ClaimedShareStatus.REJECTED),
        "claim__funder_id",
        rejected=Sum("amount_cents", default=0),
    )
    received = _by_funder(
        Claim.objects.for_programme(programme).filter(receipts__cancelled_reason=""),
        "funder_id",
        received=Sum("receipts__amount_cents", default=0),
    )
    back = _by_funder(
        Recovery.objects.for_programme(programme).exclude(status=RecoveryStatus.CANCELLED),
        "claim__funder_id",
        given_back=Sum("amount_cents", filter=Q(origin=RecoveryOrigin.BALANCE), default=0),
        repaid=Sum("amount_cents", filter=Q(status=RecoveryStatus.REPAID), default=0),
        open_recovery=Sum("amount_cents", filter=Q(status=RecoveryStatus.OPEN), default=0),
    )
    charged = _by_funder(
        FunderTotal.objects.filter(line__programme=programme),
        "funder_id",
        charged=Sum("validated_cents"),
        claimed=Sum("claimed_cents"),
    )
    return [claims, rejected, received, back, charged]


def _account_sums_at(programme: Programme, at: date) -> list[dict[int, dict[str, int]]]:
    """Charges up to a day, and what claims came to by then."""
    charged = _by_funder(
        Share.objects.filter(expense__programme=programme, expense__spent_on__lte=at),
        "funder_id",
        charged=Sum("amount_cents"),
    )
    return [charged, account_sums_at(programme, at)]


ACCOUNT_SUMS = (
    "charged",
    "claimed",
    "rejected",
    "advanced",
    "imputed",
    "withheld",
    "asked",
    "given_back",
    "received",
    "repaid",
    "open_recovery",
)


def _by_funder(rows: "QuerySet[Any]", path: str, **sums: Any) -> dict[int, dict[str, int]]:
    found = {}
    for row in rows.order_by().values(path).annotate(**sums):
        found[int(row.pop(path))] = row
    return found
