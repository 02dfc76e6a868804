"""Running totals: sums of shares kept up to date, so that no move and no page adds up past expenses.

They say nothing that the shares do not: ``selectors.totals`` compares both, ``services.totals`` is the only
writer, in the transaction of each move. Amounts in integer cents.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import CentsField
from funding.models.commitment import Commitment
from funding.models.funder import Funder
from funding.models.plan import BudgetLine


class FunderTotal(models.Model):
    """What a funder was charged of a line so far; what of it is paid, and what claims hold."""

    line = models.ForeignKey(BudgetLine, on_delete=models.CASCADE, related_name="totals")
    funder = models.ForeignKey(Funder, on_delete=models.CASCADE, related_name="totals")
    validated_cents = CentsField(_("validé"), default=0)
    paid_cents = CentsField(_("payé"), default=0)
    claimed_cents = CentsField(_("appelé"), default=0)

    class Meta:
        ordering = ["line", "funder"]
        constraints = [
            models.UniqueConstraint(fields=["line", "funder"], name="funder_total_unique"),
            models.CheckConstraint(condition=Q(validated_cents__gte=0), name="funder_total_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}×{self.funder_id}"


class MonthTotal(models.Model):
    """What was charged on a line by the expenses of a month, named by its first day."""

    line = models.ForeignKey(BudgetLine, on_delete=models.CASCADE, related_name="month_totals")
    month = models.DateField(_("mois"))
    validated_cents = CentsField(_("validé"), default=0)

    class Meta:
        ordering = ["line", "month"]
        constraints = [models.UniqueConstraint(fields=["line", "month"], name="month_total_unique")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.month:%Y-%m}"


class CommitmentTotal(models.Model):
    """What invoices took of a commitment: charged to the funders, and left to the operator."""

    commitment = models.OneToOneField(Commitment, on_delete=models.CASCADE, related_name="total")
    consumed_cents = CentsField(_("consommé"), default=0)
    excess_cents = CentsField(_("à la charge du porteur"), default=0)

    class Meta:
        ordering = ["commitment"]

    def __str__(self) -> str:
        return f"{self.commitment_id}"
