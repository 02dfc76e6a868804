"""The reminders of a day: what the planner showed, sent once."""

from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import User
from core.formats import format_date
from notifications.models import Message, SentReminder
from notifications.planning import PlannedMessage
from notifications.selectors.planner import planned
from notifications.services.sending import send_message
from programme.models import Programme


def send_reminders(*, programme: Programme, day: date) -> int:
    """Send what is planned for a day; how many messages were accepted now.

    Done again the same day, or by two workers at once, it sends nothing more: the ledger refuses a key
    twice. Side effects: for each message, its lines of the ledger and one job.
    """
    return sum(_send(programme, each) is not None for each in planned(programme, first=day, days=1).messages)


def _send(programme: Programme, message: PlannedMessage) -> Message | None:
    matter = message.matter
    recipient = User.objects.filter(pk=matter.recipient.user_id).first() if matter.recipient.user_id else None
    try:
        with transaction.atomic():
            sent = send_message(
                template=matter.template,
                programme=programme,
                recipient=recipient,
                email=matter.recipient.email,
                context=message_context(message),
                link_path=matter.path if len(message.lines) == 1 else matter.group_path,
                attachments=_attachments(message),
                participation_id=matter.participation_id,
                topic=matter.topic,
                reason=message.lines[0].reason if len(message.lines) == 1 else "",
            )
            SentReminder.objects.bulk_create(
                SentReminder(programme=programme, key=key, message=sent, sent_on=message.day)
                for key in message.keys
            )
    except IntegrityError:
        return None
    return sent


def message_context(message: PlannedMessage) -> dict[str, object]:
    """What the template of a reminder prints."""
    return {
        "name": message.matter.recipient.name,
        "company": message.matter.company,
        "lines": [
            {
                "title": line.matter.title,
                "reason": line.reason,
                "due": format_date(line.matter.due_on) if line.matter.due_on else "",
            }
            for line in message.lines
        ],
    }


def _attachments(message: PlannedMessage) -> list[dict[str, str]]:
    return [
        {"name": "formation.ics", "content": line.matter.attachment, "type": "text/calendar"}
        for line in message.lines
        if line.matter.attachment
    ]
