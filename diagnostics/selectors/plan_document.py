"""The plan as a frozen value: what its PDF and its workbook print."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from diagnostics.enums import OPEN_ACTIONS, ActionStatus
from diagnostics.models import ActionItem, ActionPlan
from diagnostics.selectors.plan import BOARD, ItemRow, plan_rows


@dataclass(frozen=True)
class PlanLine:
    """An action as the document prints it; amounts are cents."""

    title: str
    status: str
    reason: str
    owner: str
    starts_on: date | None
    due_on: date | None
    done_on: date | None
    is_overdue: bool
    why: str
    how: str
    facts: str
    money: str
    cost_cents: int | None
    aid_cents: int | None
    training: str


@dataclass(frozen=True)
class PlanPart:
    """Actions in one state."""

    code: str
    title: str
    lines: tuple[PlanLine, ...]


@dataclass(frozen=True)
class PlanContext:
    """The whole plan of a company on a day."""

    company: str
    siret: str
    questionnaire: str
    submitted_on: date | None
    agreed_on: date | None
    next_assessment_on: date | None
    on: date
    parts: tuple[PlanPart, ...]
    open_count: int
    overdue_count: int
    done_count: int
    cost_cents: int
    aid_cents: int


def plan_context(plan: ActionPlan, today: date) -> PlanContext:
    """The plan on a day; what was proposed and not kept is left out. Three queries."""
    rows = {row.pk: row for row in plan_rows(plan, today)}
    items = [item for item in plan.items.order_by("position", "pk") if item.status != ActionStatus.PROPOSED]
    lines = [(ActionStatus(item.status), _line(item, rows[item.pk])) for item in items]
    diagnostic = plan.diagnostic
    counted = [item for item in items if item.status != ActionStatus.SET_ASIDE]
    return PlanContext(
        company=plan.participation.name,
        siret=plan.participation.establishment.siret,
        questionnaire=diagnostic.questionnaire.title,
        submitted_on=timezone.localdate(diagnostic.submitted_at) if diagnostic.submitted_at else None,
        agreed_on=timezone.localdate(plan.agreed_at) if plan.agreed_at else None,
        next_assessment_on=plan.next_assessment_on,
        on=today,
        parts=tuple(
            PlanPart(status.value, str(status.label), tuple(line for state, line in lines if state is status))
            for status in BOARD
            if any(state is status for state, _line in lines)
        ),
        open_count=sum(status in OPEN_ACTIONS for status, _line in lines),
        overdue_count=sum(line.is_overdue for _status, line in lines),
        done_count=sum(status in (ActionStatus.DONE, ActionStatus.ALREADY_DONE) for status, _line in lines),
        cost_cents=sum(item.cost_cents or 0 for item in counted),
        aid_cents=sum(item.aid_cents or 0 for item in counted),
    )


def _line(item: ActionItem, row: ItemRow) -> PlanLine:
    return PlanLine(
        title=row.title,
        status=row.status,
        reason=row.reason,
        owner=row.owner,
        starts_on=row.starts_on,
        due_on=row.due_on,
        done_on=item.done_on,
        is_overdue=row.is_overdue,
        why=row.why,
        how=row.how,
        facts=row.facts,
        money=row.money,
        cost_cents=item.cost_cents,
        aid_cents=item.aid_cents,
        training=row.training,
    )
