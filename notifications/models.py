"""The ledger of messages, what people chose, and the addresses that refuse.

A body is kept in demonstration only, since it may hold a personal link. ``participation_id`` points to a
company without a foreign key, since companies are a higher app; who may see it says
``core.registries.visible_ids``.
"""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.registries import visible_ids
from notifications.enums import MessageStatus, Topic
from notifications.planning import WORKING_DAYS, Preferences
from programme.access import Access
from programme.models import Programme, ProgrammeOwnedQuerySet


def working_days() -> list[int]:
    """Days on which a person who chose nothing is written to."""
    return sorted(WORKING_DAYS)


class MessageQuerySet(ProgrammeOwnedQuerySet):
    """Messages, narrowed by programme and by caller."""

    def visible_to(self, access: Access) -> "MessageQuerySet":
        """The office sees all; others what concerns a company they see, and what they received."""
        rows: MessageQuerySet = self.filter(programme=access.programme)
        if access.is_office:
            return rows
        if access.user is None:
            return rows.none()
        companies = visible_ids.get("participation")(access)
        return rows.filter(models.Q(recipient=access.user) | models.Q(participation_id__in=companies))


class Message(models.Model):
    """One e-mail to one person: which template, with which facts, and what became of it.

    ``link_path`` asks for a personal link to that page, minted only while the e-mail is being sent.
    ``attachments`` are small text files (calendar entries) as ``{"name", "type", "content"}``, or stored
    files as ``{"name", "type", "file"}``, read when the e-mail is sent. ``topic`` is set on what the
    person may refuse; ``reason`` says why it left.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="messages")
    template = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="received_messages"
    )
    email = models.EmailField()
    participation_id = models.BigIntegerField(null=True, db_index=True)
    topic = models.CharField(_("sujet"), max_length=12, choices=choices(Topic), blank=True)
    reason = models.CharField(_("raison"), max_length=300, blank=True)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    link_path = models.CharField(max_length=300, blank=True)
    attachments = models.JSONField(default=list)
    subject = models.CharField(_("objet"), max_length=250, blank=True)
    body = models.TextField(_("texte"), blank=True)
    status = models.CharField(max_length=8, choices=choices(MessageStatus), default=MessageStatus.QUEUED)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["programme", "-created_at"], name="message_by_programme"),
            models.Index(fields=["recipient", "-created_at"], name="message_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.email}"

    @property
    def message_id(self) -> str:
        """Always the same for the same row: an e-mail that leaves twice is recognised as one."""
        return f"<{self.id}@edec-ia.invalid>"


class SentReminder(models.Model):
    """The ledger of reminders: a key once written is never sent again, whoever asks and however often."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="sent_reminders")
    key = models.CharField(max_length=200)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reminders")
    sent_on = models.DateField()

    class Meta:
        ordering = ["-sent_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="reminder_sent_once")]
        indexes = [models.Index(fields=["programme", "-sent_on"], name="reminder_by_day")]

    def __str__(self) -> str:
        return self.key


class MessageChoice(models.Model):
    """What a person chose to receive in a programme; without a row, everything on working days."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="message_choices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_choices"
    )
    muted = models.JSONField(default=list, blank=True)
    weekdays = models.JSONField(default=working_days)
    paused_until = models.DateField(_("pause jusqu’au"), null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["programme", "user"], name="message_choice_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.programme_id}"

    def preferences(self) -> Preferences:
        """The same, for the planning."""
        known = {topic.value for topic in Topic}
        return Preferences(
            muted=frozenset(Topic(code) for code in self.muted if code in known),
            weekdays=frozenset(self.weekdays),
            paused_until=self.paused_until,
        )


class RefusedAddress(models.Model):
    """An address that refused an e-mail for good; nothing planned goes there until staff lift it."""

    programme = models.ForeignKey(
        Programme, null=True, on_delete=models.CASCADE, related_name="refused_addresses"
    )
    email = models.EmailField()
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=12, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    refused_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-refused_at", "-pk"]
        verbose_name_plural = "refused addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "email"],
                condition=models.Q(lifted_at__isnull=True),
                name="one_refusal_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.email


class CalendarFeed(models.Model):
    """A private address of a person's calendar in a programme. Only the hash of its secret is kept."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="calendar_feeds")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feeds"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "user"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_calendar_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.programme_id}"
