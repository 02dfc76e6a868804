"""Commitments: what a quote, a contract or an order reserves on a line. Amounts in integer cents."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import StoredFile, TimestampedModel
from core.money import CentsField
from funding.enums import CommitmentKind, CommitmentStatus
from funding.models.plan import BudgetLine
from programme.models import Programme, ProgrammeOwnedQuerySet


class Commitment(TimestampedModel):
    """A promise made to a supplier. Invoices of its line that name it consume it.

    ``excess_cents`` is what the line could not reserve and the director accepted: nobody funds it.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="commitments")
    number = models.PositiveIntegerField(_("numéro"))
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="commitments")
    kind = models.CharField(
        _("nature"), max_length=10, choices=choices(CommitmentKind), default=CommitmentKind.QUOTE
    )
    label = models.CharField(_("objet"), max_length=200)
    supplier = models.CharField(_("fournisseur"), max_length=160)
    reference = models.CharField(_("référence"), max_length=60, blank=True)
    signed_on = models.DateField(_("date d’engagement"))
    amount_cents = CentsField(_("montant éligible engagé"))
    excess_cents = CentsField(_("à la charge du porteur"), default=0)
    status = models.CharField(
        _("état"), max_length=10, choices=choices(CommitmentStatus), default=CommitmentStatus.PROPOSED
    )
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(_("motif de la décision"), max_length=250, blank=True)
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="commitment_number_unique"),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0)
                & Q(excess_cents__gte=0)
                & Q(excess_cents__lte=F("amount_cents")),
                name="commitment_amounts",
            ),
        ]
        indexes = [models.Index(fields=["line", "status"], name="commitment_by_line")]

    def __str__(self) -> str:
        return f"E{self.number:05d} {self.label}"
