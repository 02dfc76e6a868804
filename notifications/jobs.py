"""Jobs of messages."""

from typing import Any

from accounts.models import PersonalLink
from core.jobs import RunningJob, handler
from notifications import services
from notifications.models import Message


@handler("notifications.send")
def send(job: RunningJob, *, message_id: str) -> dict[str, Any] | None:
    """Send one message of the ledger."""
    message = Message.objects.select_related("programme", "recipient").filter(pk=message_id).first()
    if message is not None:
        services.deliver(message=message)
    return None


@handler("notifications.fresh_link")
def fresh_link(job: RunningJob, *, link_id: int) -> dict[str, Any] | None:
    """Send a fresh personal link."""
    link = PersonalLink.objects.select_related("user").filter(pk=link_id).first()
    if link is not None:
        services.send_fresh_link(link=link)
    return None
