"""The programme and what frames it: axes, targets, roles, API tokens, territory, erasures and retention."""

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import TimestampedModel
from core.money import CentsField
from programme.enums import Role

# First path segments used by the system: a programme of that name would hide them.
RESERVED_SLUGS = frozenset(
    {"api", "sante", "admin", "verifier", "comptes", "static", "media", "metriques", "bench"}
)


def validate_slug_free(slug: str) -> None:
    """Refuse the addresses the system uses."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(
            _("«\u00a0%(slug)s\u00a0» est une adresse réservée.") % {"slug": slug}, code="reserved"
        )


class Region(models.Model):
    """A region (INSEE code)."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A department (INSEE code)."""

    code = models.CharField(max_length=3, primary_key=True)
    name = models.CharField(max_length=80)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="departments")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Arrondissement(models.Model):
    """An arrondissement, the step between EPCI and department in published tables."""

    code = models.CharField(max_length=4, primary_key=True)
    name = models.CharField(max_length=80)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="arrondissements")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Epci(models.Model):
    """A group of communes with its own taxation (SIREN of the group)."""

    siren = models.CharField(max_length=9, primary_key=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=6)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="epcis")
    population = models.PositiveIntegerField()
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "EPCI"

    def __str__(self) -> str:
        return self.name


class Commune(models.Model):
    """A commune (INSEE code) of the territory."""

    code = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=120)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="communes")
    arrondissement = models.ForeignKey(Arrondissement, on_delete=models.PROTECT, related_name="communes")
    epci = models.ForeignKey(Epci, null=True, on_delete=models.PROTECT, related_name="communes")
    population = models.PositiveIntegerField()
    postal_codes = models.JSONField(default=list)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FormerCommune(models.Model):
    """A code that old addresses still bear (merged or delegated commune) and the present commune."""

    code = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=120, blank=True)
    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="former_codes")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} → {self.commune_id}"


class Activity(models.Model):
    """An entry of NAF rév. 2: section, division, group, class or sub-class (level 1 to 5)."""

    code = models.CharField(max_length=6, primary_key=True)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    section = models.CharField(max_length=1, db_index=True)
    label = models.CharField(max_length=250)
    a10 = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "activities"

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class Programme(TimestampedModel):
    """A programme: one territory, one agreement, its own companies, people and money."""

    slug = models.SlugField(
        _("adresse"),
        max_length=40,
        unique=True,
        validators=[validate_slug_free, RegexValidator(r"^[a-z0-9-]+$")],
    )
    name = models.CharField(_("nom"), max_length=160)
    short_name = models.CharField(_("nom court"), max_length=40)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="programmes")
    starts_on = models.DateField(_("début de la convention"))
    ends_on = models.DateField(_("fin de la convention"))
    total_cents = CentsField(_("montant total"))
    source = models.TextField(_("source des faits publics"), blank=True)
    is_demonstration = models.BooleanField(_("démonstration"), default=False)
    is_public = models.BooleanField(_("ouvert au public"), default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="programme_dates"
            ),
            models.CheckConstraint(condition=models.Q(total_cents__gte=0), name="programme_total_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    def months(self) -> list[date]:
        """First days of the months the programme runs through."""
        first = self.starts_on.replace(day=1)
        result = []
        while first <= self.ends_on:
            result.append(first)
            first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return result


class ProgrammeOwnedQuerySet(models.QuerySet[Any]):
    """Rows that belong to one programme are always read through ``for_programme``."""

    def for_programme(self, programme: Programme) -> Any:
        """Rows of one programme."""
        return self.filter(programme=programme)


class Axis(models.Model):
    """A *volet* of the programme."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="axes")
    number = models.PositiveSmallIntegerField(_("numéro"))
    name = models.CharField(_("nom"), max_length=80)
    purpose = models.TextField(_("objet"), blank=True)

    class Meta:
        ordering = ["number"]
        verbose_name_plural = "axes"
        constraints = [models.UniqueConstraint(fields=["programme", "number"], name="axis_number_unique")]

    def __str__(self) -> str:
        return self.name


class Target(models.Model):
    """What the programme aims at, for one indicator: editable data, never a constant."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="targets")
    indicator = models.CharField(_("indicateur"), max_length=60)
    value = models.PositiveIntegerField(_("cible"))
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        ordering = ["indicator"]
        constraints = [models.UniqueConstraint(fields=["programme", "indicator"], name="target_unique")]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.value}"


class RoleGrant(models.Model):
    """A person holds a role in a programme. The only source of rights."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_grants")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=10, choices=choices(Role))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["programme", "role", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "programme", "role"], name="role_grant_unique"),
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="role_grant_known"
            ),
        ]
        # A team of ten among thousands of people who answer for their company.
        indexes = [models.Index(fields=["programme", "role"], name="role_grant_by_role")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.programme_id}"


class ApiToken(models.Model):
    """A key to the API, bound to one programme and one role, to read unless it may write too.

    Only its hash is kept.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="api_tokens")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    role = models.CharField(max_length=10, choices=choices(Role))
    name = models.CharField(_("nom"), max_length=80)
    can_write = models.BooleanField(_("peut écrire"), default=False)
    prefix = models.CharField(max_length=8)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class ErasureReceipt(models.Model):
    """Proof that a person's data was erased, which does not repeat it.

    ``fingerprint`` is a keyed hash of her address: whoever knows the address can check the receipt,
    nobody can find the address in it. ``lines`` tells, by source, what was erased and what the law keeps.
    ``form_token`` is the confirmation's own key: pressed twice, it makes one receipt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        Programme, null=True, on_delete=models.CASCADE, related_name="erasure_receipts"
    )
    fingerprint = models.CharField(max_length=64, db_index=True)
    lines = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    erased_count = models.PositiveIntegerField(default=0)
    kept_count = models.PositiveIntegerField(default=0)
    form_token = models.UUIDField(null=True, unique=True, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "id"]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What a person quotes: the first characters of the identifier."""
        return str(self.pk)[:8].upper()


class ErasureRequest(models.Model):
    """A person asks a programme to erase her data; settled by a receipt."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="erasure_requests")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="erasure_requests"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    receipt = models.OneToOneField(
        ErasureReceipt, null=True, on_delete=models.SET_NULL, related_name="request"
    )

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "user"],
                condition=models.Q(receipt__isnull=True),
                name="one_open_erasure_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}: {self.user_id}"


class RetentionNotice(models.Model):
    """What one rule found at the end of its time, announced before it is purged.

    ``keys`` are the rows announced: only these are purged, and only if they are still due that day.
    A notice without a programme is about technical traces of the whole installation.
    """

    programme = models.ForeignKey(
        Programme, null=True, on_delete=models.CASCADE, related_name="retention_notices"
    )
    rule = models.CharField(max_length=60)
    keys = models.JSONField(default=list)
    announced_on = models.DateField()
    purge_on = models.DateField()
    purged_at = models.DateTimeField(null=True)
    purged_count = models.PositiveIntegerField(default=0)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-announced_on", "rule", "pk"]
        indexes = [models.Index(fields=["programme", "purged_at"], name="retention_notice_open")]

    def __str__(self) -> str:
        return f"{self.rule} {self.announced_on:%d/%m/%Y}"
