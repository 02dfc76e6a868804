"""Actions as cells, for every export of them."""

from typing import Any

from django.utils.translation import gettext as _

from core.money import euros
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionItem


def item_columns() -> tuple[str, ...]:
    """Names of the columns."""
    return (
        *(_("Entreprise"), _("Conseiller"), _("Action"), _("État"), _("Motif"), _("Responsable")),
        *(_("Début"), _("Échéance"), _("Faite le"), _("Coût"), _("Dont pris en charge")),
        *(_("Pris en charge par"), _("Thème")),
    )


def item_cells(item: ActionItem) -> tuple[Any, ...]:
    """Values of one action."""
    company = item.plan.participation
    return (
        *(company.name, company.advisor.full_name if company.advisor else "", item.title),
        *(str(ActionStatus(item.status).label), item.reason, item.owner_name),
        *(item.starts_on, item.due_on, item.done_on, _euros(item.cost_cents), _euros(item.aid_cents)),
        *(item.funding, item.dimension_code),
    )


def _euros(cents: int | None) -> Any:
    return None if cents is None else euros(cents)
