"""Expenses, their evidence, and the share of each funder. Amounts in integer cents."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import StoredFile, TimestampedModel
from core.money import CentsField
from funding.duplicates import invoice_key
from funding.enums import EvidenceKind, EvidenceStep, ExpenseStatus, Nature
from funding.models.commitment import Commitment
from funding.models.funder import Funder
from funding.models.plan import BudgetLine
from programme.models import Programme, ProgrammeOwnedQuerySet


class Expense(TimestampedModel):
    """An expense charged to a line. A counter-entry is an expense of negative amount (``answers``).

    ``excess_cents`` is the eligible part that the line could no longer fund and that the director
    accepted: it stays with whoever carries the programme. Shares sum to ``eligible - excess``.
    ``amount_cents`` is what the programme bears: net of tax plus the tax that nobody gives back;
    ``recoverable_tax_cents`` is outside it, so that it can never be eligible.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="expenses")
    number = models.PositiveIntegerField(_("numéro"))
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="expenses")
    label = models.CharField(_("objet"), max_length=200)
    supplier = models.CharField(_("fournisseur"), max_length=160)
    invoice_number = models.CharField(_("numéro de facture"), max_length=60, blank=True)
    spent_on = models.DateField(_("date de la dépense"))
    amount_cents = CentsField(_("montant hors taxes récupérables"))
    tax_cents = CentsField(_("taxes"), default=0)
    recoverable_tax_cents = CentsField(_("dont taxes récupérables"), default=0)
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
    commitment = models.ForeignKey(
        Commitment, null=True, blank=True, on_delete=models.PROTECT, related_name="expenses"
    )
    duplicate_key = models.CharField(max_length=120, blank=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(answers__isnull=False)
                | (
                    Q(recoverable_tax_cents__gte=0)
                    & Q(tax_cents__gte=F("recoverable_tax_cents"))
                    & Q(tax_cents__lte=F("amount_cents") + F("recoverable_tax_cents"))
                ),
                name="expense_taxes",
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "status", "-spent_on"], name="expense_by_status"),
            models.Index(fields=["line", "status"], name="expense_by_line"),
            models.Index(fields=["programme", "-updated_at"], name="expense_by_change"),
            models.Index(fields=["programme", "duplicate_key"], name="expense_by_invoice"),
            models.Index(fields=["programme", "spent_on", "amount_cents"], name="expense_by_amount"),
        ]

    def __str__(self) -> str:
        return f"D{self.number:05d} {self.label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key by which a second entry of the same invoice is found."""
        self.duplicate_key = invoice_key(self.supplier, self.invoice_number)
        super().save(*args, **kwargs)

    @property
    def net_cents(self) -> int:
        """Net of tax."""
        return int(self.amount_cents - self.tax_cents + self.recoverable_tax_cents)

    @property
    def gross_cents(self) -> int:
        """What the supplier is paid, all taxes included."""
        return int(self.amount_cents + self.recoverable_tax_cents)


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


class EvidenceRule(models.Model):
    """A kind of evidence that a nature of expense needs at a step. Without any rule, one piece is enough."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="evidence_rules")
    nature = models.CharField(max_length=14, choices=choices(Nature))
    kind = models.CharField(max_length=14, choices=choices(EvidenceKind))
    step = models.CharField(max_length=10, choices=choices(EvidenceStep))

    class Meta:
        ordering = ["nature", "step", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "nature", "kind", "step"], name="evidence_rule_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.nature} {self.step}: {self.kind}"
