"""Legal units and their establishments: one row each for the whole installation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import TimestampedModel
from programme.models import Activity, Commune


class Company(TimestampedModel):
    """A legal unit (SIREN)."""

    siren = models.CharField(_("SIREN"), max_length=9, unique=True)
    name = models.CharField(_("nom"), max_length=250)
    activity = models.ForeignKey(
        Activity,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="companies",
        verbose_name=_("activité"),
    )
    legal_category = models.CharField(_("catégorie juridique"), max_length=4, blank=True)
    size_category = models.CharField(_("catégorie d’entreprise"), max_length=3, blank=True)
    workforce_band = models.CharField(_("tranche d’effectif"), max_length=2, blank=True)
    created_on = models.DateField(_("date de création"), null=True, blank=True)
    is_closed = models.BooleanField(_("cessée"), default=False)
    is_undisclosed = models.BooleanField(_("non diffusible"), default=False)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(condition=Q(siren__regex=r"^[0-9]{9}$"), name="company_siren_digits")
        ]

    def __str__(self) -> str:
        return self.name


class Establishment(TimestampedModel):
    """A place where a company works (SIRET)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="establishments")
    siret = models.CharField(_("SIRET"), max_length=14, unique=True)
    name = models.CharField(_("enseigne"), max_length=250, blank=True)
    address = models.CharField(_("adresse"), max_length=250, blank=True)
    postal_code = models.CharField(_("code postal"), max_length=5, blank=True)
    city = models.CharField(_("ville"), max_length=120, blank=True)
    commune = models.ForeignKey(
        Commune, null=True, blank=True, on_delete=models.PROTECT, related_name="establishments"
    )
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.PROTECT, related_name="establishments"
    )
    workforce_band = models.CharField(_("tranche d’effectif"), max_length=2, blank=True)
    is_head_office = models.BooleanField(_("siège"), default=False)
    is_closed = models.BooleanField(_("fermé"), default=False)

    class Meta:
        ordering = ["siret"]
        constraints = [
            models.CheckConstraint(
                condition=Q(siret__regex=r"^[0-9]{14}$"), name="establishment_siret_digits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.siret} {self.city}".strip()
