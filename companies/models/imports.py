"""Files of companies, read and judged before anything is written."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.enums import ImportStatus, RowOutcome, choices
from core.models import StoredFile
from programme.models import Programme, ProgrammeOwnedQuerySet


class ImportBatch(models.Model):
    """A file of companies: read, checked as a whole, then applied in short resumable chunks."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="company_imports")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=choices(ImportStatus), default=ImportStatus.READING)
    problem = models.TextField(blank=True)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.filename


class ImportRow(models.Model):
    """One staged row: what it would do, and every reason why not."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=choices(RowOutcome))
    label = models.CharField(max_length=250, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    warnings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    applied = models.BooleanField(default=False)

    class Meta:
        ordering = ["number", "pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_unique")]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"

    def as_dict(self) -> dict[str, Any]:
        """Staged data, for the service that applies it."""
        return dict(self.data)
