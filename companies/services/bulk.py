"""Acts on many companies at once: the list is frozen, then each company is treated on its own.

A company that cannot be treated is left aside with its reason; the others are not held back by it.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import BulkKind, BulkOutcome, BulkStatus, Stage
from companies.models import BulkAction, BulkItem, Participation
from companies.selectors.lists import export_sheet
from companies.services.contacts import invite_contact
from companies.services.meetings import is_withdrawn
from companies.services.participations import assign_advisor, move_stage, set_next_step
from companies.services.register import request_completion
from core import audit, jobs
from core.errors import BusinessError
from core.exports import XLSX_TYPE, xlsx_bytes
from core.files import store_bytes
from programme.models import Programme

HANDLER = "companies.bulk"
AT_ONCE = 50
"""Up to here the work is done before the page answers; beyond, by a job."""
CHUNK = 100
MAX_COMPANIES = 200_000

Progress = Callable[[int, str], None]
Verdict = tuple[BulkOutcome, str]


@transaction.atomic
def prepare_bulk(
    *,
    actor: User | None,
    programme: Programme,
    kind: BulkKind,
    parameters: Mapping[str, Any],
    participation_ids: Sequence[int],
    criteria: Sequence[str],
    token: UUID,
) -> BulkAction:
    """Freeze what will be done to which companies, and have it done. The same token is the same act.

    ``parameters``: ``advisor`` (id or none), ``stage`` and ``reason``, ``next_step`` and ``next_step_on``,
    according to the kind. Raises ``BusinessError`` for an empty list. Side effects: a job.
    """
    known: BulkAction | None = BulkAction.objects.for_programme(programme).filter(token=token).first()
    if known is not None:
        return known
    _check_length(participation_ids)
    action = BulkAction.objects.create(
        programme=programme,
        kind=kind,
        parameters=dict(parameters),
        criteria=list(criteria),
        total=len(participation_ids),
        token=token,
        actor=actor,
    )
    BulkItem.objects.bulk_create(
        (BulkItem(action=action, participation_id=pk) for pk in participation_ids), batch_size=2000
    )
    audit.record(
        actor=actor,
        verb="bulk.asked",
        obj=action,
        programme_id=programme.pk,
        changes={"kind": kind.value, "total": action.total, "criteria": list(criteria)},
    )
    if action.total > AT_ONCE:
        _leave_to_a_job(actor, action)
    return action


def _check_length(participation_ids: Sequence[int]) -> None:
    if not participation_ids:
        raise BusinessError(_("Aucune entreprise ne correspond\u00a0: rien à faire."), code="empty")
    if len(participation_ids) > MAX_COMPANIES:
        raise BusinessError(_("La liste est trop longue\u00a0: ajoutez un filtre."), code="too-many")


def _leave_to_a_job(actor: User | None, action: BulkAction) -> None:
    job = jobs.enqueue(
        HANDLER,
        key=f"bulk-{action.pk}",
        label=str(BulkKind(action.kind).label),
        programme_id=action.programme_id,
        actor=actor,
        action_id=action.pk,
    )
    action.job_id = job.pk
    action.save(update_fields=["job_id"])


def _silent(percent: int, step: str) -> None:
    """Nobody watches."""


def carry_out(*, actor: User | None, action: BulkAction, progress: Progress = _silent) -> None:
    """Treat the companies not treated yet, by chunks; stopped half-way, it goes on where it was.

    Each chunk is one transaction: a company is treated and marked together, so none is treated twice.
    """
    if action.status == BulkStatus.DONE:
        return
    BulkAction.objects.filter(pk=action.pk).update(status=BulkStatus.RUNNING)
    if action.kind == BulkKind.EXPORT:
        _export(actor, action)
    act = _ACTS[BulkKind(action.kind)](action)
    while True:
        with transaction.atomic():
            chunk = list(
                action.items.filter(outcome=BulkOutcome.WAITING).select_related(
                    "participation__programme", "participation__advisor", "participation__establishment"
                )[:CHUNK]
            )
            for item in chunk:
                item.outcome, item.reason = _treat(act, actor, item.participation)
            BulkItem.objects.bulk_update(chunk, ["outcome", "reason"])
        if not chunk:
            break
        done = action.items.exclude(outcome=BulkOutcome.WAITING).count()
        told = _("%(n)s sur %(total)s") % {"n": done, "total": action.total}
        progress(100 * done // max(action.total, 1), told)
    action.status, action.finished_at = BulkStatus.DONE, timezone.now()
    action.save(update_fields=["status", "finished_at"])
    audit.record(
        actor=actor,
        verb="bulk.done",
        obj=action,
        programme_id=action.programme_id,
        changes=outcomes(action),
    )


def outcomes(action: BulkAction) -> dict[str, int]:
    """How many companies ended in each way."""
    return dict(action.items.order_by().values_list("outcome").annotate(n=Count("pk")))


Act = Callable[[User | None, Participation], Verdict]


def _treat(act: Act, actor: User | None, participation: Participation) -> Verdict:
    try:
        with transaction.atomic():
            return act(actor, participation)
    except BusinessError as error:
        return BulkOutcome.SKIPPED, error.message[:250]


def _done(*, changed: bool) -> Verdict:
    return (BulkOutcome.DONE if changed else BulkOutcome.SAME), ""


def _advisor_act(action: BulkAction) -> Act:
    chosen = action.parameters.get("advisor")
    advisor = User.objects.filter(pk=chosen).first() if chosen else None

    def act(actor: User | None, participation: Participation) -> Verdict:
        if participation.advisor == advisor:
            return _done(changed=False)
        assign_advisor(actor=actor, participation=participation, advisor=advisor)
        return _done(changed=True)

    return act


def _stage_act(action: BulkAction) -> Act:
    stage, reason = Stage(action.parameters["stage"]), str(action.parameters.get("reason", ""))

    def act(actor: User | None, participation: Participation) -> Verdict:
        return _done(changed=move_stage(actor=actor, participation=participation, stage=stage, reason=reason))

    return act


def _next_step_act(action: BulkAction) -> Act:
    text = str(action.parameters.get("next_step", ""))
    day = action.parameters.get("next_step_on")
    wanted = date.fromisoformat(day) if day else None

    def act(actor: User | None, participation: Participation) -> Verdict:
        if (participation.next_step, participation.next_step_on) == (text, wanted):
            return _done(changed=False)
        set_next_step(actor=actor, participation=participation, next_step=text, next_step_on=wanted)
        return _done(changed=True)

    return act


def _invite_act(action: BulkAction) -> Act:
    def act(actor: User | None, participation: Participation) -> Verdict:
        contact = participation.contacts.filter(is_main=True).first()
        if contact is None:
            return BulkOutcome.SKIPPED, _("Aucun contact principal.")
        if is_withdrawn(contact):
            return BulkOutcome.SKIPPED, _("%(name)s a retiré son accord.") % {"name": contact}
        if contact.memberships.exists():
            return BulkOutcome.SAME, _("%(name)s a déjà un accès.") % {"name": contact}
        invite_contact(actor=actor, contact=contact)
        return _done(changed=True)

    return act


def _register_act(action: BulkAction) -> Act:
    def act(actor: User | None, participation: Participation) -> Verdict:
        if request_completion(actor=actor, participation=participation) is None:
            return BulkOutcome.SKIPPED, _("La consultation du répertoire public est désactivée.")
        return _done(changed=True)

    return act


def _export_act(action: BulkAction) -> Act:
    return lambda actor, participation: _done(changed=True)


_ACTS: dict[BulkKind, Callable[[BulkAction], Act]] = {
    BulkKind.ADVISOR: _advisor_act,
    BulkKind.STAGE: _stage_act,
    BulkKind.NEXT_STEP: _next_step_act,
    BulkKind.INVITE: _invite_act,
    BulkKind.REGISTER: _register_act,
    BulkKind.EXPORT: _export_act,
}


def _export(actor: User | None, action: BulkAction) -> None:
    """One workbook of the frozen list; an interrupted act makes it anew."""
    ids = action.items.order_by().values("participation_id")
    rows = Participation.objects.for_programme(action.programme).filter(pk__in=ids)
    content = xlsx_bytes([export_sheet(rows.order_by("name_key", "pk"))])
    action.file = store_bytes(
        content,
        name=_("entreprises.xlsx"),
        content_type=XLSX_TYPE,
        programme_id=action.programme_id,
        actor=actor,
    )
    action.save(update_fields=["file"])
