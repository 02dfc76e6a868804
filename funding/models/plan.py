"""The budget plan: versions, lines, and what each funder pays of each line. Amounts in integer cents."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import TimestampedModel
from core.money import CentsField
from funding.enums import Nature, PlanKind, PlanStatus
from funding.models.funder import Funder
from programme.models import Axis, Programme, ProgrammeOwnedQuerySet


class Plan(TimestampedModel):
    """A version of the budget plan: the first one, then its amendments (*avenants*)."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="budget_plans")
    number = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(max_length=10, choices=choices(PlanKind), default=PlanKind.AMENDMENT)
    status = models.CharField(max_length=10, choices=choices(PlanStatus), default=PlanStatus.DRAFT)
    reason = models.CharField(_("motif"), max_length=250, blank=True)
    decided_on = models.DateField(_("date de la décision"), null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="plan_number_unique"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(status="active"), name="one_active_plan"
            ),
            models.UniqueConstraint(fields=["programme"], condition=Q(status="draft"), name="one_draft_plan"),
        ]

    def __str__(self) -> str:
        return f"Plan v{self.number}"


class BudgetLine(models.Model):
    """A line that lives through versions: axis × nature. Its amounts are in ``PlannedLine``."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="budget_lines")
    axis = models.ForeignKey(Axis, on_delete=models.PROTECT, related_name="budget_lines")
    nature = models.CharField(_("nature"), max_length=14, choices=choices(Nature))
    code = models.CharField(_("code"), max_length=20)
    label = models.CharField(_("libellé"), max_length=160)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["axis__number", "code"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="line_code_unique")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class PlannedLine(models.Model):
    """Planned amount of a line in one version of the plan."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lines")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="planned")
    planned_cents = CentsField(_("prévu"))

    class Meta:
        ordering = ["line__axis__number", "line__code"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "line"], name="planned_line_unique"),
            models.CheckConstraint(condition=Q(planned_cents__gte=0), name="planned_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}:{self.line_id}"


class MatrixCell(models.Model):
    """What one funder pays of one line in one version (K)."""

    planned_line = models.ForeignKey(PlannedLine, on_delete=models.CASCADE, related_name="cells")
    funder = models.ForeignKey(Funder, on_delete=models.PROTECT, related_name="cells")
    amount_cents = CentsField(_("montant"))

    class Meta:
        ordering = ["funder__position"]
        constraints = [
            models.UniqueConstraint(fields=["planned_line", "funder"], name="matrix_cell_unique"),
            models.CheckConstraint(condition=Q(amount_cents__gte=0), name="matrix_cell_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.planned_line_id}×{self.funder_id}"


class Transfer(models.Model):
    """Money moved between two lines of one axis; the version of the plan it made is ``plan``."""

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="transfer")
    source = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="transfers_out")
    target = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="transfers_in")
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["-plan__number"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=models.F("target")), name="transfer_between_two_lines")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class TransferPart(models.Model):
    """What of a transfer each funder's cells move."""

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="parts")
    funder = models.ForeignKey(Funder, on_delete=models.PROTECT, related_name="+")
    amount_cents = CentsField(_("montant"))

    class Meta:
        ordering = ["funder__position"]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "funder"], name="transfer_part_unique"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="transfer_part_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id}×{self.funder_id}"
