"""What happened around the fictional plans: remarks, pauses, next diagnostics, and e-mails already sent.

The e-mails of the past weeks are those that the product's own planner gives for these days.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from companies.enums import Stage
from core.files import store_bytes
from diagnostics.enums import OPEN_ACTIONS, ActionStatus
from diagnostics.models import ActionComment, ActionFile, ActionItem, ActionPlan, CompanyPause
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.companies import Member
from edec_ia.demonstration.profiles import SHOWN_INDEX
from edec_ia.demonstration.randomness import source
from edec_ia.demonstration.story import moment
from notifications.enums import MessageStatus
from notifications.models import Message, RefusedAddress, SentReminder
from notifications.planning import PlannedMessage
from notifications.selectors.planner import planned
from notifications.services import render_message
from notifications.services.reminders import message_context
from programme.models import Programme

BATCH = 2000
PAST_DAYS = 45
# A demonstration of ten thousand companies need not show ten thousand e-mails.
MOST_MESSAGES = 600
COMMENT_RATE, PAUSE_RATE, ASSESSMENT_RATE = 0.22, 0.04, 0.6
COMMENTS = (
    "Première réunion tenue, deux volontaires se sont proposés.",
    "Le devis est arrivé, il reste à le faire valider.",
    "Nous attendons le retour de l’OPCO sur la prise en charge.",
    "Fait sur un premier service\u00a0; on étend au suivant le mois prochain.",
    "Le modèle de charte transmis par le programme nous convient.",
)
PAUSE_REASON = "Inventaire et fermeture annuelle"
EVIDENCE = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class FollowUpWriter:
    """Writes what surrounds the plans of one programme."""

    programme: Programme
    seed: int
    calendar: DemoCalendar

    def write(self, members: Sequence[Member]) -> None:
        """Write everything, the e-mails last since they follow from the rest."""
        by_company = {member.participation.pk: member for member in members}
        plans = list(
            ActionPlan.objects.filter(programme=self.programme, agreed_at__isnull=False)
            .select_related("participation")
            .order_by("participation__establishment__siret")
        )
        chosen = [(plan, by_company[plan.participation_id]) for plan in plans]
        self._plan_assessments(chosen)
        self._pause(chosen)
        self._comment(chosen)
        self._prove(chosen)
        self._send()

    def _random(self, member: Member, matter: str) -> random.Random:
        return source(self.seed, matter, member.company.index)

    def _plan_assessments(self, chosen: Sequence[tuple[ActionPlan, Member]]) -> None:
        for plan, member in chosen:
            rng = self._random(member, "assessment")
            plan.leader = member.manager
            if rng.random() < ASSESSMENT_RATE and plan.participation.stage != Stage.CLOSED:
                day = self.calendar.today + timedelta(days=rng.randint(10, 200))
                plan.next_assessment_on = self.calendar.next_working_day(day)
        ActionPlan.objects.bulk_update(
            [plan for plan, _member in chosen], ["leader", "next_assessment_on"], batch_size=500
        )

    def _pause(self, chosen: Sequence[tuple[ActionPlan, Member]]) -> None:
        CompanyPause.objects.bulk_create(
            CompanyPause(
                participation=plan.participation,
                starts_on=self.calendar.today - timedelta(days=6),
                ends_on=self.calendar.today + timedelta(days=24),
                reason=PAUSE_REASON,
                actor=member.manager,
            )
            for plan, member in chosen
            if member.company.index != SHOWN_INDEX and self._random(member, "pause").random() < PAUSE_RATE
        )

    def _comment(self, chosen: Sequence[tuple[ActionPlan, Member]]) -> None:
        plans = {plan.pk: member for plan, member in chosen}
        items = ActionItem.objects.filter(plan__in=plans, status__in=OPEN_ACTIONS).order_by("pk")
        comments = [comment for item in items for comment in self._comments(item, plans[item.plan_id])]
        ActionComment.objects.bulk_create(comments, batch_size=BATCH)
        for comment in comments:
            comment.item.answered_at = comment.at
        ActionItem.objects.bulk_update(
            [comment.item for comment in comments], ["answered_at"], batch_size=500
        )

    def _comments(self, item: ActionItem, member: Member) -> Iterator[ActionComment]:
        rng = source(self.seed, "comment", member.company.index, item.position)
        shown = member.company.index == SHOWN_INDEX
        if item.starts_on is None or item.starts_on > self.calendar.today:
            return
        # Visitors see reminders that nobody answered, and a blocked action that somebody explained.
        if (item.status != ActionStatus.BLOCKED) if shown else rng.random() > COMMENT_RATE:
            return
        span = (self.calendar.today - item.starts_on).days
        day = item.starts_on + timedelta(days=rng.randint(0, span))
        author = rng.choice([member.manager, member.participation.advisor])
        if author is not None:
            yield ActionComment(item=item, author=author, text=rng.choice(COMMENTS), at=moment(day, 10.5))

    def _prove(self, chosen: Sequence[tuple[ActionPlan, Member]]) -> None:
        """Add a file to the first action done of the company that visitors see."""
        for plan, member in chosen:
            if member.company.index != SHOWN_INDEX:
                continue
            item = plan.items.filter(done_on__isnull=False).order_by("position").first()
            if item is not None and item.done_on is not None:
                stored = store_bytes(
                    EVIDENCE,
                    name="compte-rendu.pdf",
                    content_type="application/pdf",
                    programme_id=self.programme.pk,
                    actor=member.manager,
                )
                ActionFile.objects.create(
                    item=item,
                    file=stored,
                    name=stored.name,
                    added_by=member.manager,
                    added_at=moment(item.done_on, 16),
                )

    def _send(self) -> None:
        """Write the ledger of the past weeks, and one address that refused."""
        first = self.calendar.today - timedelta(days=PAST_DAYS)
        outcome = planned(self.programme, first=first, days=PAST_DAYS)
        sent = [(each, self._message(each)) for each in outcome.messages[-MOST_MESSAGES:]]
        Message.objects.bulk_create([message for _each, message in sent], batch_size=BATCH)
        # Stamped by the database layer on creation: dated in the past afterwards.
        for _each, message in sent:
            message.created_at = message.sent_at or message.created_at
        Message.objects.bulk_update([message for _each, message in sent], ["created_at"], batch_size=500)
        SentReminder.objects.bulk_create(
            (
                SentReminder(programme=self.programme, key=key, message=message, sent_on=each.day)
                for each, message in sent
                for key in each.keys
            ),
            batch_size=BATCH,
        )
        self._refuse([message for _each, message in sent])

    def _message(self, each: PlannedMessage) -> Message:
        matter = each.matter
        message = Message(
            programme=self.programme,
            template=matter.template,
            recipient_id=matter.recipient.user_id,
            email=matter.recipient.email,
            participation_id=matter.participation_id,
            topic=matter.topic,
            reason=each.lines[0].reason,
            context=message_context(each),
            link_path=matter.path if len(each.lines) == 1 else matter.group_path,
            status=MessageStatus.SENT,
            sent_at=moment(each.day, 7.5),
        )
        message.subject, message.body = render_message(message, "")
        message.subject = message.subject[:250]
        return message

    def _refuse(self, messages: Sequence[Message]) -> None:
        for message in messages[:: max(1, len(messages) // 3)][1:2]:
            detail = "550 5.1.1 Destinataire inconnu"
            Message.objects.filter(pk=message.pk).update(status=MessageStatus.BOUNCED, error=detail)
            RefusedAddress.objects.create(
                programme=self.programme,
                email=message.email.lower(),
                message=message,
                code="550",
                detail=detail,
                refused_at=message.sent_at or timezone.now(),
            )
