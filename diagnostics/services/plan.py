"""Writes on action plans: born of a diagnostic, decided by the company with its advisor."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind, Stage
from companies.models import Membership, Participation
from companies.services import project_counts, reach_stage, record_event
from core import audit
from core.errors import BusinessError
from diagnostics.enums import OPEN_ACTIONS, REASONED, ActionStatus, DiagnosticStatus
from diagnostics.models import ActionItem, ActionPlan, ActionStatusChange, Diagnostic
from diagnostics.recommending import Proposal
from diagnostics.selectors.filling import answers_of
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.results import stored_proposals
from diagnostics.wording import reason_words
from programme.links import programme_url


@dataclass(frozen=True)
class ItemFields:
    """What a person writes of an action; dates are calendar days, amounts cents, all optional.

    ``owner`` gets the reminders: somebody who may enter the company's space, or its advisor.
    """

    title: str
    status: ActionStatus
    reason: str = ""
    why: str = ""
    how: str = ""
    owner_name: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    owner: User | None = None
    cost_cents: int | None = None
    aid_cents: int | None = None
    funding: str = ""


@transaction.atomic
def start_plan(*, actor: User | None, diagnostic: Diagnostic) -> ActionPlan:
    """Open the plan of a submitted diagnostic with its proposed measures; opening twice gives the same plan.

    Raises ``BusinessError`` while the questionnaire is not submitted. Side effects: a line on the
    company's timeline, one audit event.
    """
    if diagnostic.status != DiagnosticStatus.SUBMITTED or diagnostic.result is None:
        raise BusinessError(
            _(
                "Le plan d’actions se construit une fois le questionnaire remis. "
                "Terminez d’abord les réponses."
            ),
            code="not-submitted",
        )
    plan, created = ActionPlan.objects.get_or_create(
        diagnostic=diagnostic,
        defaults={
            "programme_id": diagnostic.programme_id,
            "participation_id": diagnostic.participation_id,
            "leader": _leader(diagnostic),
        },
    )
    if not created:
        return plan
    definition = definition_of(diagnostic.version)
    answers = answers_of(definition, diagnostic)
    proposals = stored_proposals(definition, diagnostic)
    reasons = {
        each.measure.code: [reason_words(definition, answers, reason) for reason in each.reasons]
        for each in proposals
    }
    ActionItem.objects.bulk_create(
        proposed_item(plan, position, each, reasons[each.measure.code])
        for position, each in enumerate(proposals, start=1)
    )
    record_event(
        participation=diagnostic.participation,
        kind=EventKind.PLAN,
        title=_("Plan d’actions ouvert\u00a0: %(count)s préconisations") % {"count": len(proposals)},
        url=programme_url(diagnostic.programme, "diagnostics:plan_detail", pk=plan.pk),
        actor=actor,
        visible_to_company=True,
    )
    audit.record(actor=actor, verb="plan.started", obj=plan, programme_id=plan.programme_id)
    return plan


def _leader(diagnostic: Diagnostic) -> User | None:
    """Who follows the plan at first: the company's person who handed the answers in, or its manager."""
    members = Membership.objects.filter(participation=diagnostic.participation_id, user__is_active=True)
    chosen = (
        members.filter(user=diagnostic.submitted_by_id).first() or members.filter(is_manager=True).first()
    )
    return chosen.user if chosen is not None else None


def proposed_item(plan: ActionPlan, position: int, proposal: Proposal, reasons: list[str]) -> ActionItem:
    """The row of a proposed measure; what the measure said that day is kept with it."""
    measure = proposal.measure
    return ActionItem(
        plan=plan,
        measure_code=measure.code,
        dimension_code=measure.dimension,
        title=measure.title[:250],
        why=measure.why,
        how=measure.how,
        position=position,
        details={
            "effort": measure.effort.value,
            "impact": measure.impact.value,
            "cost_min_cents": measure.cost_min_cents,
            "cost_max_cents": measure.cost_max_cents,
            "stake": measure.stake.value,
            "reasons": reasons,
        },
    )


@transaction.atomic
def keep_items(*, actor: User | None, plan: ActionPlan, item_ids: Collection[int]) -> int:
    """Keep proposed measures as actions; how many were kept now (none on a second click)."""
    items = list(plan.items.filter(pk__in=item_ids, status=ActionStatus.PROPOSED))
    for item in items:
        _set_status(actor, item, ActionStatus.KEPT, "")
    if items:
        _after_change(actor, plan)
        audit.record(
            actor=actor,
            verb="plan.measures_kept",
            obj=plan,
            programme_id=plan.programme_id,
            changes={"items": [item.pk for item in items]},
        )
    return len(items)


@transaction.atomic
def add_item(*, actor: User | None, plan: ActionPlan, fields: ItemFields) -> ActionItem:
    """Add an action by hand. The same open title twice is one action (a second click).

    Raises ``BusinessError`` for reversed dates or a missing reason.
    """
    _check(fields, plan.participation)
    same = plan.items.filter(title=fields.title, measure_code="", status=fields.status).first()
    if same is not None:
        return same
    last = plan.items.order_by("-position").values_list("position", flat=True).first()
    item = ActionItem(plan=plan, position=(last or 0) + 1)
    _write(item, fields)
    ActionStatusChange.objects.create(
        item=item, status=item.status, comment=fields.reason, actor=actor, at=timezone.now()
    )
    _after_change(actor, plan)
    audit.record(actor=actor, verb="action.added", obj=item, programme_id=plan.programme_id)
    return item


@transaction.atomic
def edit_item(*, actor: User | None, item: ActionItem, fields: ItemFields) -> ActionItem:
    """Change an action: words, owner, dates, status (with its reason where one is needed).

    Raises ``BusinessError`` for reversed dates or a missing reason. Side effects: history of the
    status, counts kept beside the company, one audit event when something changed.
    """
    _check(fields, item.plan.participation)
    before = {name: getattr(item, name) for name in fields.__dataclass_fields__}
    changes = {
        name: [_plain(before[name]), _plain(getattr(fields, name))]
        for name in before
        if before[name] != getattr(fields, name)
    }
    if not changes:
        return item
    if "status" in changes:
        _set_status(actor, item, fields.status, fields.reason)
    _write(item, fields)
    _after_change(actor, item.plan)
    audit.record(
        actor=actor, verb="action.edited", obj=item, programme_id=item.plan.programme_id, changes=changes
    )
    return item


@transaction.atomic
def move_item(*, actor: User | None, item: ActionItem, status: ActionStatus, reason: str = "") -> ActionItem:
    """Put an action in another column of the board; in the same column, nothing happens.

    Raises ``BusinessError`` without the reason that some states need. Side effects: those of ``edit_item``.
    """
    if status == item.status:
        return item
    wanted = {name: getattr(item, name) for name in ItemFields.__dataclass_fields__}
    kept = reason.strip() if status in REASONED else ""
    return edit_item(
        actor=actor, item=item, fields=ItemFields(**{**wanted, "status": status, "reason": kept[:250]})
    )


def _plain(value: object) -> object:
    if isinstance(value, User):
        return value.full_name
    return value.isoformat() if isinstance(value, date) else value


def _check(fields: ItemFields, participation: Participation) -> None:
    if fields.status in REASONED and not fields.reason.strip():
        raise BusinessError(
            _("Dites en quelques mots pourquoi cette action est %(status)s.")
            % {"status": fields.status.label},
            field="reason",
            code="reason-missing",
        )
    if fields.starts_on and fields.due_on and fields.due_on < fields.starts_on:
        raise BusinessError(
            _("L’échéance ne peut pas précéder le début."), field="due_on", code="dates-reversed"
        )
    if (fields.aid_cents or 0) > (fields.cost_cents or 0):
        raise BusinessError(
            _("La part prise en charge ne peut pas dépasser le coût."),
            field="aid_cents",
            code="aid-over-cost",
        )
    if fields.owner is not None and not may_own(fields.owner, participation):
        raise BusinessError(
            _(
                "Cette personne n’a pas d’accès à l’espace de l’entreprise\u00a0: elle ne peut pas "
                "être rappelée."
            ),
            field="owner",
            code="owner-outside",
        )


def may_own(user: User, participation: Participation) -> bool:
    """Whether a person may get the reminders of a company's actions: its people, and its advisor."""
    if user.pk == participation.advisor_id:
        return True
    return Membership.objects.filter(participation=participation, user=user, user__is_active=True).exists()


def _write(item: ActionItem, fields: ItemFields) -> None:
    for name in fields.__dataclass_fields__:
        setattr(item, name, getattr(fields, name))
    if item.owner is not None and not item.owner_name:
        item.owner_name = item.owner.full_name
    item.done_on = (item.done_on or timezone.localdate()) if item.status == ActionStatus.DONE else None
    item.answered_at = timezone.now()
    item.full_clean(exclude=["plan", "owner"], validate_unique=False)
    item.save()


def _set_status(actor: User | None, item: ActionItem, status: ActionStatus, comment: str) -> None:
    item.status, item.answered_at = status, timezone.now()
    item.save(update_fields=["status", "answered_at", "updated_at"])
    ActionStatusChange.objects.create(
        item=item, status=status, comment=comment[:250], actor=actor, at=timezone.now()
    )


def _after_change(actor: User | None, plan: ActionPlan) -> None:
    participation = plan.participation
    open_actions = ActionItem.objects.filter(
        plan__participation=participation, status__in=OPEN_ACTIONS
    ).count()
    project_counts(participation=participation, open_actions=open_actions)
    if open_actions and plan.agreed_at is None:
        plan.agreed_at = timezone.now()
        plan.save(update_fields=["agreed_at", "updated_at"])
        reach_stage(actor=actor, participation=participation, stage=Stage.PLAN)
        record_event(
            participation=participation,
            kind=EventKind.PLAN,
            title=_("Plan d’actions engagé"),
            url=programme_url(plan.programme, "diagnostics:plan_detail", pk=plan.pk),
            actor=actor,
            visible_to_company=True,
        )
