"""Reads about action plans: one company's, and all of them for an advisor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.errors import NotVisible
from core.formats import format_euros_round
from diagnostics.enums import OPEN_ACTIONS, ActionStatus
from diagnostics.models import ActionItem, ActionPlan
from diagnostics.plan_wording import effort_words, impact_words, stake_words
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme

TONES = {
    ActionStatus.PROPOSED: "",
    ActionStatus.KEPT: "info",
    ActionStatus.ONGOING: "accent",
    ActionStatus.BLOCKED: "bad",
    ActionStatus.DONE: "good",
    ActionStatus.SET_ASIDE: "plain",
    ActionStatus.ALREADY_DONE: "good",
}


@dataclass(frozen=True)
class ItemRow:
    """An action as a page shows it."""

    pk: int
    title: str
    company: str
    url: str
    status: str
    tone: str
    owner: str
    due_on: date | None
    is_overdue: bool
    why: str
    how: str
    facts: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PlanGroup:
    """Actions of a plan at the same stage of decision."""

    code: str
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True)
class PlanTotals:
    """Counts of a programme's plans over a period: plans opened, actions kept, done, overdue today."""

    plans: int
    kept: int
    done: int
    overdue: int


def plan_for(access: Access, pk: int) -> ActionPlan:
    """A plan the caller may see. Raises ``NotVisible``."""
    rows = ActionPlan.objects.visible_to(access).select_related("participation", "programme", "diagnostic")
    plan: ActionPlan | None = rows.filter(pk=pk).first()
    if plan is None:
        raise NotVisible
    return plan


def item_for(access: Access, pk: int) -> ActionItem:
    """An action the caller may see, with its plan. Raises ``NotVisible``."""
    rows = visible_items(access).select_related("plan__participation", "plan__programme")
    item = rows.filter(pk=pk).first()
    if item is None:
        raise NotVisible
    return item


def visible_items(access: Access) -> QuerySet[ActionItem]:
    """Actions of the plans the caller may see."""
    return ActionItem.objects.filter(plan__in=ActionPlan.objects.visible_to(access))


def latest_plan(participation_id: int) -> ActionPlan | None:
    """The last plan of a company."""
    return ActionPlan.objects.filter(participation_id=participation_id).select_related("programme").first()


def item_rows(programme: Programme, items: Iterable[ActionItem], today: date) -> list[ItemRow]:
    """Rows ready to print; ``today`` decides what is overdue."""
    return [
        ItemRow(
            pk=item.pk,
            title=item.title,
            company=item.plan.participation.name,
            url=programme_url(programme, "diagnostics:plan_item", pk=item.pk),
            status=str(ActionStatus(item.status).label),
            tone=TONES[ActionStatus(item.status)],
            owner=item.owner_name,
            due_on=item.due_on,
            is_overdue=bool(item.due_on and item.due_on < today and item.status in OPEN_ACTIONS),
            why=item.why,
            how=item.how,
            facts=_facts(item.details),
            reasons=tuple(item.details.get("reasons", ())),
        )
        for item in items
    ]


def _facts(details: dict[str, Any]) -> str:
    if not details:
        return ""
    low, high = details["cost_min_cents"], details["cost_max_cents"]
    cost = (
        format_euros_round(high) if low == high else f"{format_euros_round(low)} à {format_euros_round(high)}"
    )
    parts = (
        effort_words(details["effort"]),
        impact_words(details["impact"]),
        cost,
        stake_words(details["stake"]),
    )
    return " · ".join(parts)


def plan_groups(plan: ActionPlan, today: date) -> dict[str, tuple[ItemRow, ...]]:
    """Actions of a plan: ``open``, ``proposed``, ``done``, ``aside``, each by position. One query."""
    items = list(plan.items.order_by("position", "pk"))
    for item in items:
        item.plan = plan
    rows = dict(zip(items, item_rows(plan.programme, items, today), strict=True))
    groups: dict[str, list[ItemRow]] = {"open": [], "proposed": [], "done": [], "aside": []}
    for item, row in rows.items():
        groups[_group(ActionStatus(item.status))].append(row)
    return {code: tuple(members) for code, members in groups.items()}


def _group(status: ActionStatus) -> str:
    if status in OPEN_ACTIONS:
        return "open"
    if status in (ActionStatus.DONE, ActionStatus.ALREADY_DONE):
        return "done"
    return "proposed" if status is ActionStatus.PROPOSED else "aside"


def plan_totals(programme: Programme, start: date, end: date, today: date) -> PlanTotals:
    """Plans engaged and actions over a period, both days included; overdue ones are counted today."""
    plans = ActionPlan.objects.filter(programme=programme)
    items = ActionItem.objects.filter(plan__programme=programme)
    counted = items.aggregate(
        kept=Count(
            "pk",
            filter=Q(
                status_changes__status=ActionStatus.KEPT,
                status_changes__at__date__range=(start, end),
            ),
            distinct=True,
        ),
        done=Count("pk", filter=Q(status=ActionStatus.DONE, done_on__range=(start, end)), distinct=True),
        overdue=Count("pk", filter=Q(status__in=OPEN_ACTIONS, due_on__lt=today), distinct=True),
    )
    engaged = plans.filter(agreed_at__date__range=(start, end)).count()
    return PlanTotals(plans=engaged, **counted)
