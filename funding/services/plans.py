"""The budget plan and its funding matrix: draft, activation, amendments."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_date, format_euros
from funding.enums import Nature, PlanStatus
from funding.matrix import residues
from funding.models import BudgetLine, Commitment, Expense, Funder, MatrixCell, Plan, PlannedLine
from funding.selectors.changes import changed_since
from funding.selectors.reserves import programme_reserves
from funding.selectors.totals import charged_totals
from programme.models import Axis, Programme


@dataclass(frozen=True)
class LineEntry:
    """A line of the plan as it is typed; amounts in cents, ``cells`` by funder id.

    ``line_id`` is empty for a new line; ``code`` is then given by the axis and the rank if left empty.
    """

    axis_id: int
    nature: Nature
    label: str
    planned_cents: int
    cells: Mapping[int, int] = field(default_factory=dict)
    line_id: int | None = None
    code: str = ""


@transaction.atomic
def start_plan(*, actor: User | None, programme: Programme, reason: str = "") -> Plan:
    """Open a draft: an empty first version, or an amendment that starts from the plan in force.

    A draft already open is returned as it is. An amendment needs a reason.
    Raises ``BusinessError`` when the reason is missing.
    """
    locked = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    plans = list(Plan.objects.for_programme(locked))
    draft: Plan | None = next((plan for plan in plans if plan.status == PlanStatus.DRAFT), None)
    if draft is not None:
        return draft
    active = next((plan for plan in plans if plan.status == PlanStatus.ACTIVE), None)
    if active is not None and not reason.strip():
        raise BusinessError(_("Indiquez le motif de l’avenant."), field="reason", code="reason")
    plan = Plan(
        programme=locked,
        number=max((known.number for known in plans), default=0) + 1,
        reason=reason.strip(),
    )
    plan.full_clean()
    plan.save()
    if active is not None:
        copy_lines(active, plan)
    audit.record(actor=actor, verb="plan.started", obj=plan, programme_id=locked.pk, comment=plan.reason)
    return plan


@transaction.atomic
def discard_plan(*, actor: User | None, plan: Plan) -> None:
    """Give up a draft. Its lines that nothing else uses go with it. Doing it twice changes nothing.

    Raises ``BusinessError`` for a plan that is or was in force.
    """
    current = Plan.objects.filter(pk=plan.pk).first()
    if current is None:
        return
    locked = _draft(current)
    lines = set(locked.lines.values_list("line_id", flat=True))
    audit.record(
        actor=actor,
        verb="plan.discarded",
        obj=locked.programme,
        programme_id=locked.programme_id,
        changes={"number": locked.number, "reason": locked.reason},
    )
    locked.delete()
    _delete_orphans(lines)


def copy_lines(source: Plan, target: Plan) -> None:
    """Give a new version the lines and the matrix of another."""
    for planned in source.lines.prefetch_related("cells"):
        cells = list(planned.cells.all())
        copy = PlannedLine.objects.create(
            plan=target, line_id=planned.line_id, planned_cents=planned.planned_cents
        )
        MatrixCell.objects.bulk_create(
            MatrixCell(planned_line=copy, funder_id=cell.funder_id, amount_cents=cell.amount_cents)
            for cell in cells
        )


@transaction.atomic
def save_plan(
    *, actor: User | None, plan: Plan, entries: Sequence[LineEntry], seen: datetime | None = None
) -> Plan:
    """Replace the lines and the matrix of a draft; residues may remain until it is activated.

    ``seen`` is the ``updated_at`` that the person read: when somebody saved the draft since, nothing is
    written and the refusal (code ``stale``) says who. Saving the same entries twice changes nothing more.
    Lines that no version, no commitment and no expense uses any more are deleted.

    Raises ``BusinessError``: not a draft, foreign axis, line or funder, a negative amount, an axis or
    nature changed on a line that another version or an expense uses.
    """
    locked = _draft(plan)
    if seen is not None and locked.updated_at != seen:
        raise BusinessError(
            _(
                "Pendant votre saisie, ce brouillon a été enregistré par %(who)s. Vos valeurs sont "
                "conservées ci-dessous\u00a0: enregistrez de nouveau pour les garder à la place."
            )
            % {"who": changed_since(locked, seen)},
            code="stale",
        )
    _check_entries(locked.programme, entries)
    before = set(locked.lines.values_list("line_id", flat=True))
    lines = _save_lines(locked, entries)
    locked.lines.all().delete()
    planned = PlannedLine.objects.bulk_create(
        PlannedLine(plan=locked, line=line, planned_cents=entry.planned_cents)
        for line, entry in zip(lines, entries, strict=True)
    )
    MatrixCell.objects.bulk_create(
        MatrixCell(planned_line=row, funder_id=funder_id, amount_cents=amount)
        for row, entry in zip(planned, entries, strict=True)
        for funder_id, amount in entry.cells.items()
        if amount
    )
    _delete_orphans(before - {line.pk for line in lines})
    locked.save(update_fields=["updated_at"])
    audit.record(
        actor=actor,
        verb="plan.saved",
        obj=locked,
        programme_id=locked.programme_id,
        changes={
            "lines": len(lines),
            "planned_cents": sum(entry.planned_cents for entry in entries),
        },
    )
    return locked


def _draft(plan: Plan) -> Plan:
    locked: Plan = (
        Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("programme").get(pk=plan.pk)
    )
    if locked.status != PlanStatus.DRAFT:
        raise BusinessError(
            _("Ce plan n’est plus un brouillon\u00a0: préparez un avenant pour le modifier."),
            code="not-draft",
        )
    return locked


def _check_entries(programme: Programme, entries: Sequence[LineEntry]) -> None:
    axes = set(Axis.objects.filter(programme=programme).values_list("pk", flat=True))
    funders = set(Funder.objects.for_programme(programme).values_list("pk", flat=True))
    lines = set(BudgetLine.objects.for_programme(programme).values_list("pk", flat=True))
    known = [entry.line_id for entry in entries if entry.line_id is not None]
    if (
        not lines.issuperset(known)
        or len(known) != len(set(known))
        or any(entry.axis_id not in axes or not funders.issuperset(entry.cells) for entry in entries)
    ):
        raise BusinessError(
            _("Le plan a changé entre-temps\u00a0: rechargez la page avant d’enregistrer."), code="stale"
        )
    for entry in entries:
        if entry.planned_cents < 0 or any(amount < 0 for amount in entry.cells.values()):
            raise BusinessError(
                _("«\u00a0%(label)s\u00a0»\u00a0: un montant prévu ne peut pas être négatif.")
                % {"label": entry.label},
                code="negative",
            )


def _save_lines(plan: Plan, entries: Sequence[LineEntry]) -> list[BudgetLine]:
    programme = plan.programme
    known = {line.pk: line for line in BudgetLine.objects.for_programme(programme)}
    codes = {line.code for line in known.values()}
    axes = {axis.pk: axis for axis in Axis.objects.filter(programme=programme)}
    fixed = _fixed_lines(plan)
    result = []
    for entry in entries:
        line = known.get(entry.line_id) if entry.line_id else None
        if line is None:
            line = BudgetLine(programme=programme, code=entry.code or _free_code(axes[entry.axis_id], codes))
            codes.add(line.code)
        elif line.pk in fixed and (line.axis_id, line.nature) != (entry.axis_id, entry.nature):
            raise BusinessError(
                _(
                    "«\u00a0%(label)s\u00a0» a déjà servi\u00a0: son volet et sa nature ne changent plus. "
                    "Créez une autre ligne."
                )
                % {"label": line.label},
                code="line-fixed",
            )
        line.axis, line.nature, line.label = axes[entry.axis_id], entry.nature, entry.label.strip()
        line.full_clean()
        line.save()
        result.append(line)
    return result


def _fixed_lines(plan: Plan) -> set[int]:
    """Lines whose axis and nature can no longer change: another version or an expense uses them."""
    planned = PlannedLine.objects.filter(plan__programme_id=plan.programme_id).exclude(plan=plan)
    used = set(planned.values_list("line_id", flat=True))
    for model in (Expense, Commitment):
        rows = model.objects.filter(programme_id=plan.programme_id)
        used |= set(rows.values_list("line_id", flat=True))
    return used


def _free_code(axis: Axis, taken: set[str]) -> str:
    rank = 1
    while f"{axis.number}.{rank}" in taken:
        rank += 1
    return f"{axis.number}.{rank}"


def _delete_orphans(line_ids: set[int]) -> None:
    unused = BudgetLine.objects.filter(pk__in=line_ids, planned__isnull=True)
    unused.filter(expenses__isnull=True, commitments__isnull=True).delete()


@transaction.atomic
def activate_plan(*, actor: User | None, plan: Plan, decided_on: date | None = None) -> Plan:
    """Put a draft in force from ``decided_on`` (today by default); the former plan stays readable.

    Activating a plan already in force changes nothing. Expenses and shares never move.

    Raises ``BusinessError``: rows or columns with a residue, a total that is not the agreement's, a date to
    come or before the plan in force, an amendment under what a funder has been charged on a line or under
    what commitments reserve there, or a plan replaced meanwhile.
    Side effects: the plan in force becomes superseded; one audit event. Locks every line, so that no
    expense is validated on a half-changed plan.
    """
    programme = Programme.objects.select_for_update(no_key=True).get(pk=plan.programme_id)
    current = Plan.objects.get(pk=plan.pk)
    if current.status == PlanStatus.ACTIVE:
        return current
    if current.status != PlanStatus.DRAFT:
        raise BusinessError(
            _("Ce plan a été remplacé\u00a0: il ne peut plus entrer en vigueur."), code="not-draft"
        )
    list(BudgetLine.objects.select_for_update(no_key=True).for_programme(programme).order_by("pk"))
    _check_margins(programme, current)
    put_in_force(programme, current, decided_on or timezone.localdate())
    audit.record(
        actor=actor,
        verb="plan.activated",
        obj=current,
        programme_id=programme.pk,
        changes={"decided_on": current.decided_on},
        comment=current.reason,
    )
    return current


def put_in_force(programme: Programme, plan: Plan, decided_on: date) -> None:
    """Replace the plan in force, with every line locked. Refuses what would fall below what is promised."""
    _check_decision(programme, decided_on)
    _check_charged(programme, plan)
    _check_reserved(programme, plan)
    now = timezone.now()
    Plan.objects.for_programme(programme).filter(status=PlanStatus.ACTIVE).update(
        status=PlanStatus.SUPERSEDED, updated_at=now
    )
    plan.status, plan.activated_at, plan.decided_on = PlanStatus.ACTIVE, now, decided_on
    plan.full_clean()
    plan.save()


def _check_decision(programme: Programme, decided_on: date) -> None:
    if decided_on > timezone.localdate():
        raise BusinessError(
            _("La décision ne peut pas être datée d’un jour à venir."), field="decided_on", code="dates"
        )
    active = Plan.objects.for_programme(programme).filter(status=PlanStatus.ACTIVE).first()
    if active is not None and active.decided_on is not None and decided_on < active.decided_on:
        raise BusinessError(
            _("Le plan en vigueur a été décidé le %(date)s\u00a0: celui-ci ne peut pas l’être avant.")
            % {"date": format_date(active.decided_on)},
            field="decided_on",
            code="dates",
        )


def _check_margins(programme: Programme, plan: Plan) -> None:
    funders = list(Funder.objects.for_programme(programme))
    lines = list(plan.lines.select_related("line").prefetch_related("cells"))
    if not lines:
        raise BusinessError(_("Le plan n’a aucune ligne."), code="empty")
    grid = [
        [
            {cell.funder_id: cell.amount_cents for cell in line.cells.all()}.get(funder.pk, 0)
            for funder in funders
        ]
        for line in lines
    ]
    found = residues([line.planned_cents for line in lines], [f.agreed_cents for f in funders], grid)
    problems = [
        _("ligne «\u00a0%(label)s\u00a0»\u00a0: %(gap)s")
        % {"label": row.line.label, "gap": format_euros(gap)}
        for row, gap in zip(lines, found.rows, strict=True)
        if gap
    ]
    problems += [
        _("financeur «\u00a0%(name)s\u00a0»\u00a0: %(gap)s") % {"name": funder.name, "gap": format_euros(gap)}
        for funder, gap in zip(funders, found.columns, strict=True)
        if gap
    ]
    gap = programme.total_cents - sum(line.planned_cents for line in lines)
    if gap:
        problems.append(_("total de la convention\u00a0: %(gap)s") % {"gap": format_euros(gap)})
    if problems:
        raise BusinessError(
            _("Le plan n’est pas équilibré. Écarts restants\u00a0: %(problems)s.")
            % {"problems": "\u00a0; ".join(problems)},
            code="unbalanced",
        )


def _check_charged(programme: Programme, plan: Plan) -> None:
    """Refuse an amendment under what was already charged (money.md §1)."""
    agreed = {
        (cell.planned_line.line_id, cell.funder_id): cell.amount_cents
        for cell in MatrixCell.objects.filter(planned_line__plan=plan).select_related("planned_line")
    }
    labels, names = (
        _labels(programme),
        dict(Funder.objects.for_programme(programme).values_list("pk", "name")),
    )
    charged = charged_totals(programme)
    below = [
        _("«\u00a0%(line)s\u00a0», %(funder)s\u00a0: déjà appelé %(charged)s, prévu %(planned)s")
        % {
            "line": labels[line],
            "funder": names[funder],
            "charged": format_euros(charged[line, funder]),
            "planned": format_euros(agreed.get((line, funder), 0)),
        }
        for line in labels
        for funder in names
        if charged.get((line, funder), 0) > agreed.get((line, funder), 0)
    ]
    if below:
        raise BusinessError(
            _("Ce qui a été appelé ne bouge plus. Relevez ces montants\u00a0: %(below)s.")
            % {"below": "\u00a0; ".join(below)},
            code="below-charged",
        )


def _check_reserved(programme: Programme, plan: Plan) -> None:
    """Refuse a line under what is charged on it plus what commitments reserve."""
    planned = dict(plan.lines.values_list("line_id", "planned_cents"))
    charged: Counter[int] = Counter()
    for (line, _funder), cents in charged_totals(programme).items():
        charged[line] += cents
    labels = _labels(programme)
    below = [
        _(
            "«\u00a0%(line)s\u00a0»\u00a0: %(reserved)s engagés et non facturés, il n’en resterait "
            "que %(left)s"
        )
        % {
            "line": labels[line],
            "reserved": format_euros(cents),
            "left": format_euros(planned.get(line, 0) - charged.get(line, 0)),
        }
        for line, cents in sorted(programme_reserves(programme).items())
        if planned.get(line, 0) - charged.get(line, 0) < cents
    ]
    if below:
        raise BusinessError(
            _("Des engagements réservent ces lignes. Relevez-les ou soldez les engagements\u00a0: %(below)s.")
            % {"below": "\u00a0; ".join(below)},
            code="below-reserved",
        )


def _labels(programme: Programme) -> dict[int, str]:
    """Lines of the programme in the order of their codes."""
    return dict(BudgetLine.objects.for_programme(programme).order_by("code").values_list("pk", "label"))
