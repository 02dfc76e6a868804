"""Action plans: what a company decides to do after a diagnostic."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import Participation
from core.enums import choices
from core.models import StoredFile, TimestampedModel
from core.money import CentsField
from diagnostics.enums import ActionStatus
from diagnostics.models.diagnostic import Diagnostic, DiagnosticQuerySet
from programme.models import Programme


class ActionPlan(TimestampedModel):
    """The plan of a company, born of a diagnostic.

    ``leader`` follows the plan in the company and is told when the next diagnostic is near.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="action_plans")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="action_plans")
    diagnostic = models.OneToOneField(Diagnostic, on_delete=models.PROTECT, related_name="plan")
    agreed_at = models.DateTimeField(_("validé le"), null=True, blank=True)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="led_plans"
    )
    next_assessment_on = models.DateField(_("prochain diagnostic"), null=True, blank=True)

    objects = DiagnosticQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Plan – {self.participation}"


class ActionItem(TimestampedModel):
    """An action: proposed from a measure or added by hand, with owner, dates, status and money.

    ``owner`` gets the reminders; ``owner_name`` is who does it, with or without an access. ``answered_at``
    is the last time somebody said something about it: that stops the reminder to come.
    """

    plan = models.ForeignKey(ActionPlan, on_delete=models.CASCADE, related_name="items")
    measure_code = models.CharField(max_length=40, blank=True)
    dimension_code = models.CharField(max_length=40, blank=True)
    title = models.CharField(_("action"), max_length=250)
    why = models.TextField(_("pourquoi"), blank=True)
    how = models.TextField(_("comment"), blank=True)
    details = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    status = models.CharField(
        _("état"), max_length=12, choices=choices(ActionStatus), default=ActionStatus.PROPOSED
    )
    reason = models.CharField(_("motif"), max_length=250, blank=True)
    owner_name = models.CharField(_("responsable"), max_length=170, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_actions",
    )
    starts_on = models.DateField(_("début"), null=True, blank=True)
    due_on = models.DateField(_("échéance"), null=True, blank=True)
    done_on = models.DateField(_("faite le"), null=True, blank=True)
    cost_cents = CentsField(_("coût"), null=True, blank=True)
    aid_cents = CentsField(_("dont pris en charge"), null=True, blank=True)
    funding = models.CharField(_("pris en charge par"), max_length=170, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "measure_code"],
                condition=~models.Q(measure_code=""),
                name="measure_once_per_plan",
            )
        ]
        indexes = [
            models.Index(fields=["plan", "status"], name="action_by_status"),
            models.Index(fields=["status", "due_on"], name="action_by_due_date"),
        ]

    def __str__(self) -> str:
        return self.title


class ActionStatusChange(models.Model):
    """History of an action's status."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="status_changes")
    status = models.CharField(max_length=12, choices=choices(ActionStatus))
    comment = models.CharField(max_length=250, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.item_id} → {self.status}"


class ActionComment(models.Model):
    """What somebody says of an action, with name and date; never edited."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(_("commentaire"))
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


class ActionFile(models.Model):
    """A file that shows what was done; removed, it stays in the history with its name."""

    item = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.name


class CompanyPause(models.Model):
    """Days during which a company asked for no reminder at all; both included, without end until lifted."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="pauses")
    starts_on = models.DateField(_("à partir du"))
    ends_on = models.DateField(_("jusqu’au"), null=True, blank=True)
    reason = models.CharField(_("motif"), max_length=250, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation"],
                condition=models.Q(lifted_at__isnull=True),
                name="one_pause_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="pause_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.starts_on}"
