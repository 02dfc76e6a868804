"""Writes the action plans of the fictional companies, from the measures really proposed to them."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from companies.enums import EventKind
from companies.models import Participation, TimelineEvent
from diagnostics.definition import Definition
from diagnostics.enums import OPEN_ACTIONS, ActionStatus
from diagnostics.models import ActionItem, ActionPlan, ActionStatusChange
from diagnostics.services.plan import proposed_item
from diagnostics.wording import reason_words
from edec_ia.demonstration import names
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.diagnostics import Filled
from edec_ia.demonstration.profiles import SHOWN_INDEX, Progress
from edec_ia.demonstration.randomness import Weighted, source
from edec_ia.demonstration.story import Step, moment
from programme.links import programme_url
from programme.models import Programme

BATCH = 2000
# A plan just opened by an advisor, before the company decides.
OPENED_EARLY_RATE = 0.35
DECIDED = {
    Progress.PLANNED: Weighted(
        {
            ActionStatus.KEPT: 34,
            ActionStatus.ONGOING: 32,
            ActionStatus.BLOCKED: 7,
            ActionStatus.DONE: 12,
            ActionStatus.SET_ASIDE: 9,
            ActionStatus.ALREADY_DONE: 6,
        }
    ),
    Progress.TRAINED: Weighted(
        {
            ActionStatus.KEPT: 18,
            ActionStatus.ONGOING: 32,
            ActionStatus.BLOCKED: 7,
            ActionStatus.DONE: 29,
            ActionStatus.SET_ASIDE: 8,
            ActionStatus.ALREADY_DONE: 6,
        }
    ),
    Progress.CLOSED: Weighted(
        {
            ActionStatus.ONGOING: 12,
            ActionStatus.DONE: 68,
            ActionStatus.SET_ASIDE: 12,
            ActionStatus.ALREADY_DONE: 8,
        }
    ),
}
# One company in every state, for visitors to see.
SHOWN = (
    ActionStatus.DONE,
    ActionStatus.ONGOING,
    ActionStatus.DONE,
    ActionStatus.KEPT,
    ActionStatus.BLOCKED,
    ActionStatus.DONE,
    ActionStatus.SET_ASIDE,
    ActionStatus.ALREADY_DONE,
)
SHOWN_DUE = {ActionStatus.ONGOING: timedelta(days=-9), ActionStatus.KEPT: timedelta(days=6)}
PRICED_RATE, AIDED_RATE = 0.5, 0.45
FUNDINGS = ("OPCO", "Région Hauts-de-France", "Plan de développement des compétences")
REASONS = {
    ActionStatus.SET_ASIDE: (
        "Trop tôt pour notre taille.",
        "Déjà prévu par le groupe.",
        "Coût trop élevé cette année.",
    ),
    ActionStatus.BLOCKED: ("En attente du prestataire informatique.", "La personne référente est absente."),
}


@dataclass
class PlanWriter:
    """Writes the plans of chunks of companies that submitted a diagnostic."""

    programme: Programme
    definition: Definition
    seed: int
    calendar: DemoCalendar

    def write(self, filled: Sequence[Filled]) -> None:
        """Write the plans of a chunk, their actions and the history of their states."""
        chosen = [each for each in filled if self._has_plan(each)]
        plans = ActionPlan.objects.bulk_create([self._plan(each) for each in chosen])
        items = [item for each, plan in zip(chosen, plans, strict=True) for item in self._items(each, plan)]
        ActionItem.objects.bulk_create(items, batch_size=BATCH)
        ActionStatusChange.objects.bulk_create(
            [change for item in items for change in self._changes(item)], batch_size=BATCH
        )
        self._date_and_tell(chosen, plans)
        self._project(chosen, items)

    def _has_plan(self, each: Filled) -> bool:
        company = each.member.company
        if company.progress is Progress.SUBMITTED:
            return source(self.seed, "early", company.index).random() < OPENED_EARLY_RATE
        return company.progress in DECIDED

    def _plan(self, each: Filled) -> ActionPlan:
        return ActionPlan(
            programme=self.programme,
            participation=each.member.participation,
            diagnostic=each.diagnostic,
            agreed_at=each.member.story.at(Step.PLANNED),
        )

    def _items(self, each: Filled, plan: ActionPlan) -> Iterator[ActionItem]:
        """Return every proposed measure; the company decided on the first ones."""
        company = each.member.company
        rng = source(self.seed, "plan", company.index)
        weights = DECIDED.get(company.progress)
        decided = rng.randint(4, 9) if weights else 0
        if company.index == SHOWN_INDEX:
            decided = max(decided, len(SHOWN))
        owners = [company.manager.full_name, *(names.person(rng).full_name for _ in range(2))]
        for position, proposal in enumerate(each.proposals, start=1):
            reasons = [reason_words(self.definition, each.answers, why) for why in proposal.reasons]
            item = proposed_item(plan, position, proposal, reasons)
            if weights and position <= decided:
                agreed = each.member.story.reached(Step.PLANNED).date()
                if company.index == SHOWN_INDEX:
                    self._decide(item, SHOWN[(position - 1) % len(SHOWN)], agreed, rng)
                    self._hasten(item, agreed)
                else:
                    self._decide(item, weights.draw(rng), agreed, rng)
                mine = company.index == SHOWN_INDEX and item.status in OPEN_ACTIONS
                item.owner_name = owners[0] if mine else rng.choice(owners)
                item.owner = each.member.manager if item.owner_name == owners[0] else None
            yield item

    def _decide(self, item: ActionItem, status: ActionStatus, agreed: date, rng: random.Random) -> None:
        today = self.calendar.today
        item.status = status
        item.reason = rng.choice(REASONS[status]) if status in REASONS else ""
        if status is ActionStatus.SET_ASIDE or status is ActionStatus.ALREADY_DONE:
            return
        item.starts_on = agreed + timedelta(days=rng.randint(3, 60))
        item.due_on = item.starts_on + timedelta(days=rng.randint(30, 180))
        self._price(item, rng)
        if status is ActionStatus.DONE:
            item.starts_on = min(item.starts_on, today)
            item.done_on = min(item.starts_on + timedelta(days=rng.randint(15, 150)), today)

    def _hasten(self, item: ActionItem, agreed: date) -> None:
        """Date the actions of the company visitors see: done before its second diagnostic, late, near."""
        if item.done_on is not None:
            item.starts_on = agreed
            item.done_on = agreed + (self.calendar.today - agreed) / 2
        elif item.status in SHOWN_DUE:
            item.due_on = self.calendar.today + SHOWN_DUE[ActionStatus(item.status)]
            item.starts_on = min(agreed, item.due_on)

    def _price(self, item: ActionItem, rng: random.Random) -> None:
        """Give some actions a cost within their measure's range, partly paid by others."""
        low, high = item.details["cost_min_cents"], item.details["cost_max_cents"]
        if high <= 0 or rng.random() > PRICED_RATE:
            return
        item.cost_cents = round(rng.uniform(low, high) / 10_000) * 10_000
        if item.cost_cents and rng.random() < AIDED_RATE:
            item.aid_cents = item.cost_cents // 2
            item.funding = rng.choice(FUNDINGS)

    def _changes(self, item: ActionItem) -> Iterator[ActionStatusChange]:
        """Return the history of a decided action: kept first, then what became of it."""
        if item.status == ActionStatus.PROPOSED:
            return
        plan = item.plan
        kept_at = plan.agreed_at
        if kept_at is None:
            return
        if item.starts_on is not None:
            yield self._change(item, ActionStatus.KEPT, kept_at)
        if item.status != ActionStatus.KEPT:
            day = item.done_on or item.starts_on or kept_at.date()
            at = moment(min(day, self.calendar.today), 15)
            yield self._change(item, ActionStatus(item.status), max(at, kept_at + timedelta(minutes=5)))

    def _change(self, item: ActionItem, status: ActionStatus, at: datetime) -> ActionStatusChange:
        return ActionStatusChange(
            item=item,
            status=status,
            comment=item.reason if status == item.status else "",
            actor=item.plan.participation.advisor,
            at=at,
        )

    def _date_and_tell(self, chosen: Sequence[Filled], plans: Sequence[ActionPlan]) -> None:
        """Date the plans in the past (creation is stamped by the database layer) and tell the companies."""
        events = []
        for each, plan in zip(chosen, plans, strict=True):
            submitted = each.diagnostic.submitted_at
            plan.created_at = plan.agreed_at or submitted or plan.created_at
            if plan.agreed_at is not None:
                events.append(
                    TimelineEvent(
                        participation=each.member.participation,
                        kind=EventKind.PLAN,
                        title="Plan d’actions engagé",
                        url=programme_url(self.programme, "diagnostics:plan_detail", pk=plan.pk),
                        at=plan.agreed_at,
                        actor=each.member.participation.advisor,
                        visible_to_company=True,
                    )
                )
        ActionPlan.objects.bulk_update(plans, ["created_at"], batch_size=500)
        TimelineEvent.objects.bulk_create(events, batch_size=BATCH)

    def _project(self, chosen: Sequence[Filled], items: Sequence[ActionItem]) -> None:
        counts: Mapping[int, int] = _open_actions(items)
        rows = [each.member.participation for each in chosen]
        for row in rows:
            row.open_actions_count = counts.get(row.pk, 0)
        Participation.objects.bulk_update(rows, ["open_actions_count"], batch_size=500)


def _open_actions(items: Sequence[ActionItem]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for item in items:
        if item.status in OPEN_ACTIONS:
            counts[item.plan.participation_id] = counts.get(item.plan.participation_id, 0) + 1
    return counts
