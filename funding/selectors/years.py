"""Years of an agreement: closed or not, and what still waits in each."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractYear

from funding.enums import ExpenseStatus
from funding.models import ClosedYear, Expense, Share
from programme.models import Programme


@dataclass(frozen=True)
class YearRow:
    """A year of the agreement; ``charged_cents`` is what the funders were charged of it."""

    year: int
    expenses: int
    waiting: int
    charged_cents: int
    closed_at: datetime | None
    closed_by: str

    @property
    def is_closed(self) -> bool:
        """Whether nothing may be entered in it."""
        return self.closed_at is not None


def year_rows(programme: Programme) -> list[YearRow]:
    """Every year of the agreement. Three queries."""
    closed = {
        row.year: row for row in ClosedYear.objects.filter(programme=programme).select_related("closed_by")
    }
    waiting = Q(status__in=(ExpenseStatus.DRAFT, ExpenseStatus.SUBMITTED))
    counts = {
        year: (total, waits)
        for year, total, waits in Expense.objects.for_programme(programme)
        .order_by()
        .annotate(year=ExtractYear("spent_on"))
        .values_list("year")
        .annotate(total=Count("pk"), waits=Count("pk", filter=waiting))
    }
    charged = dict(
        Share.objects.filter(expense__programme=programme)
        .order_by()
        .annotate(year=ExtractYear("expense__spent_on"))
        .values_list("year")
        .annotate(total=Sum("amount_cents"))
    )
    rows = []
    for year in range(programme.starts_on.year, programme.ends_on.year + 1):
        total, waits = counts.get(year, (0, 0))
        lock = closed.get(year)
        rows.append(
            YearRow(
                year=year,
                expenses=total,
                waiting=waits,
                charged_cents=charged.get(year, 0),
                closed_at=lock.created_at if lock else None,
                closed_by=lock.closed_by.full_name if lock and lock.closed_by else "",
            )
        )
    return rows
