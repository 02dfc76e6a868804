"""Dated moves of claims and commitments: what each changed, and from which day. Amounts in integer cents.

Append-only: ``services.dated_moves`` writes a difference and never edits one, so that the sums up to a day
are what claims and commitments were at the end of that day, and the sums of all of them what they are now.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.money import CentsField
from funding.enums import ClaimFigure
from funding.models.claim import Claim
from funding.models.commitment import Commitment
from funding.models.plan import BudgetLine


class ClaimMove(models.Model):
    """What a move added to one figure of a claim; ``line`` for shares, which stand on a line."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="moves")
    line = models.ForeignKey(
        BudgetLine, null=True, blank=True, on_delete=models.CASCADE, related_name="claim_moves"
    )
    figure = models.CharField(_("montant"), max_length=13, choices=choices(ClaimFigure))
    on = models.DateField(_("date d’effet"))
    cents = CentsField(_("variation"))
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.on} {self.figure}"


class CommitmentMove(models.Model):
    """What a move added to the part of a line that a commitment may keep, before its invoices take of it."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="moves")
    on = models.DateField(_("date d’effet"))
    cents = CentsField(_("variation"))
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.on}"
