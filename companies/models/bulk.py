"""One act on many companies at once: decided on a list, carried out by a job when it is long."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from companies.enums import BulkKind, BulkOutcome, BulkStatus
from companies.models.participation import Participation
from core.enums import choices
from core.models import StoredFile
from programme.models import Programme, ProgrammeOwnedQuerySet


class BulkAction(models.Model):
    """What was asked, of which companies (their list is frozen), and what came of it.

    ``token`` comes from the form: confirming twice is one action.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="bulk_actions")
    kind = models.CharField(max_length=10, choices=choices(BulkKind))
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    criteria = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=choices(BulkStatus), default=BulkStatus.WAITING)
    total = models.PositiveIntegerField(default=0)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(default=uuid.uuid4, unique=True)
    job_id = models.UUIDField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} ({self.total})"


class BulkItem(models.Model):
    """One company of the list, and what was done with it."""

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="items")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=8, choices=choices(BulkOutcome), default=BulkOutcome.WAITING)
    reason = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["action", "outcome"], name="bulk_item_by_outcome")]

    def __str__(self) -> str:
        return f"{self.action_id}: {self.participation_id}"
