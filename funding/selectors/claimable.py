"""What may be asked of a funder now: its shares of paid expenses that no claim holds."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Sum

from funding.claiming import Account, Terms
from funding.enums import (
    ClaimedShareStatus,
    ClaimKind,
    ClaimStatus,
    EvidenceKind,
    EvidenceStep,
    Imputation,
    RecoveryOrigin,
    RecoveryStatus,
)
from funding.models import Claim, ClaimedShare, ClaimTerms, Funder, Recovery, Share
from funding.models.claim import HOLDING
from funding.selectors.evidence import evidence_needs, lacking, present_kinds


@dataclass(frozen=True)
class ClaimableShare:
    """A share that may be claimed; ``root_id`` is its expense, or the one its counter-entry answers."""

    share_id: int
    expense_id: int
    root_id: int
    number: str
    label: str
    supplier: str
    line_code: str
    nature: str
    paid_on: date
    amount_cents: int


@dataclass(frozen=True)
class Lacking:
    """A share left out because its expense lacks pieces that the programme asks for."""

    share: ClaimableShare
    kinds: tuple[EvidenceKind, ...]


@dataclass(frozen=True)
class Claimable:
    """What a claim made now would hold, what it would leave out, and the rejected shares that wait."""

    ready: tuple[ClaimableShare, ...]
    lacking: tuple[Lacking, ...]
    waiting_rejections: int

    @property
    def gross_cents(self) -> int:
        """Sum of the shares that are ready."""
        return sum(share.amount_cents for share in self.ready)

    @property
    def lacking_cents(self) -> int:
        """Sum of the shares left out."""
        return sum(row.share.amount_cents for row in self.lacking)


def terms_of(funder: Funder) -> Terms:
    """What the agreement says of a funder's claims."""
    row = ClaimTerms.objects.filter(funder=funder).first() or ClaimTerms(funder=funder)
    return Terms(
        agreed=funder.agreed_cents,
        advance_percent=row.advance_percent,
        ceiling_percent=row.ceiling_percent,
        imputation=Imputation(row.imputation).value,
    )


def account_of(funder: Funder, *, without: Claim | None = None) -> Account:
    """What a funder's claims come to, one of them left aside. Three queries."""
    claims = Claim.objects.filter(funder=funder).exclude(status=ClaimStatus.CANCELLED)
    given_back = Recovery.objects.filter(claim__funder=funder, origin=RecoveryOrigin.BALANCE).exclude(
        status=RecoveryStatus.CANCELLED
    )
    if without is not None:
        claims, given_back = claims.exclude(pk=without.pk), given_back.exclude(claim=without)
    sums = claims.aggregate(
        imputed=Sum("imputed_cents", default=0),
        withheld=Sum("withheld_cents", default=0),
        asked=Sum("payable_cents", default=0),
        gross=Sum("gross_cents", default=0),
    )
    advances = claims.filter(kind=ClaimKind.ADVANCE)
    return Account(
        advanced=advances.aggregate(total=Sum("payable_cents", default=0))["total"],
        recovered=given_back.aggregate(total=Sum("amount_cents", default=0))["total"],
        **sums,
    )


def claimable(funder: Funder, until: date) -> Claimable:
    """Shares of expenses paid up to ``until``, in the order of the lines and of the payments.

    An expense and its counter-entries go together: when nothing is left of what no claim holds, they
    are left out; when a share was rejected and waits for a decision, its counter-entries wait with it.
    """
    blocked = _blocked_roots(funder)
    groups: dict[int, list[ClaimableShare]] = {}
    for share in _free_shares(funder, until):
        groups.setdefault(share.root_id, []).append(share)
    kept = [
        share
        for root, shares in groups.items()
        if root not in blocked and sum(each.amount_cents for each in shares) != 0
        for share in shares
    ]
    kept.sort(key=lambda share: (share.line_code, share.paid_on, share.expense_id))
    without_pieces = _without_pieces(funder, kept)
    return Claimable(
        ready=tuple(share for share in kept if share.root_id not in without_pieces),
        lacking=tuple(
            Lacking(share, without_pieces[share.root_id]) for share in kept if share.root_id in without_pieces
        ),
        waiting_rejections=len(blocked),
    )


def _free_shares(funder: Funder, until: date) -> list[ClaimableShare]:
    held = ClaimedShare.objects.filter(share=OuterRef("pk"), status__in=HOLDING)
    rows = (
        Share.objects.filter(funder=funder, expense__paid_on__lte=until)
        .exclude(Exists(held))
        .order_by("pk")
        .values_list(
            "pk",
            "expense_id",
            "expense__answers_id",
            "expense__number",
            "expense__label",
            "expense__supplier",
            "line__code",
            "line__nature",
            "expense__paid_on",
            "amount_cents",
        )
    )
    return [
        ClaimableShare(
            share_id=pk,
            expense_id=expense,
            root_id=answers or expense,
            number=f"D{number:05d}",
            label=label,
            supplier=supplier,
            line_code=code,
            nature=nature,
            paid_on=paid_on,
            amount_cents=cents,
        )
        for pk, expense, answers, number, label, supplier, code, nature, paid_on, cents in rows
        if paid_on is not None
    ]


def _blocked_roots(funder: Funder) -> set[int]:
    """Expenses of which a share was rejected and nobody said yet what becomes of it."""
    rows = ClaimedShare.objects.filter(claim__funder=funder, status=ClaimedShareStatus.REJECTED)
    found = rows.values_list("share__expense_id", "share__expense__answers_id")
    return {answers or expense for expense, answers in found}


def _without_pieces(funder: Funder, shares: list[ClaimableShare]) -> dict[int, tuple[EvidenceKind, ...]]:
    needs = evidence_needs(funder.programme, EvidenceStep.CLAIM)
    asked = {share.root_id: share.nature for share in shares if share.nature in needs}
    present = present_kinds(asked) if asked else {}
    found = {root: lacking(needs, nature, present.get(root, ())) for root, nature in asked.items()}
    return {root: tuple(kinds) for root, kinds in found.items() if kinds}
