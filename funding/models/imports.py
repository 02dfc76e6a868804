"""An accountant's file: read, judged whole, shown, then applied; and the directory of suppliers."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.gazetteer import fold
from core.models import ImportFile, ImportFileRow, TimestampedModel
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


class ExpenseImport(ImportFile):
    """A file of expenses and what it would do."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="expense_imports")

    objects = ProgrammeOwnedQuerySet.as_manager()


class ExpenseImportRow(ImportFileRow):
    """One staged row: what it would do, every reason why not, and the expense it made."""

    batch = models.ForeignKey(ExpenseImport, on_delete=models.CASCADE, related_name="rows")
    label = models.CharField(max_length=200, blank=True)
    expense = models.ForeignKey(
        Expense, null=True, blank=True, on_delete=models.SET_NULL, related_name="import_rows"
    )

    class Meta(ImportFileRow.Meta):
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="expense_row_unique")]
        indexes = [models.Index(fields=["batch", "outcome"], name="expense_row_by_outcome")]
