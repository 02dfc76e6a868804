"""Who pays, who reads for them, and what a programme decided about its own money."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import TimestampedModel
from core.money import CentsField
from funding.enums import Imputation
from programme.models import Programme, ProgrammeOwnedQuerySet


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
    fungibility_percent = models.PositiveSmallIntegerField(_("fongibilité (%)"), default=10)
    alert_near_percent = models.PositiveSmallIntegerField(_("alerte de consommation (%)"), default=80)
    alert_early_percent = models.PositiveSmallIntegerField(_("début de l’alerte de retard (%)"), default=25)
    alert_behind_percent = models.PositiveSmallIntegerField(_("alerte de retard (%)"), default=50)

    class Meta:
        ordering = ["programme"]
        verbose_name_plural = "funding rules"
        constraints = [
            models.CheckConstraint(
                condition=Q(fungibility_percent__lte=100), name="fungibility_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(alert_near_percent__lte=100)
                & Q(alert_early_percent__lte=100)
                & Q(alert_behind_percent__lte=100),
                name="alerts_are_percentages",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}"


class ClaimTerms(models.Model):
    """What the agreement says of a funder's claims; a funder without a row follows the defaults."""

    funder = models.OneToOneField(Funder, on_delete=models.CASCADE, related_name="claim_terms")
    advance_percent = models.PositiveSmallIntegerField(_("avance (%)"), default=0)
    ceiling_percent = models.PositiveSmallIntegerField(_("plafond des avance et acomptes (%)"), default=80)
    imputation = models.CharField(
        _("imputation de l’avance"),
        max_length=8,
        choices=choices(Imputation),
        default=Imputation.FIRST,
    )
    required_pieces = models.JSONField(_("pièces demandées"), default=list, blank=True)

    class Meta:
        ordering = ["funder"]
        verbose_name_plural = "claim terms"
        constraints = [
            models.CheckConstraint(
                condition=Q(advance_percent__lte=100)
                & Q(ceiling_percent__lte=100)
                & Q(advance_percent__lte=models.F("ceiling_percent")),
                name="claim_terms_are_percentages",
            )
        ]

    def __str__(self) -> str:
        return f"{self.funder_id}"


class ClosedYear(TimestampedModel):
    """A calendar year whose accounts are locked: nothing dated in it is entered or changed any more."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="closed_years")
    year = models.PositiveSmallIntegerField(_("exercice"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["programme", "year"], name="closed_year_unique")]

    def __str__(self) -> str:
        return str(self.year)
