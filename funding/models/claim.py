"""Claims: what is asked of each funder, what it answered and paid. Amounts in integer cents."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import StoredFile, TimestampedModel
from core.money import CentsField
from funding.enums import (
    ClaimedShareStatus,
    ClaimKind,
    ClaimPieceKind,
    ClaimStatus,
    RecoveryOrigin,
    RecoveryStatus,
)
from funding.models.expense import Share
from funding.models.funder import Funder
from programme.models import Programme, ProgrammeOwnedQuerySet

HOLDING = (ClaimedShareStatus.CLAIMED, ClaimedShareStatus.ACCEPTED, ClaimedShareStatus.REJECTED)
COUNTED = (ClaimedShareStatus.CLAIMED, ClaimedShareStatus.ACCEPTED)


class Claim(TimestampedModel):
    """An *appel de fonds*: an advance, an interim payment or the balance, made to one funder.

    ``gross - imputed - withheld`` is what the claim comes to: the shares it holds, less the advance
    taken back, less what the ceiling keeps for the balance (negative at the balance, which gives it
    back). ``payable`` is that, never below zero; ``asked`` is what it was when the claim was sent.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="claims")
    funder = models.ForeignKey(Funder, on_delete=models.PROTECT, related_name="claims")
    number = models.PositiveSmallIntegerField(_("numéro"))
    kind = models.CharField(_("nature"), max_length=8, choices=choices(ClaimKind))
    status = models.CharField(
        _("état"), max_length=9, choices=choices(ClaimStatus), default=ClaimStatus.PREPARED
    )
    until = models.DateField(_("dépenses payées jusqu’au"), null=True, blank=True)
    gross_cents = CentsField(_("parts appelées"), default=0)
    imputed_cents = CentsField(_("avance imputée"), default=0)
    withheld_cents = CentsField(_("retenu par le plafond"), default=0)
    payable_cents = CentsField(_("montant à verser"), default=0)
    asked_cents = CentsField(_("montant demandé"), default=0)
    sent_on = models.DateField(_("envoyé le"), null=True, blank=True)
    answered_on = models.DateField(_("réponse du"), null=True, blank=True)
    answer = models.CharField(_("réponse du financeur"), max_length=250, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    document_id = models.UUIDField(null=True, blank=True, editable=False)
    pack = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pack_job_id = models.UUIDField(null=True, blank=True, editable=False)
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["funder__position", "number"]
        constraints = [
            models.UniqueConstraint(fields=["funder", "number"], name="claim_number_unique"),
            models.CheckConstraint(
                condition=Q(payable_cents__gte=0) & Q(imputed_cents__gte=0), name="claim_amounts"
            ),
        ]
        indexes = [models.Index(fields=["programme", "status"], name="claim_by_status")]

    def __str__(self) -> str:
        return f"A{self.funder.position:02d}-{self.number:03d}"


class ClaimedShare(models.Model):
    """A share in a claim. A rejected one stays here with its reason after it went back."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="shares")
    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="claimed")
    rank = models.PositiveIntegerField(_("rang"))
    amount_cents = CentsField(_("part"))
    status = models.CharField(
        max_length=9, choices=choices(ClaimedShareStatus), default=ClaimedShareStatus.CLAIMED
    )
    reason = models.CharField(_("motif du rejet"), max_length=250, blank=True)

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "share"], name="claimed_once_in_a_claim"),
            models.UniqueConstraint(
                fields=["share"],
                condition=Q(status__in=["claimed", "accepted", "rejected"]),
                name="share_held_by_one_claim",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}#{self.rank}"


class ClaimPiece(models.Model):
    """A piece that the funder asks for, joined to the claim by the office."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="pieces")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("nature de la pièce"), max_length=10, choices=choices(ClaimPieceKind))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{ClaimPieceKind(self.kind).label} – {self.file.name}"


class Receipt(TimestampedModel):
    """Money that came from a funder for a claim. A mistake is cancelled with a reason, never erased."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="receipts")
    received_on = models.DateField(_("reçu le"))
    amount_cents = CentsField(_("montant reçu"))
    reference = models.CharField(_("référence bancaire"), max_length=80, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cancelled_reason = models.CharField(_("motif de l’annulation"), max_length=250, blank=True)
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["received_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gt=0), name="receipt_positive")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.received_on}"


class Recovery(TimestampedModel):
    """A sum that must go back to a funder: paid in excess, or not justified at the balance."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="recoveries")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recoveries")
    origin = models.CharField(_("origine"), max_length=8, choices=choices(RecoveryOrigin))
    amount_cents = CentsField(_("montant"))
    status = models.CharField(max_length=9, choices=choices(RecoveryStatus), default=RecoveryStatus.OPEN)
    offset_on = models.ForeignKey(
        Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="offsets"
    )
    settled_on = models.DateField(_("réglé le"), null=True, blank=True)
    reference = models.CharField(_("référence"), max_length=80, blank=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "recoveries"
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gt=0), name="recovery_positive")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.origin}"
