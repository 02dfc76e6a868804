"""The present budget, computed once per state of the data.

The budget is read far more often than it changes. Every service that changes it touches an expense or a
plan, whose ``updated_at`` moves, or a funder's row: two small queries tell whether what was computed is
still true. Nothing is ever shown that the data no longer says.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from funding.forecast import MonthPoint
from funding.models import Expense, Funder, Plan
from funding.selectors.overview import BudgetOverview, budget_overview, monthly_series
from programme.models import Programme

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class CurrentBudget:
    """The overview and the monthly series of now; ``stamp`` changes whenever they may."""

    stamp: str
    overview: BudgetOverview
    months: tuple[MonthPoint, ...]


def budget_stamp(programme: Programme) -> str:
    """A word that changes whenever the programme's budget may have. Two queries."""
    state = (
        Programme.objects.filter(pk=programme.pk)
        .values_list(
            "updated_at",
            Subquery(_last(Expense.objects.all(), "last")),
            Subquery(_last(Expense.objects.all(), "rows")),
            Subquery(_last(Plan.objects.all(), "last")),
            Subquery(_last(Plan.objects.all(), "rows")),
        )
        .get()
    )
    funders = list(Funder.objects.for_programme(programme).values_list("name", "short_name", "agreed_cents"))
    return hashlib.sha256(repr((settings.APP_VERSION, programme.pk, state, funders)).encode()).hexdigest()


def _last(rows: "QuerySet[Any]", name: str) -> "QuerySet[Any]":
    """Last change and number of a programme's rows, as a one-column subquery."""
    grouped = rows.filter(programme=OuterRef("pk")).order_by().values("programme")
    told: QuerySet[Any] = grouped.annotate(last=Max("updated_at"), rows=Count("pk")).values(name)
    return told


def current_budget(programme: Programme) -> CurrentBudget:
    """The budget of now: two queries when nothing changed since it was last computed."""
    stamp = budget_stamp(programme)
    key = f"funding.current.{stamp}"
    kept: CurrentBudget | None = cache.get(key)
    if kept is None:
        overview = budget_overview(programme)
        months = monthly_series(programme, planned_cents=overview.total.planned_cents or None)
        kept = CurrentBudget(stamp, overview, months)
        cache.set(key, kept, KEPT_SECONDS)
    return kept
