"""The plan on one page: every line and cell of the matrix, read back with what was typed kept.

Plain inputs instead of a form object per row: forty lines and twelve funders are five hundred cells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from core.formats import format_euros
from core.money import MAX_CENTS, parse_euros
from funding.enums import Nature
from funding.matrix import MatrixError, proportional_fill
from funding.selectors import PlanSheet, SheetFunder
from funding.services import LineEntry

MAX_LINES = 200


@dataclass
class AmountInput:
    """An amount as typed; ``cents`` is nothing while it cannot be read."""

    name: str
    label: str
    text: str = ""
    cents: int | None = 0
    error: str = ""
    funder_id: int = 0

    @classmethod
    def read(cls, name: str, label: str, text: str, funder_id: int = 0) -> "AmountInput":
        """Read what was typed; an empty box is zero."""
        found = cls(name, label, text.strip(), 0, "", funder_id)
        if found.text:
            try:
                found.cents = parse_euros(found.text)
            except ValueError as error:
                found.cents, found.error = None, str(error)
            else:
                if not 0 <= found.cents <= MAX_CENTS:
                    found.cents, found.error = None, _("Indiquez un montant positif ou nul.")
        return found

    def put(self, cents: int) -> None:
        """Replace what was typed by an amount."""
        self.cents, self.error = cents, ""
        self.text = format_euros(cents, sign=False)


@dataclass
class LineInput:
    """A line as typed."""

    index: int
    axis_id: int
    line_id: int | None
    code: str
    label: str
    nature: str
    planned: AmountInput
    cells: list[AmountInput]
    errors: list[str] = field(default_factory=list)

    @property
    def id_text(self) -> str:
        """Its id for a hidden input."""
        return str(self.line_id or "")

    @property
    def is_blank(self) -> bool:
        """A line offered and not used."""
        return self.line_id is None and not (
            self.label or self.planned.text or any(cell.text for cell in self.cells)
        )

    @property
    def residue(self) -> int | None:
        """Planned minus the cells, in cents; nothing while an amount is unreadable."""
        amounts = [cell.cents for cell in self.cells]
        if self.planned.cents is None or None in amounts:
            return None
        return self.planned.cents - sum(cents or 0 for cents in amounts)


@dataclass
class AxisInput:
    """The lines of one axis."""

    id: int
    number: int
    name: str
    lines: list[LineInput]


@dataclass(frozen=True)
class InputError:
    """Something to correct, and where it is on the page."""

    anchor: str
    text: str


@dataclass(frozen=True)
class ColumnResidue:
    """What a funder's column lacks."""

    funder: SheetFunder
    residue: int | None


class PlanForm:
    """The plan being edited: filled from the stored draft or from what was sent."""

    def __init__(
        self, axes: Sequence[tuple[int, int, str]], funders: Sequence[SheetFunder], agreed_cents: int
    ) -> None:
        self.axes = [AxisInput(pk, number, name, []) for pk, number, name in axes]
        self.funders = tuple(funders)
        self.agreed_cents = agreed_cents
        self.natures = [
            (nature.value, f"{nature.account} · {nature.label}")
            for nature in sorted(Nature, key=lambda nature: nature.account)
        ]
        self.problem = ""

    @classmethod
    def stored(
        cls, sheet: PlanSheet, axes: Sequence[tuple[int, int, str]], *, agreed_cents: int
    ) -> "PlanForm":
        """The draft as it was saved; an axis without line is offered one."""
        form = cls(axes, sheet.funders, agreed_cents)
        for line in sheet.lines:
            row = form.add_line(line.axis_id, line_id=line.line_id, code=line.code)
            row.label, row.nature = line.label, line.nature.value
            row.planned.put(line.planned_cents)
            for cell, cents in zip(row.cells, line.cells, strict=True):
                cell.put(cents)
        for axis in form.axes:
            if not axis.lines:
                form.add_line(axis.id)
        return form

    @classmethod
    def sent(
        cls,
        data: QueryDict,
        axes: Sequence[tuple[int, int, str]],
        funders: Sequence[SheetFunder],
        *,
        agreed_cents: int,
    ) -> "PlanForm":
        """What was typed, lines ticked for removal left out."""
        form = cls(axes, funders, agreed_cents)
        known = {axis.id for axis in form.axes}
        for index in range(min(_number(data.get("lines", "")) or 0, MAX_LINES)):
            axis_id = _number(data.get(f"line-{index}-axis", ""))
            if axis_id not in known or data.get(f"line-{index}-remove"):
                continue
            form.add_line(
                axis_id,
                line_id=_number(data.get(f"line-{index}-id", "")),
                code=data.get(f"line-{index}-code", "")[:20],
                text=lambda name, index=index: data.get(f"line-{index}-{name}", ""),  # type: ignore[misc]
            )
        return form

    @property
    def lines(self) -> list[LineInput]:
        """Every line, axis after axis."""
        return [line for axis in self.axes for line in axis.lines]

    @property
    def line_count(self) -> int:
        """How many lines the page sends back."""
        return len(self.lines)

    @property
    def column_count(self) -> int:
        """Columns of the table: line, planned, one per funder."""
        return len(self.funders) + 2

    @property
    def errors(self) -> list[InputError]:
        """What the last reading found, for the summary on top."""
        return [InputError(f"l{line.index}-label", text) for line in self.lines for text in line.errors]

    def add_line(
        self,
        axis_id: int,
        *,
        line_id: int | None = None,
        code: str = "",
        text: Callable[[str], str] = lambda _name: "",
    ) -> LineInput:
        """Offer one more line on an axis."""
        index = len(self.lines)
        label = text("label").strip()
        shown = label or _("nouvelle ligne")
        line = LineInput(
            index=index,
            axis_id=axis_id,
            line_id=line_id,
            code=code,
            label=label,
            nature=text("nature") or Nature.FEES.value,
            planned=AmountInput.read("planned", _("Prévu, %(line)s") % {"line": shown}, text("planned")),
            cells=[
                AmountInput.read(
                    f"cell-{funder.id}", f"{funder.short_name}, {shown}", text(f"cell-{funder.id}"), funder.id
                )
                for funder in self.funders
            ],
        )
        next(axis for axis in self.axes if axis.id == axis_id).lines.append(line)
        for rank, each in enumerate(self.lines):
            each.index = rank
        return line

    def is_valid(self) -> bool:
        """Read every line; errors stay beside what was typed."""
        for line in self.lines:
            line.errors = [] if line.is_blank else _line_errors(line)
        return not any(line.errors for line in self.lines)

    def entries(self) -> list[LineEntry]:
        """What the service takes; only after ``is_valid``."""
        return [
            LineEntry(
                axis_id=line.axis_id,
                nature=Nature(line.nature),
                label=line.label,
                planned_cents=line.planned.cents or 0,
                cells={cell.funder_id: cell.cents or 0 for cell in line.cells},
                line_id=line.line_id,
            )
            for line in self.lines
            if not line.is_blank
        ]

    def fill(self, minimum: dict[tuple[int, int], int], *, keep_typed: bool) -> bool:
        """Share in proportion: every cell, or only the empty ones. False with ``problem`` if impossible.

        ``minimum`` is what was charged, by (line id, funder id), in cents.
        """
        lines = [line for line in self.lines if not line.is_blank]
        if not self.is_valid():
            self.problem = _("Corrigez d’abord les montants illisibles.")
            return False
        kept = {
            (r, c): cell.cents or 0
            for r, line in enumerate(lines)
            for c, cell in enumerate(line.cells)
            if keep_typed and cell.text
        }
        charged = {
            (r, c): minimum.get((line.line_id or 0, cell.funder_id), 0)
            for r, line in enumerate(lines)
            for c, cell in enumerate(line.cells)
        }
        try:
            proposal = proportional_fill(
                [line.planned.cents or 0 for line in lines],
                [funder.agreed_cents for funder in self.funders],
                kept,
                charged,
            )
        except MatrixError:
            self.problem = self._why_not(lines)
            return False
        for line, amounts in zip(lines, proposal, strict=True):
            for cell, cents in zip(line.cells, amounts, strict=True):
                if not cell.text or cell.cents != cents:
                    cell.put(cents)
        return True

    def _why_not(self, lines: Sequence[LineInput]) -> str:
        gap = sum(f.agreed_cents for f in self.funders) - sum(line.planned.cents or 0 for line in lines)
        if gap:
            return _(
                "Les lignes doivent d’abord atteindre le total des financeurs\u00a0: écart de %(gap)s."
            ) % {"gap": format_euros(gap)}
        return _(
            "Aucune répartition ne respecte les montants saisis ou déjà appelés\u00a0: videz des cellules."
        )

    @property
    def columns(self) -> list[ColumnResidue]:
        """Residue of each funder's column."""
        result = []
        for rank, funder in enumerate(self.funders):
            amounts = [line.cells[rank].cents for line in self.lines]
            known = None not in amounts
            left = funder.agreed_cents - sum(cents or 0 for cents in amounts)
            result.append(ColumnResidue(funder, left if known else None))
        return result

    @property
    def total_residue(self) -> int | None:
        """What the lines lack to reach the agreement, in cents."""
        amounts = [line.planned.cents for line in self.lines]
        return None if None in amounts else self.agreed_cents - sum(cents or 0 for cents in amounts)

    @property
    def balanced(self) -> bool:
        """Whether every residue is zero."""
        rows = [line.residue for line in self.lines]
        return not any(
            residue is None or residue
            for residue in (*rows, *(column.residue for column in self.columns), self.total_residue)
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _line_errors(line: LineInput) -> list[str]:
    errors = []
    if not line.label:
        errors.append(_("Donnez un libellé à la ligne."))
    elif len(line.label) > 160:
        errors.append(_("Le libellé a 160 caractères au plus."))
    if line.nature not in {nature.value for nature in Nature}:
        errors.append(_("Choisissez une nature de dépense."))
    errors += [
        f"{amount.label}\u00a0: {amount.error}" for amount in (line.planned, *line.cells) if amount.error
    ]
    return errors
