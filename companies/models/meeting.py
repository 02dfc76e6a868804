"""Meetings with a company: planned, held and minuted, or cancelled."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import MeetingKind, MeetingStatus
from companies.models.contact import Contact
from companies.models.participation import Participation
from core.enums import choices
from core.models import TimestampedModel


class Meeting(TimestampedModel):
    """A meeting with the people of a company; its minutes once it was held.

    ``uid`` never changes and ``sequence`` grows with each change, so that a calendar replaces the entry
    of the first invitation.
    """

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(_("nature"), max_length=12, choices=choices(MeetingKind))
    status = models.CharField(
        _("état"), max_length=10, choices=choices(MeetingStatus), default=MeetingStatus.PLANNED
    )
    starts_at = models.DateTimeField(_("début"))
    duration_minutes = models.PositiveSmallIntegerField(_("durée en minutes"), default=60)
    place = models.CharField(_("lieu"), max_length=250, blank=True)
    video_url = models.URLField(_("lien de visioconférence"), max_length=300, blank=True)
    led_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="led_meetings",
    )
    others = models.CharField(_("autres participants"), max_length=500, blank=True)
    agenda = models.TextField(_("ordre du jour"), max_length=4000, blank=True)
    minutes = models.TextField(_("compte rendu"), max_length=20_000, blank=True)
    decisions = models.TextField(_("décisions et suites"), max_length=8000, blank=True)
    minutes_at = models.DateTimeField(null=True, blank=True)
    minutes_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_shared = models.BooleanField(_("compte rendu partagé avec l’entreprise"), default=False)
    cancel_reason = models.CharField(_("motif d’annulation"), max_length=250, blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["led_by", "starts_at"], name="meeting_by_leader")]

    def __str__(self) -> str:
        return f"{MeetingKind(self.kind).label} – {self.participation}"

    @property
    def ends_at(self) -> datetime:
        """When it should be over."""
        end: datetime = self.starts_at + timedelta(minutes=self.duration_minutes)
        return end


class MeetingPerson(models.Model):
    """A contact expected at a meeting, and whether she came."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="people")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="meetings")
    was_present = models.BooleanField(_("présent"), null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "contact"], name="meeting_person_unique")]

    def __str__(self) -> str:
        return f"{self.contact_id} @ {self.meeting_id}"
