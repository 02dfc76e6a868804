"""Files of companies, read and judged before anything is written."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.models import ImportFile, ImportFileRow
from programme.models import Programme, ProgrammeOwnedQuerySet


class ImportBatch(ImportFile):
    """A file of companies: read, checked as a whole, then applied in short resumable chunks."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="company_imports")

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta(ImportFile.Meta):
        verbose_name_plural = "import batches"


class ImportRow(ImportFileRow):
    """One staged row: what it would do, and every reason why not."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    label = models.CharField(max_length=250, blank=True)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta(ImportFileRow.Meta):
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_unique")]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_by_outcome")]

    def as_dict(self) -> dict[str, Any]:
        """Staged data, for the service that applies it."""
        return dict(self.data)
