"""The ledger of state aid: what each company received in kind, what it declares it received elsewhere."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.models import Participation
from core.enums import choices
from core.models import TimestampedModel
from core.money import CentsField
from funding.enums import AidBase, AidSource, CompanySize
from programme.models import Programme, ProgrammeOwnedQuerySet


class AidTerms(TimestampedModel):
    """What a programme decided about the value of its services; one row, made at the first reading."""

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="aid_terms")
    diagnostic_cost_cents = CentsField(_("coût d’un diagnostic"), default=0)
    diagnostic_price_cents = CentsField(_("prix payé par l’entreprise pour un diagnostic"), default=0)
    diagnostic_base = models.CharField(
        _("base juridique des diagnostics"),
        max_length=12,
        choices=choices(AidBase),
        default=AidBase.DE_MINIMIS,
    )
    half_day_cost_cents = CentsField(_("coût d’une demi-journée de formation par personne"), default=0)
    training_base = models.CharField(
        _("base juridique des formations"),
        max_length=12,
        choices=choices(AidBase),
        default=AidBase.DE_MINIMIS,
    )
    authority = models.CharField(_("autorité qui octroie l’aide"), max_length=160, blank=True)

    class Meta:
        ordering = ["programme"]
        verbose_name_plural = "aid terms"

    def __str__(self) -> str:
        return f"{self.programme_id}"


class AidProfile(TimestampedModel):
    """What changes the rules for one company: its size, its fiscal year, road freight."""

    participation = models.OneToOneField(Participation, on_delete=models.CASCADE, related_name="aid_profile")
    size = models.CharField(_("taille"), max_length=6, choices=choices(CompanySize), blank=True)
    road_freight = models.BooleanField(
        _("transport routier de marchandises pour compte d’autrui"), default=False
    )
    year_ends_in = models.PositiveSmallIntegerField(_("mois de clôture de l’exercice"), default=12)

    class Meta:
        ordering = ["participation"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year_ends_in__gte=1) & Q(year_ends_in__lte=12), name="aid_profile_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participation_id}"


class AidGrant(TimestampedModel):
    """An aid in kind: cost minus price paid. Cancelled ones stay, and count no more.

    ``subject_type`` / ``subject_id`` say what gave rise to it (``diagnostic`` 12), once.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="aid_grants")
    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="aid_grants")
    source = models.CharField(_("nature"), max_length=10, choices=choices(AidSource))
    subject_type = models.CharField(max_length=20, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    label = models.CharField(_("objet"), max_length=200)
    granted_on = models.DateField(_("date d’octroi"))
    base = models.CharField(_("base juridique"), max_length=12, choices=choices(AidBase))
    priority_workers = models.BooleanField(_("travailleurs handicapés ou défavorisés"), default=False)
    cost_cents = CentsField(_("coût"))
    paid_cents = CentsField(_("prix payé par l’entreprise"), default=0)
    amount_cents = CentsField(_("aide"))
    decision_reason = models.CharField(_("motif de la décision"), max_length=250, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_reason = models.CharField(_("motif de l’annulation"), max_length=250, blank=True)
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["granted_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "subject_type", "subject_id"],
                condition=Q(cancelled_at__isnull=True) & ~Q(subject_id=""),
                name="aid_granted_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0)
                & Q(paid_cents__gte=0)
                & Q(cost_cents=F("amount_cents") + F("paid_cents")),
                name="aid_is_cost_minus_price",
            ),
        ]
        indexes = [models.Index(fields=["participation", "granted_on"], name="aid_by_company")]

    def __str__(self) -> str:
        return self.label


class AidDeclaration(models.Model):
    """What a company declared on a day of the aid it received elsewhere; the last one counts."""

    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="aid_declarations"
    )
    declared_on = models.DateField(_("date de la déclaration"))
    signatory = models.CharField(_("déclarant"), max_length=160)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    form_token = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    class Meta:
        ordering = ["-declared_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.declared_on:%d/%m/%Y}"


class DeclaredAid(models.Model):
    """One aid received elsewhere, as declared."""

    declaration = models.ForeignKey(AidDeclaration, on_delete=models.CASCADE, related_name="aids")
    granted_on = models.DateField(_("date d’octroi"))
    authority = models.CharField(_("organisme"), max_length=160)
    amount_cents = CentsField(_("montant"))

    class Meta:
        ordering = ["granted_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount_cents__gt=0), name="declared_aid_positive")]

    def __str__(self) -> str:
        return f"{self.authority} {self.granted_on:%d/%m/%Y}"
