"""What may still be moved between the lines of an axis, and what was."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from funding.enums import PlanKind, PlanStatus
from funding.models import BudgetLine, Plan, PlannedLine, Transfer, TransferPart
from funding.rules import fungibility_percent
from programme.models import Programme


@dataclass(frozen=True)
class TransferRoom:
    """What a line may give since the last amendment, in cents."""

    percent: int
    base_cents: int
    moved_cents: int

    @property
    def limit_cents(self) -> int:
        """The agreed percentage of what the last amendment gave the line, rounded down."""
        return self.base_cents * self.percent // 100

    @property
    def left_cents(self) -> int:
        """What may still leave the line."""
        return max(0, self.limit_cents - self.moved_cents)


def transfer_room(active: Plan, line: BudgetLine) -> TransferRoom:
    """The room of a line: a percentage of its amount in the last plan that was signed, less what left it."""
    base = _signed(active)
    planned = PlannedLine.objects.filter(plan=base, line=line).values_list("planned_cents", flat=True).first()
    moved = TransferPart.objects.filter(
        transfer__source=line,
        transfer__plan__programme_id=active.programme_id,
        transfer__plan__number__gt=base.number,
    ).aggregate(total=Sum("amount_cents", default=0))["total"]
    return TransferRoom(fungibility_percent(active.programme), planned or 0, moved)


def _signed(active: Plan) -> Plan:
    """The last version that is not itself a transfer."""
    signed: Plan = (
        Plan.objects.filter(
            programme_id=active.programme_id, kind=PlanKind.AMENDMENT, number__lte=active.number
        )
        .exclude(status=PlanStatus.DRAFT)
        .latest("number")
    )
    return signed


@dataclass(frozen=True)
class TransferRow:
    """A transfer, ready to be shown; ``parts`` are (short name of the funder, cents)."""

    plan_number: int
    decided_on: date | None
    reason: str
    source: str
    target: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total_cents(self) -> int:
        """What moved."""
        return sum(cents for _name, cents in self.parts)


def transfers_of(programme: Programme) -> list[TransferRow]:
    """Every transfer, the last one first. Two queries."""
    rows = (
        Transfer.objects.filter(plan__programme=programme)
        .select_related("plan", "source", "target")
        .prefetch_related("parts__funder")
    )
    return [
        TransferRow(
            plan_number=row.plan.number,
            decided_on=row.plan.decided_on,
            reason=row.plan.reason,
            source=str(row.source),
            target=str(row.target),
            parts=tuple((part.funder.short_name, part.amount_cents) for part in row.parts.all()),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class LineRoom:
    """What a line of the plan in force may still give."""

    line: BudgetLine
    planned_cents: int
    room: TransferRoom


def transfer_rooms(active: Plan) -> list[LineRoom]:
    """The room of every line, in order. Five queries whatever their number."""
    base, percent = _signed(active), fungibility_percent(active.programme)
    planned = dict(PlannedLine.objects.filter(plan=base).values_list("line_id", "planned_cents"))
    moved = dict(
        TransferPart.objects.filter(
            transfer__plan__programme_id=active.programme_id, transfer__plan__number__gt=base.number
        )
        .order_by()
        .values_list("transfer__source_id")
        .annotate(total=Sum("amount_cents"))
    )
    return [
        LineRoom(
            row.line,
            row.planned_cents,
            TransferRoom(percent, planned.get(row.line_id, 0), moved.get(row.line_id, 0)),
        )
        for row in active.lines.select_related("line__axis")
    ]
