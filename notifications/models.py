"""The ledger of messages. A body is kept in demonstration only, since it may hold a personal link."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from notifications.enums import MessageStatus
from programme.models import Programme, ProgrammeOwnedQuerySet


class Message(models.Model):
    """One e-mail to one person: which template, with which facts, and what became of it.

    ``link_path`` asks for a personal link to that page, minted only while the e-mail is being sent.
    ``attachments`` are small text files (calendar entries) as ``{"name", "type", "content"}``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="messages")
    template = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="received_messages"
    )
    email = models.EmailField()
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    link_path = models.CharField(max_length=300, blank=True)
    attachments = models.JSONField(default=list)
    subject = models.CharField(_("objet"), max_length=250, blank=True)
    body = models.TextField(_("texte"), blank=True)
    status = models.CharField(max_length=8, choices=choices(MessageStatus), default=MessageStatus.QUEUED)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [models.Index(fields=["programme", "-created_at"], name="message_by_programme")]

    def __str__(self) -> str:
        return f"{self.template} → {self.email}"

    @property
    def message_id(self) -> str:
        """Always the same for the same row: an e-mail that leaves twice is recognised as one."""
        return f"<{self.id}@edec-ia.invalid>"
