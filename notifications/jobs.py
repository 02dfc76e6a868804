"""Jobs of messages."""

from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import PersonalLink, User
from core.jobs import RunningJob, handler
from core.registries import daily_jobs
from notifications import services
from notifications.models import Message
from programme.models import Programme

daily_jobs.register("notifications.daily", time(7, 30))


@handler("notifications.send")
def send(job: RunningJob, *, message_id: str) -> dict[str, Any] | None:
    """Send one message of the ledger."""
    message = Message.objects.select_related("programme", "recipient").filter(pk=message_id).first()
    if message is None:
        return None
    try:
        services.deliver(message=message)
    except Exception as error:
        if job.job.attempts >= settings.JOB_MAX_ATTEMPTS:
            services.give_up(message=message, error=f"{type(error).__name__}: {error}")
        raise
    return None


@handler("notifications.fresh_link")
def fresh_link(job: RunningJob, *, link_id: int) -> dict[str, Any] | None:
    """Send a fresh personal link."""
    link = PersonalLink.objects.select_related("user").filter(pk=link_id).first()
    if link is not None:
        services.send_fresh_link(link=link)
    return None


@handler("notifications.export_receipt")
def export_receipt(
    job: RunningJob, *, user_id: int, at: str, lines: list[tuple[str, int]]
) -> dict[str, Any] | None:
    """Send the receipt of an export of personal data, unless the person was erased meanwhile."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    programme = Programme.objects.filter(pk=job.programme_id).first() if job.programme_id else None
    if user is not None and programme is not None:
        services.send_export_receipt(
            user=user, programme=programme, at=datetime.fromisoformat(at), lines=lines
        )
    return None


@handler("notifications.daily")
def daily(job: RunningJob) -> dict[str, Any]:
    """Send the reminders of today in every programme that runs; done again, it sends nothing more."""
    day = timezone.localdate()
    sent = 0
    for programme in Programme.objects.select_related("region").filter(starts_on__lte=day, ends_on__gte=day):
        sent += services.send_reminders(programme=programme, day=day)
    return {"sent": sent}
