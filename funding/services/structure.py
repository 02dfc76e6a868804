"""Lines of the budget before any amount: what a territory pack brings."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from funding.enums import Nature
from funding.models import BudgetLine
from programme.models import Programme


@dataclass(frozen=True)
class LineFacts:
    """A line without its amounts; ``axis`` is the number of its axis."""

    code: str
    axis: int
    nature: Nature
    label: str


@transaction.atomic
def save_lines(*, actor: User | None, programme: Programme, lines: Iterable[LineFacts]) -> int:
    """Add lines, or rename those already there; how many moved. Lines not named stay.

    Raises ``BusinessError`` when a line that has served would change its axis or its nature, ``LookupError``
    for an axis that does not exist.
    """
    axes = {axis.number: axis for axis in programme.axes.all()}
    known = {line.code: line for line in BudgetLine.objects.for_programme(programme).select_related("axis")}
    moved = []
    for facts in lines:
        line = known.get(facts.code) or BudgetLine(programme=programme, code=facts.code)
        place = (facts.axis, facts.nature.value)
        if line.pk is not None:
            if (line.axis.number, line.nature, line.label) == (*place, facts.label):
                continue
            if (line.axis.number, line.nature) != place and _has_served(line):
                raise BusinessError(
                    _("La ligne %(code)s a déjà servi\u00a0: son volet et sa nature ne changent plus.")
                    % {"code": facts.code},
                    code="line-fixed",
                )
        line.axis, line.nature, line.label = axes[facts.axis], facts.nature, facts.label
        line.full_clean()
        line.save()
        moved.append(line.code)
    if moved:
        audit.record(
            actor=actor,
            verb="budget.lines_set",
            obj=programme,
            programme_id=programme.pk,
            changes={"lines": moved},
        )
    return len(moved)


def _has_served(line: BudgetLine) -> bool:
    return bool(line.planned.exists() or line.expenses.exists() or line.commitments.exists())
