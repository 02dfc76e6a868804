"""Writes about messages, one module per matter; other apps import from here."""

from notifications.services.choices import choose, choose_by_link, read_choices_token, wants
from notifications.services.feeds import open_feed, read_feed, revoke_feed
from notifications.services.refusals import keep_refusal, lift_refusal, record_returned
from notifications.services.reminders import send_reminders
from notifications.services.sending import (
    deliver,
    give_up,
    mark_seen,
    render_message,
    send_export_receipt,
    send_fresh_link,
    send_message,
)

__all__ = [
    "choose",
    "choose_by_link",
    "deliver",
    "give_up",
    "keep_refusal",
    "lift_refusal",
    "mark_seen",
    "open_feed",
    "read_choices_token",
    "read_feed",
    "record_returned",
    "render_message",
    "revoke_feed",
    "send_export_receipt",
    "send_fresh_link",
    "send_message",
    "send_reminders",
    "wants",
]
