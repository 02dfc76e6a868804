"""The ledger: every booked expense, line by line, with who pays each cent of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils import timezone

from funding.enums import ExpenseStatus, Nature
from funding.models import BudgetLine, Expense, Funder
from programme.models import Programme


@dataclass(frozen=True)
class LedgerRow:
    """A booked expense or counter-entry; ``shares`` follows the funders' order; amounts in cents."""

    expense_id: int
    number: str
    spent_on: date
    validated_on: date | None
    paid_on: date | None
    axis_number: int
    line_id: int
    line_code: str
    line_label: str
    account: str
    supplier: str
    invoice_number: str
    label: str
    status: str
    amount_cents: int
    eligible_cents: int
    excess_cents: int
    recoverable_tax_cents: int
    shares: tuple[int, ...]
    evidence_count: int

    @property
    def funded_cents(self) -> int:
        """What the funders pay of it."""
        return sum(self.shares)

    @property
    def own_cents(self) -> int:
        """What no funder pays: the ineligible part and the excess."""
        return self.amount_cents - self.funded_cents


def ledger_rows(
    programme: Programme,
    start: date | None = None,
    end: date | None = None,
    *,
    line: BudgetLine | None = None,
    latest: int | None = None,
) -> Iterator[LedgerRow]:
    """Booked expenses dated from ``start`` to ``end`` (both included), in order of date.

    ``latest`` gives that many of the last ones only, newest first, for a page.

    Three queries for 2 000 rows, read as they come: an export of many rows stays in constant memory.
    """
    funders = list(Funder.objects.for_programme(programme).values_list("pk", flat=True))
    rows = (
        Expense.objects.for_programme(programme)
        .filter(validated_at__isnull=False)
        .select_related("line__axis")
        .prefetch_related("shares")
        .annotate(pieces=Count("evidence"))
        .order_by("spent_on", "number")
    )
    if start is not None:
        rows = rows.filter(spent_on__gte=start)
    if end is not None:
        rows = rows.filter(spent_on__lte=end)
    if line is not None:
        rows = rows.filter(line=line)
    if latest is not None:
        rows = rows.order_by("-spent_on", "-number")[:latest]
    for expense in rows.iterator(chunk_size=2000):
        yield _row(expense, funders)


def _row(expense: Expense, funders: list[int]) -> LedgerRow:
    shares = {share.funder_id: share.amount_cents for share in expense.shares.all()}
    line = expense.line
    return LedgerRow(
        expense_id=expense.pk,
        number=f"D{expense.number:05d}",
        spent_on=expense.spent_on,
        validated_on=timezone.localdate(expense.validated_at) if expense.validated_at else None,
        paid_on=expense.paid_on,
        axis_number=line.axis.number,
        line_id=line.pk,
        line_code=line.code,
        line_label=line.label,
        account=Nature(line.nature).account,
        supplier=expense.supplier,
        invoice_number=expense.invoice_number,
        label=expense.label,
        status=str(ExpenseStatus(expense.status).label),
        amount_cents=expense.amount_cents,
        eligible_cents=expense.eligible_cents,
        excess_cents=expense.excess_cents,
        recoverable_tax_cents=expense.recoverable_tax_cents,
        shares=tuple(shares.get(funder, 0) for funder in funders),
        evidence_count=expense.pieces,  # type: ignore[attr-defined]  # annotated above
    )
