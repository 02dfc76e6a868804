"""What a claim's statement tells, read once and frozen."""

from django.db.models import Count, Sum

from funding.claim_contexts import ClaimStatement, EarlierClaim, StatementLine
from funding.enums import ClaimKind, ClaimStatus, Imputation, Nature, RecoveryStatus
from funding.models import Claim
from funding.selectors.claimable import account_of, terms_of
from funding.selectors.claims import with_received


def claim_statement(claim: Claim) -> ClaimStatement:
    """A claim as its funder reads it: totals by line, never a list of vouchers, however many they are."""
    terms, programme = terms_of(claim.funder), claim.programme
    lines = (
        claim.shares.order_by()
        .values("share__line__code", "share__line__label", "share__line__nature")
        .annotate(total=Sum("amount_cents"), vouchers=Count("pk"))
        .order_by("share__line__code")
    )
    net = claim.gross_cents - claim.imputed_cents - claim.withheld_cents
    offset = claim.offsets.filter(status=RecoveryStatus.OFFSET).aggregate(s=Sum("amount_cents", default=0))
    found = tuple(
        StatementLine(
            code=row["share__line__code"],
            label=row["share__line__label"],
            account=Nature(row["share__line__nature"]).account,
            vouchers=row["vouchers"],
            amount_cents=row["total"],
        )
        for row in lines
    )
    return ClaimStatement(
        number=str(claim),
        kind=claim.kind,
        kind_label=str(ClaimKind(claim.kind).label),
        funder=claim.funder.name,
        agreed_cents=claim.funder.agreed_cents,
        advance_percent=terms.advance_percent,
        ceiling_percent=terms.ceiling_percent,
        imputation=str(Imputation(terms.imputation).label),
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        until=claim.until,
        gross_cents=claim.gross_cents,
        imputed_cents=claim.imputed_cents,
        withheld_cents=claim.withheld_cents,
        payable_cents=claim.payable_cents,
        recovery_cents=max(0, -net) if claim.kind == ClaimKind.BALANCE else 0,
        offset_cents=offset["s"],
        asked_before_cents=account_of(claim.funder, without=claim).asked,
        vouchers=sum(line.vouchers for line in found),
        lines=found,
        earlier=_earlier(claim),
    )


def _earlier(claim: Claim) -> tuple[EarlierClaim, ...]:
    rows = Claim.objects.filter(funder=claim.funder, number__lt=claim.number)
    return tuple(
        EarlierClaim(
            number=str(row),
            kind=str(ClaimKind(row.kind).label),
            status=str(ClaimStatus(row.status).label),
            sent_on=row.sent_on,
            payable_cents=row.payable_cents,
            received_cents=row.received,  # type: ignore[attr-defined]  # annotated by the queryset
        )
        for row in with_received(rows.exclude(status=ClaimStatus.CANCELLED)).select_related("funder")
    )
