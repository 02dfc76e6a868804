"""Who pays for what: funders, plan and matrix, expenses, evidence, shares. Amounts in integer cents."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import StoredFile, TimestampedModel
from core.money import CentsField
from funding.enums import EvidenceKind, ExpenseStatus, Nature, PlanStatus
from programme.models import Axis, Programme, ProgrammeOwnedQuerySet


class Funder(models.Model):
    """Who pays, and how much was agreed. ``position`` settles ties between funders, for ever."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="funders")
    name = models.CharField(_("nom"), max_length=160)
    short_name = models.CharField(_("nom court"), max_length=40)
    agreed_cents = CentsField(_("montant conventionné"))
    position = models.PositiveSmallIntegerField(_("ordre"))
    is_state = models.BooleanField(_("État"), default=False)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "position"], name="funder_position_unique"),
            models.UniqueConstraint(fields=["programme", "name"], name="funder_name_unique"),
            models.CheckConstraint(condition=Q(agreed_cents__gte=0), name="funder_agreed_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class FunderMember(models.Model):
    """A user reads for a funder (she also holds the ``funder`` role)."""

    funder = models.ForeignKey(Funder, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="funder_memberships"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["funder", "user"], name="funder_member_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.funder_id}"


class FundingRules(models.Model):
    """What a programme decided about its own money; a programme without a row follows the defaults."""

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="funding_rules")
    second_person = models.BooleanField(_("validation par une seconde personne"), default=True)

    class Meta:
        ordering = ["programme"]
        verbose_name_plural = "funding rules"

    def __str__(self) -> str:
        return f"{self.programme_id}"


class Plan(TimestampedModel):
    """A version of the budget plan: the first one, then its amendments (*avenants*)."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="budget_plans")
    number = models.PositiveSmallIntegerField(_("version"))
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


class Expense(TimestampedModel):
    """An expense charged to a line. A counter-entry is an expense of negative amount (``answers``).

    ``excess_cents`` is the eligible part that the line could no longer fund and that the director
    accepted: it stays with whoever carries the programme. Shares sum to ``eligible - excess``.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="expenses")
    number = models.PositiveIntegerField(_("numéro"))
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="expenses")
    label = models.CharField(_("objet"), max_length=200)
    supplier = models.CharField(_("fournisseur"), max_length=160)
    invoice_number = models.CharField(_("numéro de facture"), max_length=60, blank=True)
    spent_on = models.DateField(_("date de la dépense"))
    amount_cents = CentsField(_("montant hors taxes"))
    eligible_cents = CentsField(_("montant éligible"))
    excess_cents = CentsField(_("à la charge du porteur"), default=0)
    status = models.CharField(
        _("état"), max_length=10, choices=choices(ExpenseStatus), default=ExpenseStatus.DRAFT
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="entered_expenses",
    )
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="validated_expenses",
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    validated_at = models.DateTimeField(null=True, blank=True)
    paid_on = models.DateField(_("payée le"), null=True, blank=True)
    returned_reason = models.CharField(_("motif du retour"), max_length=250, blank=True)
    decision_reason = models.CharField(_("motif de la décision"), max_length=250, blank=True)
    answers = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="counter_entries"
    )
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-spent_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="expense_number_unique"),
            models.CheckConstraint(
                condition=Q(answers__isnull=False)
                | (
                    Q(amount_cents__gt=0)
                    & Q(eligible_cents__gte=0)
                    & Q(eligible_cents__lte=F("amount_cents"))
                ),
                name="expense_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "status", "-spent_on"], name="expense_by_status"),
            models.Index(fields=["line", "status"], name="expense_by_line"),
        ]

    def __str__(self) -> str:
        return f"D{self.number:05d} {self.label}"


class Evidence(models.Model):
    """A piece (*justificatif*) that hangs on an expense."""

    expense = models.ForeignKey(Expense, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("nature de la pièce"), max_length=14, choices=choices(EvidenceKind))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"{EvidenceKind(self.kind).label} – {self.file.name}"


class Share(models.Model):
    """What one funder is charged of one expense; final from validation on (money.md §3)."""

    expense = models.ForeignKey(Expense, on_delete=models.PROTECT, related_name="shares")
    funder = models.ForeignKey(Funder, on_delete=models.PROTECT, related_name="shares")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="shares")
    amount_cents = CentsField(_("part"))

    class Meta:
        ordering = ["funder__position"]
        constraints = [models.UniqueConstraint(fields=["expense", "funder"], name="share_unique")]
        indexes = [models.Index(fields=["line", "funder"], name="share_by_line")]

    def __str__(self) -> str:
        return f"{self.expense_id}×{self.funder_id}"
