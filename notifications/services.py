"""Sending messages: accepted in the caller's transaction, sent by a job, kept in the ledger."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import PersonalLink, User
from accounts.services import mint_personal_link
from core import jobs
from core.registries import message_templates
from notifications.enums import MessageStatus
from notifications.models import Message
from programme.models import Programme

SUBJECT_MARK = "Objet : "


@transaction.atomic
def send_message(
    *,
    template: str,
    programme: Programme | None,
    context: Mapping[str, Any],
    recipient: User | None = None,
    email: str = "",
    link_path: str = "",
    attachments: Sequence[Mapping[str, str]] = (),
) -> Message:
    """Accept a message to one person. Its words are in ``templates/messages/<template>.txt``.

    ``email`` alone is for people without an account (trainees); they get no personal link.
    ``context`` holds plain values; ``link_path`` is the page the personal link opens, as ``{{ link }}``.
    Raises ``LookupError`` for an unregistered template. Side effects: one row, one job.
    """
    message_templates.get(template)
    message = Message.objects.create(
        programme=programme,
        template=template,
        recipient=recipient,
        email=recipient.email if recipient is not None else email,
        context=dict(context),
        link_path=link_path,
        attachments=list(attachments),
    )
    jobs.enqueue(
        "notifications.send",
        key=f"message-{message.pk}",
        programme_id=programme.pk if programme else None,
        message_id=str(message.pk),
    )
    return message


def deliver(*, message: Message) -> None:
    """Write and send one message; sending again after a crash keeps the same Message-ID.

    Side effects: mints a personal link if the message asks for one; one e-mail; the row says so.
    """
    if message.status == MessageStatus.SENT:
        return
    link = ""
    if message.link_path and message.recipient is not None:
        link = mint_personal_link(
            user=message.recipient, next_path=message.link_path, programme_id=message.programme_id
        )
    subject, body = render_message(message, link)
    email = EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    for attachment in message.attachments:
        email.attach(attachment["name"], attachment["content"], attachment["type"])
    email.send()
    message.subject = subject[:250]
    message.body = body if settings.EDEC_DEMO else ""
    message.status, message.sent_at, message.error = MessageStatus.SENT, timezone.now(), ""
    message.save(update_fields=["subject", "body", "status", "sent_at", "error"])


def render_message(message: Message, link: str) -> tuple[str, str]:
    """Subject and text of a message; the first line of its template is « Objet : … »."""
    text = render_to_string(
        f"messages/{message.template}.txt",
        {
            **message.context,
            "link": link,
            "programme": message.programme,
            "recipient": message.recipient,
            "site_url": settings.SITE_URL.rstrip("/"),
            "support_email": settings.SUPPORT_EMAIL,
            "link_days": settings.PERSONAL_LINK_DAYS,
        },
    )
    first, _newline, body = text.strip().partition("\n")
    return first.removeprefix(SUBJECT_MARK).strip(), body.strip() + "\n"


def send_fresh_link(*, link: PersonalLink) -> Message:
    """Send a new personal link for the page of an old one, to the same person only."""
    programme = Programme.objects.filter(pk=link.programme_id).first()  # type: ignore[misc]  # NULL finds none
    return send_message(
        template="fresh_link",
        recipient=link.user,
        programme=programme,
        context={},
        link_path=link.next_path,
    )
