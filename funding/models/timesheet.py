"""Staff time charged to a line, and the drafts that trainings and diagnostics give rise to."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.formats import format_number
from core.models import TimestampedModel
from core.money import CentsField
from funding.models.expense import Expense
from funding.models.plan import BudgetLine
from programme.models import Programme, ProgrammeOwnedQuerySet


class TimeSheet(TimestampedModel):
    """The time of one person in one month on one line; its expense is a draft until it is submitted."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="time_sheets")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="time_sheets")
    person = models.CharField(_("personne"), max_length=160)
    job = models.CharField(_("fonction"), max_length=120, blank=True)
    month = models.DateField(_("mois"))
    expense = models.OneToOneField(Expense, on_delete=models.PROTECT, related_name="time_sheet")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "person"]
        indexes = [models.Index(fields=["programme", "-month"], name="time_sheet_by_month")]

    def __str__(self) -> str:
        return f"{self.person} {self.month:%m/%Y}"

    @property
    def hours(self) -> str:
        """Hours in French, where the list's query counted them."""
        return format_number(Decimal(getattr(self, "centihours", 0) or 0).scaleb(-2), 2)


class TimeSheetLine(models.Model):
    """Hours on one activity; ``amount_cents`` is rounded half up, line by line."""

    sheet = models.ForeignKey(TimeSheet, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    activity = models.CharField(_("activité"), max_length=200)
    centihours = models.PositiveIntegerField(_("heures (centièmes)"))
    hourly_cost_cents = CentsField(_("coût horaire"))
    amount_cents = CentsField(_("montant"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "position"], name="time_line_unique"),
            models.CheckConstraint(
                condition=Q(centihours__gt=0) & Q(hourly_cost_cents__gt=0), name="time_line_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}#{self.position}"


class DraftTerms(TimestampedModel):
    """On which line, and at which cost, trainings and diagnostics become draft expenses."""

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="draft_terms")
    session_line = models.ForeignKey(
        BudgetLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    half_day_cost_cents = CentsField(_("coût d’une demi-journée de session"), default=0)
    diagnostic_line = models.ForeignKey(
        BudgetLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    diagnostic_day_cost_cents = CentsField(_("coût d’une journée de diagnostic"), default=0)
    diagnostic_centidays = models.PositiveIntegerField(_("journées par diagnostic (centièmes)"), default=100)
    diagnostic_supplier = models.CharField(_("fournisseur des diagnostics"), max_length=160, blank=True)

    class Meta:
        ordering = ["programme"]
        verbose_name_plural = "draft terms"

    def __str__(self) -> str:
        return f"{self.programme_id}"


class ExpenseOrigin(models.Model):
    """What gave rise to a draft expense: once for each session and diagnostic."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="expense_origins")
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=40)
    expense = models.OneToOneField(Expense, on_delete=models.CASCADE, related_name="origin")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "subject_type", "subject_id"], name="expense_origin_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}"
