"""Search provider: expenses, for who reads the budget."""

from core.formats import format_euros
from core.i18n import gettext_lazy as _
from core.registries import SearchHit, SearchProvider, search_providers
from funding.filters import search_expenses
from funding.models import Expense
from funding.rules import can_read_budget
from programme.access import Access
from programme.links import programme_url


def find_expenses(access: Access, text: str, limit: int) -> list[SearchHit]:
    """Expenses by supplier, label, invoice or number; none for who does not read the budget."""
    if not text.strip() or not can_read_budget(access):
        return []
    found = search_expenses(Expense.objects.for_programme(access.programme), text)
    return [
        SearchHit(
            f"D{number:05d} {label}",
            f"{supplier} · {format_euros(cents)}",
            programme_url(access.programme, "funding:expense_detail", pk=pk),
        )
        for pk, number, label, supplier, cents in found.order_by("-spent_on", "-pk").values_list(
            "pk", "number", "label", "supplier", "amount_cents"
        )[:limit]
    ]


search_providers.register("funding.expenses", SearchProvider(label=_("Dépenses"), find=find_expenses))
