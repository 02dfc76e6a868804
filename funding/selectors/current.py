"""The present budget, computed once per state of the data.

The budget is read far more often than it changes. Every service that changes it touches an expense, a
commitment, a claim, a plan or the programme itself, whose ``updated_at`` moves: one small query tells whether
what was computed is still true. Nothing is ever shown that the data no longer says.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from core.compiled import CompiledQuery
from funding.enums import PlanStatus
from funding.forecast import MonthPoint
from funding.models import Claim, Commitment, Expense, Plan
from funding.selectors.overview import BudgetOverview, budget_overview, monthly_series
from programme.models import Programme

KEPT_SECONDS = 24 * 3600
# A change is dated when it is made and seen when it is committed: another one, dated a moment earlier, may
# still be on its way. Until the last change is this old, what was computed is not kept beyond a few seconds.
SETTLED_AFTER = timedelta(seconds=60)
UNSETTLED_SECONDS = 5


@dataclass(frozen=True)
class BudgetState:
    """What the budget depends on: ``stamp`` changes whenever it may; the number of the draft plan, if any."""

    stamp: str
    draft_number: int | None


@dataclass(frozen=True)
class CurrentBudget:
    """The overview and the monthly series of now, for the ``stamp`` they were computed at."""

    stamp: str
    overview: BudgetOverview
    months: tuple[MonthPoint, ...]


def _changes(programme: int) -> "QuerySet[Any]":
    """The programme's last change, its draft plan, and the last change of each kind of row, in one row."""
    draft = Plan.objects.filter(programme=OuterRef("pk"), status=PlanStatus.DRAFT).order_by().values("number")
    rows = Programme.objects.filter(pk=programme).order_by()
    return rows.values_list(
        "updated_at",
        Subquery(draft[:1]),
        *(Subquery(_last(model.objects.all())) for model in (Plan, Commitment, Claim)),
        Subquery(_latest_expense()),
    )


def _last(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Last change of a programme's rows, as a one-column subquery."""
    grouped = rows.filter(programme=OuterRef("pk")).order_by().values("programme")
    told: QuerySet[Any] = grouped.annotate(last=Max("updated_at")).values("last")
    return told


def _latest_expense() -> "QuerySet[Any]":
    """Last change of a programme's expenses: the head of an index, however many they are."""
    ordered = Expense.objects.filter(programme=OuterRef("pk")).order_by("-updated_at")
    told: QuerySet[Any] = ordered.values("updated_at")[:1]
    return told


_CHANGES = CompiledQuery(_changes, "programme")


def budget_state(programme: Programme) -> BudgetState:
    """What the programme's budget depends on. One query."""
    ((own, draft, *others),) = _CHANGES.rows(programme=programme.pk)
    moments: list[datetime] = [own, *(moment for moment in others if moment is not None)]
    now = timezone.now()
    told: list[Any] = [settings.APP_VERSION, programme.pk, own, draft, others]
    if now - max(moments) < SETTLED_AFTER:
        told.append(int(now.timestamp()) // UNSETTLED_SECONDS)
    return BudgetState(hashlib.sha256(repr(told).encode()).hexdigest(), draft)


def current_budget(programme: Programme, state: BudgetState | None = None) -> CurrentBudget:
    """The budget of now: one query when nothing changed since it was last computed, none given its state."""
    stamp = (state or budget_state(programme)).stamp
    key = f"funding.current.{stamp}"
    kept: CurrentBudget | None = cache.get(key)
    if kept is None:
        overview = budget_overview(programme)
        months = monthly_series(programme, planned_cents=overview.total.planned_cents or None)
        kept = CurrentBudget(stamp, overview, months)
        cache.set(key, kept, KEPT_SECONDS)
    return kept
