"""Reads of the plan: its lines, its matrix, what is missing from its margins."""

from dataclasses import dataclass

from core.errors import NotVisible
from funding.enums import Nature, PlanStatus
from funding.matrix import Residues, residues
from funding.models import Funder, Plan
from funding.selectors.totals import charged_totals
from programme.access import Access
from programme.models import Programme


@dataclass(frozen=True)
class SheetFunder:
    """A column of the matrix."""

    id: int
    name: str
    short_name: str
    agreed_cents: int


@dataclass(frozen=True)
class SheetLine:
    """A row of the matrix; ``cells`` and ``charged`` follow the columns, in cents."""

    line_id: int
    code: str
    label: str
    axis_id: int
    axis_number: int
    axis_name: str
    nature: Nature
    planned_cents: int
    cells: tuple[int, ...]
    charged: tuple[int, ...]


@dataclass(frozen=True)
class PlanSheet:
    """A version of the plan as a table, with the residues of its margins."""

    plan: Plan
    agreed_cents: int
    funders: tuple[SheetFunder, ...]
    lines: tuple[SheetLine, ...]
    residues: Residues

    @property
    def planned_cents(self) -> int:
        """Sum of the lines."""
        return sum(line.planned_cents for line in self.lines)

    @property
    def column_totals(self) -> tuple[int, ...]:
        """Sum of each column."""
        return tuple(sum(line.cells[rank] for line in self.lines) for rank in range(len(self.funders)))

    @property
    def total_residue(self) -> int:
        """What the lines lack to reach the agreement's total, in cents."""
        return self.agreed_cents - self.planned_cents

    @property
    def balanced(self) -> bool:
        """Whether it may enter in force."""
        return bool(self.lines) and self.residues.valid and not self.total_residue


def plan_for(access: Access, number: int) -> Plan:
    """A version of the plan of the caller's programme. Raises ``NotVisible``."""
    plan: Plan | None = Plan.objects.for_programme(access.programme).filter(number=number).first()
    if plan is None:
        raise NotVisible
    return plan


def draft_plan(programme: Programme) -> Plan | None:
    """The draft being prepared, or nothing."""
    draft: Plan | None = Plan.objects.for_programme(programme).filter(status=PlanStatus.DRAFT).first()
    return draft


def sheet_funders(programme: Programme) -> tuple[SheetFunder, ...]:
    """The columns of every matrix of the programme."""
    return tuple(
        SheetFunder(funder.pk, funder.name, funder.short_name, funder.agreed_cents)
        for funder in Funder.objects.for_programme(programme)
    )


def plan_sheet(plan: Plan) -> PlanSheet:
    """A plan as a table: five queries whatever its size. Superseded plans keep their own columns."""
    funders = sheet_funders(plan.programme)
    charged = charged_totals(plan.programme)
    lines = []
    for row in plan.lines.select_related("line__axis").prefetch_related("cells"):
        cells = {cell.funder_id: cell.amount_cents for cell in row.cells.all()}
        line = row.line
        lines.append(
            SheetLine(
                line_id=line.pk,
                code=line.code,
                label=line.label,
                axis_id=line.axis_id,
                axis_number=line.axis.number,
                axis_name=line.axis.name,
                nature=Nature(line.nature),
                planned_cents=row.planned_cents,
                cells=tuple(cells.get(funder.id, 0) for funder in funders),
                charged=tuple(charged.get((line.pk, funder.id), 0) for funder in funders),
            )
        )
    return PlanSheet(
        plan=plan,
        agreed_cents=plan.programme.total_cents,
        funders=funders,
        lines=tuple(lines),
        residues=residues(
            [line.planned_cents for line in lines],
            [funder.agreed_cents for funder in funders],
            [line.cells for line in lines],
        ),
    )
