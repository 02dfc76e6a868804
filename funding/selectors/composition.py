"""What a figure of the budget is made of, line by line: what it adds, what it takes away. No query."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import NotVisible
from funding.enums import BOOKED, CommitmentStatus, ComposedFigure
from funding.selectors.overview import BudgetOverview, Figures, FunderFigures, LineFigures
from programme.links import programme_url
from programme.models import Programme


@dataclass(frozen=True)
class Scope:
    """The part of the budget a figure is about: an axis, a line, a funder, by id; all of it by default."""

    axis_id: int | None = None
    line_id: int | None = None
    funder_id: int | None = None


@dataclass(frozen=True)
class CompositionRow:
    """A line, or a funder's part of one, with the lists that give its amounts; in cents."""

    label: str
    detail: str
    url: str
    planned_cents: int
    validated_cents: int
    committed_cents: int
    amount_cents: int
    validated_url: str
    committed_url: str


@dataclass(frozen=True)
class Composition:
    """A figure and its rows, whose amounts sum to it."""

    figure: ComposedFigure
    about: str
    rows: tuple[CompositionRow, ...]

    @property
    def total(self) -> Figures:
        """Planned, validated and committed of the rows."""
        return Figures(
            planned_cents=sum(row.planned_cents for row in self.rows),
            validated_cents=sum(row.validated_cents for row in self.rows),
            committed_cents=sum(row.committed_cents for row in self.rows),
        )

    @property
    def amount_cents(self) -> int:
        """The figure."""
        return sum(row.amount_cents for row in self.rows)


def compose(
    programme: Programme, overview: BudgetOverview, figure: ComposedFigure, scope: Scope
) -> Composition:
    """The rows of a figure. Raises ``NotVisible`` when the overview has no such axis, line or funder."""
    lines = [
        line
        for axis in overview.axes
        if scope.axis_id in (None, axis.id)
        for line in axis.lines
        if scope.line_id in (None, line.id)
    ]
    funder = next((found for found in overview.funders if found.id == scope.funder_id), None)
    if not lines or (scope.funder_id is not None and funder is None):
        raise NotVisible
    if figure == ComposedFigure.PLANNED and scope.line_id is not None and funder is None:
        rows = _by_funder(programme, overview, lines[0])
    else:
        rows = (_row(programme, overview, figure, line, funder) for line in lines)
    return Composition(figure, _about(overview, scope, lines, funder), tuple(rows))


def _about(
    overview: BudgetOverview, scope: Scope, lines: list[LineFigures], funder: FunderFigures | None
) -> str:
    axis = next((found for found in overview.axes if found.id == scope.axis_id), None)
    return " · ".join(
        [
            *([f"{axis.number}. {axis.name}"] if axis else []),
            *([f"{lines[0].code} {lines[0].label}"] if scope.line_id is not None else []),
            *([funder.name] if funder else []),
        ]
    )


def _row(
    programme: Programme,
    overview: BudgetOverview,
    figure: ComposedFigure,
    line: LineFigures,
    funder: FunderFigures | None,
) -> CompositionRow:
    figures = line.figures if funder is None else line.by_funder[overview.funder_index(funder.id)]
    expenses = f"{programme_url(programme, 'funding:expense_list')}?ligne={line.id}&etat={BOOKED}"
    commitments = programme_url(programme, "funding:commitment_list")
    return CompositionRow(
        label=line.label,
        detail=f"{line.code} · {line.account}",
        url=programme_url(programme, "funding:line_detail", pk=line.id),
        planned_cents=figures.planned_cents,
        validated_cents=figures.validated_cents,
        committed_cents=figures.committed_cents,
        amount_cents={
            ComposedFigure.PLANNED: figures.planned_cents,
            ComposedFigure.REMAINING: figures.remaining_cents,
            ComposedFigure.AVAILABLE: figures.available_cents,
        }[figure],
        validated_url=expenses if funder is None else f"{expenses}&financeur={funder.id}",
        committed_url=f"{commitments}?ligne={line.id}&etat={CommitmentStatus.ACTIVE}",
    )


def _by_funder(programme: Programme, overview: BudgetOverview, line: LineFigures) -> Iterator[CompositionRow]:
    """What each funder pays of a line: its cells of the matrix."""
    for funder in overview.funders:
        row = _row(programme, overview, ComposedFigure.PLANNED, line, funder)
        yield CompositionRow(
            label=funder.name,
            detail="",
            url=programme_url(programme, "funding:funder_detail", pk=funder.id),
            planned_cents=row.planned_cents,
            validated_cents=row.validated_cents,
            committed_cents=0,
            amount_cents=row.amount_cents,
            validated_url=row.validated_url,
            committed_url="",
        )
