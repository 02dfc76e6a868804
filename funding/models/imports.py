"""An accountant's file: read, judged whole, shown, then applied; and the directory of suppliers."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.gazetteer import fold
from core.enums import ImportStatus, RowOutcome, choices
from core.models import StoredFile, TimestampedModel
from funding.models.expense import Expense
from programme.models import Programme, ProgrammeOwnedQuerySet


class Supplier(TimestampedModel):
    """Who is paid. ``name_key`` is the name without accents, case or signs: one entry for each supplier."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="suppliers")
    name = models.CharField(_("nom"), max_length=160)
    name_key = models.CharField(max_length=160, editable=False)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    city = models.CharField(_("ville"), max_length=120, blank=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "name_key"], name="supplier_name_unique"),
            models.UniqueConstraint(
                fields=["programme", "siret"], condition=~Q(siret=""), name="supplier_siret_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key by which a supplier is found."""
        self.name_key = fold(self.name)[:160]
        super().save(*args, **kwargs)


class ExpenseImport(models.Model):
    """A file of expenses and what it would do."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="expense_imports")
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

    def __str__(self) -> str:
        return self.filename


class ExpenseImportRow(models.Model):
    """One staged row: what it would do, every reason why not, and the expense it made."""

    batch = models.ForeignKey(ExpenseImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=choices(RowOutcome))
    label = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    warnings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    expense = models.ForeignKey(
        Expense, null=True, blank=True, on_delete=models.SET_NULL, related_name="import_rows"
    )
    applied = models.BooleanField(default=False)

    class Meta:
        ordering = ["number", "pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="expense_row_unique")]
        indexes = [models.Index(fields=["batch", "outcome"], name="expense_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"
