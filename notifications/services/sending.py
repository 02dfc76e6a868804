"""Sending messages: accepted in the caller's transaction, sent by a job, kept in the ledger."""

import smtplib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import PersonalLink, User
from accounts.services import mint_personal_link
from core import jobs
from core.formats import format_moment
from core.models import StoredFile
from core.registries import message_templates
from notifications.enums import MessageStatus, Topic
from notifications.models import Message
from notifications.services.choices import choices_url
from notifications.services.refusals import keep_refusal
from programme.links import programme_url
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
    participation_id: int | None = None,
    topic: Topic | None = None,
    reason: str = "",
) -> Message:
    """Accept a message to one person. Its words are in ``templates/messages/<template>.txt``.

    ``email`` alone is for people without an account (trainees); they get no personal link.
    ``context`` holds plain values; ``link_path`` is the page the personal link opens, as ``{{ link }}``.
    ``participation_id`` lets the company read the line of the ledger; ``topic`` lets the person refuse the
    next ones. Raises ``LookupError`` for an unregistered template. Side effects: one row, one job.
    """
    known = message_templates.get(template)
    message = Message.objects.create(
        programme=programme,
        template=template,
        recipient=recipient,
        email=recipient.email if recipient is not None else email,
        context=dict(context),
        link_path=link_path,
        attachments=list(attachments),
        participation_id=participation_id,
        topic=topic or "",
        reason=(reason or str(known.reason))[:300],
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

    An address that the mail server refuses for good is kept as such and not tried again. Side effects:
    mints a personal link if the message asks for one; one e-mail; the row says so.
    """
    if message.status in (MessageStatus.SENT, MessageStatus.BOUNCED):
        return
    link = ""
    if message.link_path and message.recipient is not None:
        link = mint_personal_link(
            user=message.recipient, next_path=message.link_path, programme_id=message.programme_id
        )
    subject, body = render_message(message, link)
    message.subject = subject[:250]
    message.body = body if settings.EDEC_DEMO else ""
    try:
        _email(message, subject, body).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        code, detail = next(iter(refusal.recipients.values()))
        if code < 500:
            raise
        message.save(update_fields=["subject", "body"])
        keep_refusal(
            message=message, email=message.email, code=str(code), detail=detail.decode("utf-8", "replace")
        )
        return
    message.status, message.sent_at, message.error = MessageStatus.SENT, timezone.now(), ""
    message.save(update_fields=["subject", "body", "status", "sent_at", "error"])
    if message.recipient_id is not None:
        User.objects.filter(pk=message.recipient_id).update(unseen_messages=F("unseen_messages") + 1)


def give_up(*, message: Message, error: str) -> None:
    """Say in the ledger that a message did not leave, once every attempt is used up."""
    Message.objects.filter(pk=message.pk, status=MessageStatus.QUEUED).update(
        status=MessageStatus.FAILED, error=error
    )


def _email(message: Message, subject: str, body: str) -> EmailMessage:
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    address = choices_url(message)
    if address:
        # RFC 8058: mail programs show « Se désabonner » and ask for it by one POST.
        headers["List-Unsubscribe"] = f"<{address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email = EmailMessage(
        subject=subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.email],
        headers=headers,
    )
    for attachment in message.attachments:
        content = _attached(attachment)
        if content is not None:
            email.attach(attachment["name"], content, attachment["type"])
    return email


def _attached(attachment: Mapping[str, str]) -> str | bytes | None:
    """What to attach; nothing when a stored file was erased since."""
    if "file" not in attachment:
        return attachment["content"]
    stored = StoredFile.objects.filter(pk=attachment["file"]).first()
    if stored is None:
        return None
    with stored.content.open("rb") as opened:
        return bytes(opened.read())


def render_message(message: Message, link: str) -> tuple[str, str]:
    """Subject and text of a message; the first line of its template is « Objet : … »."""
    text = render_to_string(
        f"messages/{message.template}.txt",
        {
            **message.context,
            "link": link,
            "reason": message.reason,
            "choices_link": choices_url(message),
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


def send_export_receipt(
    *, user: User, programme: Programme, at: datetime, lines: Sequence[tuple[str, int]]
) -> Message:
    """Tell a person that her data left in a file: how much of what, never the data. ``at`` is local."""
    return send_message(
        template="data_export_receipt",
        recipient=user,
        programme=programme,
        context={
            "at": format_moment(at),
            "lines": [list(line) for line in lines],
            "page_url": f"{settings.SITE_URL.rstrip('/')}{programme_url(programme, 'programme:my_data')}",
        },
    )


def mark_seen(*, user: User) -> None:
    """Put the bell back to nothing: the person opened the list of what she received."""
    User.objects.filter(pk=user.pk, unseen_messages__gt=0).update(unseen_messages=0)
