"""Delivery reports: believed for what we sent, harmless otherwise."""

import uuid
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from core import jobs
from notifications import services
from notifications.bounces import Returned, read_returned
from notifications.enums import MessageStatus
from notifications.models import Message, RefusedAddress
from programme.models import Programme


def report(message_id: str, email: str, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """A delivery report as mail servers write them."""
    return (
        "From: MAILER-DAEMON@relais.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relais.example\r\n\r\n"
        f"Final-Recipient: rfc822; {email}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 No such user\r\n\r\n"
        "--B\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {message_id}\r\nTo: {email}\r\n\r\n--B--\r\n"
    ).encode()


def test_a_report_names_the_message_and_the_address() -> None:
    identifier = str(uuid.uuid4())
    (found,) = read_returned(report(f"<{identifier}@edec-ia.invalid>", "Ada@Essai.example"))
    assert found == Returned("ada@essai.example", identifier, "5.1.1", "smtp; 550 5.1.1 No such user")
    assert found.is_permanent


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@settings(max_examples=60)
def test_anything_else_is_read_as_nothing(content: bytes) -> None:
    assert read_returned(content) == ()


@pytest.fixture
def message(programme: Programme, officer: User) -> Message:
    sent = services.send_message(
        template="fresh_link", programme=programme, recipient=officer, context={}, link_path="/essai/"
    )
    jobs.drain()
    return Message.objects.get(pk=sent.pk)


@pytest.mark.django_db
def test_a_report_about_our_message_marks_it_once(message: Message) -> None:
    for _time in range(2):
        for returned in read_returned(report(message.message_id, message.email)):
            services.record_returned(returned=returned)
    message.refresh_from_db()
    assert message.status == MessageStatus.BOUNCED
    assert RefusedAddress.objects.get().email == message.email


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forged",
    [
        lambda m: report(m.message_id, "autre@essai.example"),
        lambda m: report(f"<{uuid.uuid4()}@edec-ia.invalid>", m.email),
        lambda m: report(m.message_id, m.email, status="4.2.2"),
        lambda m: report(m.message_id, m.email, action="delayed"),
        lambda m: report("<x@ailleurs.example>", m.email),
    ],
)
def test_a_delay_or_a_forged_report_changes_nothing(
    message: Message, forged: Callable[[Message], bytes]
) -> None:
    for returned in read_returned(forged(message)):
        services.record_returned(returned=returned)
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert not RefusedAddress.objects.exists()
