"""An absent advisor, who replaces her, and what was handed over."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.enums import AbsenceStatus
from companies.models.meeting import Meeting
from companies.models.participation import Participation
from core.enums import choices
from core.models import TimestampedModel
from programme.models import Programme, ProgrammeOwnedQuerySet


class AdvisorAbsence(TimestampedModel):
    """From one day to another, both included, somebody follows the companies of an absent advisor."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="advisor_absences")
    absent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("conseiller absent"),
    )
    replacement = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("remplaçant")
    )
    starts_on = models.DateField(_("du"))
    ends_on = models.DateField(_("au"))
    note = models.CharField(_("consignes"), max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=choices(AbsenceStatus), default=AbsenceStatus.PLANNED)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_dates"),
            models.CheckConstraint(condition=~Q(absent=F("replacement")), name="absence_two_people"),
        ]

    def __str__(self) -> str:
        return f"{self.absent_id} → {self.replacement_id}"


class HandedItem(models.Model):
    """A company, or one of its meetings, handed over during an absence; given back at its end."""

    absence = models.ForeignKey(AdvisorAbsence, on_delete=models.CASCADE, related_name="handed")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="+")
    meeting = models.ForeignKey(Meeting, null=True, on_delete=models.CASCADE, related_name="+")
    handed_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.absence_id}: {self.participation_id}"
