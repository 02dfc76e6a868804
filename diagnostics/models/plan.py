"""Action plans: what a company decides to do after a diagnostic."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import Participation
from core.enums import choices
from core.models import TimestampedModel
from diagnostics.enums import ActionStatus
from diagnostics.models.diagnostic import Diagnostic, DiagnosticQuerySet
from programme.models import Programme


class ActionPlan(TimestampedModel):
    """The plan of a company, born of a diagnostic."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="action_plans")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="action_plans")
    diagnostic = models.OneToOneField(Diagnostic, on_delete=models.PROTECT, related_name="plan")
    agreed_at = models.DateTimeField(_("validé le"), null=True, blank=True)

    objects = DiagnosticQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"Plan – {self.participation}"


class ActionItem(TimestampedModel):
    """An action: proposed from a measure or added by hand, with owner, dates and status."""

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
        indexes = [models.Index(fields=["plan", "status"], name="action_by_status")]

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
