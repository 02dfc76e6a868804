"""Transfers between two lines of one axis: a new version of the plan, within the agreed percentage."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_euros
from funding.enums import PlanKind, PlanStatus
from funding.models import BudgetLine, Funder, MatrixCell, Plan, PlannedLine, Transfer, TransferPart
from funding.selectors.transfers import transfer_room
from funding.services.plans import copy_lines, put_in_force
from programme.models import Programme


@transaction.atomic
def transfer(
    *,
    actor: User | None,
    source: BudgetLine,
    target: BudgetLine,
    parts: Mapping[int, int],
    reason: str,
    decided_on: date | None = None,
    form_token: UUID | None = None,
) -> Plan:
    """Move ``parts`` (cents by funder id) from a line to another; returns the version of the plan it made.

    Every funder's column stays what it was. The same ``form_token`` always gives the same version.
    Raises ``BusinessError``: no reason, lines of two axes or outside the plan in force, nothing to move,
    more than a funder still has on the line, more than commitments leave free, more than the percentage
    agreed, or an amendment being prepared (it would start from a plan that is no longer in force).
    """
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif du transfert."), field="reason", code="reason")
    programme = Programme.objects.select_for_update(no_key=True).get(pk=source.programme_id)
    made = Transfer.objects.select_related("plan").filter(form_token=form_token).first()
    if form_token and made is not None:
        return made.plan
    list(BudgetLine.objects.select_for_update(no_key=True).for_programme(programme).order_by("pk"))
    active = _plan_to_change(programme)
    moved = {pk: cents for pk, cents in parts.items() if cents}
    _check_lines(programme, active, source, target)
    _check_parts(programme, active, source, moved)
    plan = _next_version(programme, reason)
    copy_lines(active, plan)
    for line, sign in ((source, -1), (target, 1)):
        _move(plan, line, {pk: sign * cents for pk, cents in moved.items()})
    put_in_force(programme, plan, decided_on or timezone.localdate())
    row = Transfer.objects.create(plan=plan, source=source, target=target, form_token=form_token)
    _keep_parts(actor, row, moved)
    return plan


def _next_version(programme: Programme, reason: str) -> Plan:
    last = Plan.objects.for_programme(programme).order_by("-number").values_list("number", flat=True)[0]
    plan = Plan(programme=programme, number=last + 1, kind=PlanKind.TRANSFER, reason=reason.strip())
    plan.full_clean()
    plan.save()
    return plan


def _keep_parts(actor: User | None, row: Transfer, moved: Mapping[int, int]) -> None:
    TransferPart.objects.bulk_create(
        TransferPart(transfer=row, funder_id=pk, amount_cents=cents) for pk, cents in moved.items()
    )
    audit.record(
        actor=actor,
        verb="plan.transferred",
        obj=row.plan,
        programme_id=row.plan.programme_id,
        changes={
            "source": row.source.code,
            "target": row.target.code,
            "parts_cents": {str(pk): cents for pk, cents in moved.items()},
        },
        comment=row.plan.reason,
    )


def _plan_to_change(programme: Programme) -> Plan:
    plans = Plan.objects.for_programme(programme)
    draft = plans.filter(status=PlanStatus.DRAFT).first()
    if draft is not None:
        raise BusinessError(
            _(
                "Le plan n° %(number)s est en préparation\u00a0: mettez-le en vigueur ou "
                "abandonnez-le d’abord."
            )
            % {"number": draft.number},
            code="draft",
        )
    active: Plan | None = plans.filter(status=PlanStatus.ACTIVE).first()
    if active is None:
        raise BusinessError(_("Aucun plan n’est en vigueur."), code="no-plan")
    return active


def _check_lines(programme: Programme, active: Plan, source: BudgetLine, target: BudgetLine) -> None:
    planned = set(active.lines.values_list("line_id", flat=True))
    if {source.programme_id, target.programme_id} != {programme.pk} or not {source.pk, target.pk} <= planned:
        raise BusinessError(_("Choisissez deux lignes du plan en vigueur."), field="target", code="line")
    if source.pk == target.pk or source.axis_id != target.axis_id:
        raise BusinessError(
            _("Un transfert va d’une ligne à une autre du même volet. Au-delà, préparez un avenant."),
            field="target",
            code="axis",
        )


def _check_parts(programme: Programme, active: Plan, source: BudgetLine, parts: Mapping[int, int]) -> None:
    funders = dict(Funder.objects.for_programme(programme).values_list("pk", "name"))
    if not parts or not funders.keys() >= parts.keys() or any(cents < 0 for cents in parts.values()):
        raise BusinessError(_("Indiquez ce que chaque financeur transfère, en euros."), code="parts")
    cells = dict(
        MatrixCell.objects.filter(planned_line__plan=active, planned_line__line=source).values_list(
            "funder_id", "amount_cents"
        )
    )
    for pk, cents in parts.items():
        if cents > cells.get(pk, 0):
            raise BusinessError(
                _("%(name)s ne paie que %(cell)s de cette ligne.")
                % {"name": funders[pk], "cell": format_euros(cells.get(pk, 0))},
                code="parts",
            )
    room = transfer_room(active, source)
    if sum(parts.values()) > room.left_cents:
        raise BusinessError(
            _(
                "La convention permet de retirer %(percent)s %% de la ligne, soit %(limit)s\u00a0; "
                "%(moved)s l’ont déjà été\u00a0: il reste %(left)s. Au-delà, préparez un avenant."
            )
            % {
                "percent": room.percent,
                "limit": format_euros(room.limit_cents),
                "moved": format_euros(room.moved_cents),
                "left": format_euros(room.left_cents),
            },
            code="fungibility",
        )


def _move(plan: Plan, line: BudgetLine, deltas: Mapping[int, int]) -> None:
    row = PlannedLine.objects.get(plan=plan, line=line)
    row.planned_cents += sum(deltas.values())
    row.save(update_fields=["planned_cents"])
    cells = {cell.funder_id: cell for cell in row.cells.all()}
    for funder_id, delta in deltas.items():
        cell = cells.get(funder_id) or MatrixCell(planned_line=row, funder_id=funder_id, amount_cents=0)
        cell.amount_cents += delta
        cell.full_clean()
        cell.save()
