"""Reads of what was sent, and of the addresses that refuse."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from core.registries import message_templates, visible_ids
from notifications.enums import MessageStatus
from notifications.models import Message, RefusedAddress
from programme.access import Access
from programme.models import Programme


@dataclass(frozen=True)
class MessageRow:
    """A line of the ledger. ``path`` opens what the message was about, for its own recipient only."""

    pk: str
    subject: str
    person: str
    email: str
    reason: str
    at: datetime
    status: str
    tone: str
    path: str
    is_mine: bool


def ledger(access: Access) -> QuerySet[Message]:
    """Messages the caller may know of, newest first."""
    return Message.objects.visible_to(access).select_related("recipient").defer("body", "context")


def message_rows(access: Access, messages: Iterable[Message]) -> list[MessageRow]:
    """Lines ready to print. No query."""
    mine = access.user.pk if access.user is not None else None
    return [
        MessageRow(
            pk=str(each.pk),
            subject=each.subject or template_label(each.template),
            person=each.recipient.full_name if each.recipient else each.email,
            email=each.email,
            reason=each.reason,
            at=each.sent_at or each.created_at,
            status=str(MessageStatus(each.status).label),
            tone=MessageStatus(each.status).tone,
            path=each.link_path if each.recipient_id == mine else "",
            is_mine=each.recipient_id == mine,
        )
        for each in messages
    ]


def template_label(code: str) -> str:
    """What a message is for, in words; its code when the app that sent it is gone."""
    return str(message_templates.get(code).label) if code in message_templates else code


def refusals(programme: Programme) -> QuerySet[RefusedAddress]:
    """Addresses that refuse e-mails now, newest first."""
    rows: QuerySet[RefusedAddress] = RefusedAddress.objects.for_programme(programme)
    return rows.filter(lifted_at__isnull=True)


def refusals_for(access: Access) -> QuerySet[RefusedAddress]:
    """Refusals the caller may lift: all for the office, those about their companies for others."""
    rows = refusals(access.programme)
    if access.is_office:
        return rows
    return rows.filter(message__participation_id__in=visible_ids.get("participation")(access))


def refusals_of(programme: Programme, emails: Collection[str]) -> dict[str, RefusedAddress]:
    """Refusals among some addresses, by address in small letters (one query)."""
    wanted = {email.lower() for email in emails if email}
    rows = refusals(programme).select_related("message").filter(email__in=wanted)
    return {row.email: row for row in rows} if wanted else {}
