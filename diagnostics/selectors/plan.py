"""Reads about action plans: one company's, and all of them for an advisor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from companies.models import Participation
from core.errors import NotVisible
from core.formats import format_euros, format_euros_round
from diagnostics.enums import OPEN_ACTIONS, REASONED, ActionStatus
from diagnostics.models import ActionItem, ActionPlan, Diagnostic
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

MEASURES_ON_BOARD = 6
# Columns of the board: what is under way, then what was never started or is settled.
BOARD = (
    ActionStatus.KEPT,
    ActionStatus.ONGOING,
    ActionStatus.BLOCKED,
    ActionStatus.DONE,
    ActionStatus.PROPOSED,
    ActionStatus.ALREADY_DONE,
    ActionStatus.SET_ASIDE,
)


@dataclass(frozen=True)
class ItemRow:
    """An action as a page shows it."""

    pk: int
    title: str
    company: str
    url: str
    move_url: str
    code: str
    status: str
    tone: str
    owner: str
    starts_on: date | None
    due_on: date | None
    is_overdue: bool
    why: str
    how: str
    facts: str
    reasons: tuple[str, ...]
    reason: str
    money: str
    training_url: str
    training: str
    advisor: str


@dataclass(frozen=True)
class BoardColumn:
    """A state of the board and its actions; some states ask for a reason.

    ``more`` counts the measures left to the list: they are many, and most wait there for a decision.
    """

    code: str
    label: str
    tone: str
    needs_reason: bool
    rows: tuple[ItemRow, ...]
    count: int
    more: int


@dataclass(frozen=True)
class StateCount:
    """How many actions are in a state, with the list that shows them."""

    label: str
    tone: str
    count: int
    url: str


def plan_for(access: Access, pk: int) -> ActionPlan:
    """A plan the caller may see. Raises ``NotVisible``."""
    rows = (
        ActionPlan.objects.visible_to(access)
        .select_related(
            *("participation__advisor", "participation__establishment", "programme__region"),
            *("diagnostic__version", "diagnostic__questionnaire"),
        )
        .defer("diagnostic__result", "diagnostic__version__definition")
    )
    plan: ActionPlan | None = rows.filter(pk=pk).first()
    if plan is None:
        raise NotVisible
    return plan


def reads_result(access: Access, plan: ActionPlan) -> bool:
    """Whether the caller reads the result behind a plan; the actions are the whole company's (one query)."""
    if access.is_staff:
        return True
    return Diagnostic.objects.read_whole_by(access).filter(pk=plan.diagnostic_id).exists()


def item_for(access: Access, pk: int) -> ActionItem:
    """An action the caller may see, with its plan. Raises ``NotVisible``."""
    rows = visible_items(access).select_related("plan__participation__advisor", "plan__programme", "owner")
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


def possible_owners(participation: Participation) -> QuerySet[User]:
    """Who may get the reminders of a company's actions: its people and its advisor."""
    own = Q(memberships__participation=participation) | Q(pk=participation.advisor_id)
    return User.objects.filter(own, is_active=True).distinct()


def item_rows(programme: Programme, items: Iterable[ActionItem], today: date) -> list[ItemRow]:
    """Rows ready to print; ``today`` decides what is overdue."""
    return [_item_row(programme, item, today) for item in items]


def _item_row(programme: Programme, item: ActionItem, today: date) -> ItemRow:
    status = ActionStatus(item.status)
    stake = item.details.get("stake", "")
    return ItemRow(
        pk=item.pk,
        title=item.title,
        company=item.plan.participation.name,
        url=programme_url(programme, "diagnostics:plan_item", pk=item.pk),
        move_url=programme_url(programme, "diagnostics:plan_item_move", pk=item.pk),
        code=status.value,
        status=str(status.label),
        tone=TONES[status],
        owner=item.owner_name,
        starts_on=item.starts_on,
        due_on=item.due_on,
        is_overdue=bool(item.due_on and item.due_on < today and status in OPEN_ACTIONS),
        why=item.why,
        how=item.how,
        facts=_facts(item.details),
        reasons=tuple(item.details.get("reasons", ())),
        reason=item.reason if status in REASONED else "",
        money=_money(item),
        training_url=f"{programme_url(programme, 'trainings:catalogue')}?enjeu={stake}" if stake else "",
        training=stake_words(stake) if stake else "",
        advisor=item.plan.participation.advisor.full_name if item.plan.participation.advisor else "",
    )


def _money(item: ActionItem) -> str:
    """Cost, what of it is paid by others, and by whom."""
    if item.cost_cents is None:
        return item.funding
    parts = [format_euros(item.cost_cents)]
    if item.aid_cents:
        parts.append(_("dont %(amount)s pris en charge") % {"amount": format_euros(item.aid_cents)})
    if item.funding:
        parts.append(item.funding)
    return " · ".join(parts)


def _facts(details: dict[str, Any]) -> str:
    if not details:
        return ""
    low, high = details["cost_min_cents"], details["cost_max_cents"]
    words = {"low": format_euros_round(low), "high": format_euros_round(high)}
    cost = words["high"] if low == high else _("%(low)s à %(high)s") % words
    return " · ".join((effort_words(details["effort"]), impact_words(details["impact"]), cost))


def plan_rows(plan: ActionPlan, today: date) -> list[ItemRow]:
    """Every action of a plan, by position. One query."""
    items = list(plan.items.order_by("position", "pk"))
    for item in items:
        item.plan = plan
    return item_rows(plan.programme, items, today)


def plan_groups(plan: ActionPlan, today: date) -> dict[str, tuple[ItemRow, ...]]:
    """Actions of a plan: ``open``, ``proposed``, ``done``, ``aside``, each by position. One query."""
    groups: dict[str, list[ItemRow]] = {"open": [], "proposed": [], "done": [], "aside": []}
    for row in plan_rows(plan, today):
        groups[_group(ActionStatus(row.code))].append(row)
    return {code: tuple(members) for code, members in groups.items()}


def plan_board(plan: ActionPlan, today: date) -> tuple[BoardColumn, ...]:
    """The same actions in columns, what is under way first. One query."""
    rows = plan_rows(plan, today)
    return tuple(_column(status, [row for row in rows if row.code == status.value]) for status in BOARD)


def _column(status: ActionStatus, rows: list[ItemRow]) -> BoardColumn:
    shown = rows[:MEASURES_ON_BOARD] if status is ActionStatus.PROPOSED else rows
    return BoardColumn(
        code=status.value,
        label=str(status.label),
        tone=TONES[status],
        needs_reason=status in REASONED,
        rows=tuple(shown),
        count=len(rows),
        more=len(rows) - len(shown),
    )


def state_counts(access: Access, items: QuerySet[ActionItem], today: date) -> list[StateCount]:
    """Actions by state and those overdue, each with its list. One query."""
    address = programme_url(access.programme, "diagnostics:plan_list")
    told = (ActionStatus.KEPT, ActionStatus.ONGOING, ActionStatus.BLOCKED, ActionStatus.DONE)
    counts = items.order_by().aggregate(
        late=Count("pk", filter=Q(status__in=OPEN_ACTIONS, due_on__lt=today)),
        **{status.value: Count("pk", filter=Q(status=status)) for status in told},
    )
    late = StateCount(_("en retard"), "bad", counts["late"], f"{address}?retard=oui")
    return [
        late,
        *(
            StateCount(str(status.label), TONES[status], counts[status.value], f"{address}?etat={status}")
            for status in told
        ),
    ]


def company_plans(plan: ActionPlan) -> list[ActionPlan]:
    """Every plan of the same company, newest first."""
    return list(ActionPlan.objects.filter(participation_id=plan.participation_id).order_by("-created_at"))


def _group(status: ActionStatus) -> str:
    if status in OPEN_ACTIONS:
        return "open"
    if status in (ActionStatus.DONE, ActionStatus.ALREADY_DONE):
        return "done"
    return "proposed" if status is ActionStatus.PROPOSED else "aside"
