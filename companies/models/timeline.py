"""A company's history."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import CallDirection, CallOutcome, EventKind
from companies.models.contact import Contact
from companies.models.participation import Participation
from core.enums import choices


class TimelineEvent(models.Model):
    """One line of a company's history, written by the app that knows (``services.record_event``)."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=12, choices=choices(EventKind))
    title = models.CharField(_("titre"), max_length=200)
    text = models.TextField(_("texte"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="exchanges"
    )
    direction = models.CharField(_("sens"), max_length=3, choices=choices(CallDirection), blank=True)
    outcome = models.CharField(_("issue"), max_length=8, choices=choices(CallOutcome), blank=True)
    duration_minutes = models.PositiveSmallIntegerField(_("durée en minutes"), null=True, blank=True)
    visible_to_company = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["participation", "-at"], name="timeline_by_date"),
            models.Index(fields=["participation", "kind", "-at"], name="timeline_by_kind"),
            models.Index(fields=["actor", "-at"], name="timeline_by_actor"),
        ]

    def __str__(self) -> str:
        return self.title
