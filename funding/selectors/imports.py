"""Reads of imports of expenses and of the directory of suppliers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum
from django.utils import timezone

from companies.gazetteer import fold
from core.errors import NotVisible
from funding.duplicates import invoice_key
from funding.enums import ExpenseStatus, PlanStatus
from funding.expense_file import ExpenseDraft, FileContext
from funding.models import BudgetLine, ClosedYear, Expense, ExpenseImport, Supplier
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme

SUGGESTIONS = 20


def file_context(programme: Programme) -> FileContext:
    """What a row may refer to: the lines of the plan in force by code and label. Two queries."""
    planned = BudgetLine.objects.for_programme(programme).filter(planned__plan__status=PlanStatus.ACTIVE)
    lines: dict[str, int] = {}
    # A code wins over a label that reads the same.
    found = list(planned.values_list("pk", "code", "label"))
    for pk, _code, label in found:
        lines[fold(label)] = pk
    for pk, code, _label in found:
        lines[fold(code)] = pk
    return FileContext(
        lines=lines,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        today=timezone.localdate(),
        closed_years=frozenset(ClosedYear.objects.filter(programme=programme).values_list("year", flat=True)),
        allow_reserved=programme.is_demonstration,
    )


@dataclass(frozen=True)
class KnownExpenses:
    """Expenses already entered: by identity, and by amount and date."""

    by_identity: dict[str, Expense]
    by_amount: dict[tuple[date, int], str]

    def of(self, draft: ExpenseDraft | None) -> Expense | None:
        """The same expense, if it was entered."""
        return self.by_identity.get(draft.identity) if draft else None

    def like(self, draft: ExpenseDraft | None) -> str:
        """Number of another expense of the same amount and date, or nothing."""
        if draft is None:
            return ""
        return self.by_amount.get((date.fromisoformat(draft.spent_on), draft.amount_cents), "")


def known_expenses(programme: Programme, drafts: Sequence[ExpenseDraft]) -> KnownExpenses:
    """What a chunk of rows may repeat, cancelled expenses and counter-entries left out. One query."""
    keys = {key for draft in drafts if (key := invoice_key(draft.supplier, draft.invoice_number))}
    days = {date.fromisoformat(draft.spent_on) for draft in drafts}
    amounts = {draft.amount_cents for draft in drafts}
    rows = (
        Expense.objects.for_programme(programme)
        .filter(Q(duplicate_key__in=keys) | Q(spent_on__in=days, amount_cents__in=amounts))
        .filter(answers__isnull=True)
        .exclude(status=ExpenseStatus.CANCELLED)
        .order_by("number")
    )
    by_identity: dict[str, Expense] = {}
    by_amount: dict[tuple[date, int], str] = {}
    for row in rows:
        by_identity.setdefault(_identity(row), row)
        by_amount.setdefault((row.spent_on, row.amount_cents), f"D{row.number:05d}")
    return KnownExpenses(by_identity, by_amount)


def _identity(row: Expense) -> str:
    return ExpenseDraft(
        line_id=row.line_id,
        label=row.label,
        supplier=row.supplier,
        siret="",
        invoice_number=row.invoice_number,
        spent_on=row.spent_on.isoformat(),
        amount_cents=row.amount_cents,
        tax_cents=0,
        recoverable_cents=0,
        eligible_cents=0,
    ).identity


def known_sirets(programme: Programme, drafts: Iterable[ExpenseDraft]) -> dict[str, str]:
    """SIRET of the directory by supplier's name as the file writes it. One query."""
    keys = {draft.supplier: fold(draft.supplier)[:160] for draft in drafts}
    rows = Supplier.objects.for_programme(programme).filter(name_key__in=keys.values())
    found = dict(rows.values_list("name_key", "siret"))
    return {name: found.get(key, "") for name, key in keys.items()}


def import_for(access: Access, pk: int) -> ExpenseImport:
    """An import of the caller's programme. Raises ``NotVisible``."""
    rows = ExpenseImport.objects.for_programme(access.programme).select_related("programme", "file", "actor")
    batch: ExpenseImport | None = rows.filter(pk=pk).first()
    if batch is None:
        raise NotVisible
    return batch


def supplier_for(access: Access, pk: int) -> Supplier:
    """A supplier of the caller's programme. Raises ``NotVisible``."""
    found: Supplier | None = Supplier.objects.for_programme(access.programme).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class SupplierRow:
    """A line of the directory, with what was booked under that name."""

    name: str
    url: str
    expenses_url: str
    siret: str
    city: str
    expenses: int
    booked_cents: int


def supplier_rows(programme: Programme, page: Iterable[Supplier]) -> list[SupplierRow]:
    """Rows of a page of the directory. One query."""
    suppliers = list(page)
    rows = Expense.objects.for_programme(programme).filter(
        supplier__in=[supplier.name for supplier in suppliers], validated_at__isnull=False
    )
    booked = {
        name: (count, cents)
        for name, count, cents in rows.order_by()
        .values_list("supplier")
        .annotate(count=Count("pk"), cents=Sum("amount_cents"))
    }
    list_url = programme_url(programme, "funding:expense_list")
    return [
        SupplierRow(
            name=supplier.name,
            url=programme_url(programme, "funding:supplier_edit", pk=supplier.pk),
            expenses_url=list_url,
            siret=supplier.siret,
            city=supplier.city,
            expenses=booked.get(supplier.name, (0, 0))[0],
            booked_cents=booked.get(supplier.name, (0, 0))[1],
        )
        for supplier in suppliers
    ]


def suggested_suppliers(programme: Programme, text: str = "") -> list[str]:
    """Names to offer while one types: the directory first, then names already used. Two queries."""
    key = fold(text)
    listed = Supplier.objects.for_programme(programme)
    if key:
        listed = listed.filter(name_key__contains=key)
    names = list(listed.values_list("name", flat=True)[:SUGGESTIONS])
    if len(names) < SUGGESTIONS:
        used = Expense.objects.for_programme(programme)
        if text.strip():
            used = used.filter(supplier__icontains=text.strip()[:160])
        recent = used.exclude(supplier__in=names).order_by("supplier").values_list("supplier", flat=True)
        names += list(recent.distinct()[: SUGGESTIONS - len(names)])
    return names
