"""Addresses that refuse e-mails: kept, shown where the person is, lifted by staff."""

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from core import audit
from notifications.bounces import Returned
from notifications.enums import MessageStatus
from notifications.models import Message, RefusedAddress


@transaction.atomic
def keep_refusal(*, message: Message, email: str, code: str, detail: str) -> RefusedAddress:
    """Write down that an address refused a message for good; told twice, it is kept once.

    Side effects: the message is marked in the ledger.
    """
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.BOUNCED, error=detail[:300])
    message.status, message.error = MessageStatus.BOUNCED, detail[:300]
    known = RefusedAddress.objects.filter(
        programme=message.programme, email__iexact=email, lifted_at__isnull=True
    )
    found: RefusedAddress | None = known.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            kept: RefusedAddress = RefusedAddress.objects.create(
                programme_id=message.programme_id,
                email=email.lower(),
                message=message,
                code=code[:12],
                detail=detail[:300],
                refused_at=timezone.now(),
            )
    except IntegrityError:
        kept = known.get()
    return kept


def record_returned(*, returned: Returned) -> RefusedAddress | None:
    """Take a delivery report into account; nothing for a delay or a message that is not ours.

    The address of the report is believed only when it is the one we wrote to: anybody may send a report.
    """
    if not returned.is_permanent or not returned.message_id:
        return None
    message = Message.objects.filter(pk=uuid.UUID(returned.message_id)).first()
    if message is None or message.email.lower() != returned.email:
        return None
    return keep_refusal(message=message, email=returned.email, code=returned.code, detail=returned.detail)


@transaction.atomic
def lift_refusal(*, actor: User | None, refused: RefusedAddress) -> bool:
    """Write to an address again; false when it was done already. Side effects: one audit event."""
    lifted = RefusedAddress.objects.filter(pk=refused.pk, lifted_at__isnull=True).update(
        lifted_at=timezone.now(), lifted_by=actor
    )
    if lifted:
        audit.record(actor=actor, verb="address.tried_again", obj=refused, programme_id=refused.programme_id)
    return bool(lifted)
