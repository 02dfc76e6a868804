"""What remains of a line: the one place where a move on a line reads what it may take."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import BusinessError
from core.formats import format_euros
from funding.enums import PlanStatus
from funding.models import BudgetLine, MatrixCell, PlannedLine
from funding.selectors.reserves import line_reserves
from funding.selectors.totals import line_totals


@dataclass(frozen=True)
class LineState:
    """Funders of a line in their order; what each pays of it and has been charged; what others reserve.

    Amounts are in cents. ``reserved`` leaves out the commitment for which the state was asked.
    """

    funders: list[int]
    agreed: list[int]
    charged: list[int]
    reserved: int

    @property
    def available(self) -> int:
        """What a move may still take."""
        return sum(self.agreed) - sum(self.charged) - self.reserved


def planned_in_force(line_id: int) -> Any:
    """The row of the plan in force for a line."""
    return PlannedLine.objects.filter(line_id=line_id, plan__status=PlanStatus.ACTIVE)


def line_state(line_id: int, *, commitment_id: int | None = None) -> LineState:
    """State of a line, for a move that consumes ``commitment_id`` when it is given.

    Call it with the line locked. Raises ``BusinessError`` when the line is not in the plan in force.
    """
    cells = (
        MatrixCell.objects.filter(planned_line__in=planned_in_force(line_id))
        .order_by("funder__position")
        .values_list("funder_id", "amount_cents")
    )
    agreed = dict(cells)
    if not agreed:
        raise BusinessError(_("Cette ligne n’a pas de montant dans le plan en vigueur."), code="line")
    charged = line_totals(line_id)
    reserved = sum(
        reserve.left_cents for reserve in line_reserves(line_id) if reserve.commitment_id != commitment_id
    )
    return LineState(list(agreed), list(agreed.values()), [charged.get(pk, 0) for pk in agreed], reserved)


def overrun(line: BudgetLine, wanted: int, state: LineState) -> BusinessError:
    """The refusal of a move that would take more than what remains, with what remains."""
    words = {
        "remaining": format_euros(max(0, state.available)),
        "label": line.label,
        "wanted": format_euros(wanted),
        "reserved": format_euros(state.reserved),
    }
    text = _(
        "Il reste %(remaining)s sur la ligne «\u00a0%(label)s\u00a0»\u00a0: la part éligible de "
        "%(wanted)s la dépasse."
    )
    if state.reserved:
        text = _(
            "Il reste %(remaining)s sur la ligne «\u00a0%(label)s\u00a0», une fois déduits %(reserved)s "
            "réservés par "
            "d’autres engagements\u00a0: la part éligible de %(wanted)s la dépasse."
        )
    return BusinessError(text % words, code="overrun")
