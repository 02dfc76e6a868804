"""Companies, their establishments, and their participation in a programme.

Identity (SIREN, SIRET) is one row for the whole installation; everything else belongs to the
participation in one programme, so that a match on SIREN never tells that another programme knows it.
"""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.enums import EventKind, ImportStatus, RowOutcome, SizeBand, Stage
from companies.gazetteer import fold
from core.enums import choices
from core.models import StoredFile, TimestampedModel
from programme.access import Access
from programme.enums import Role
from programme.models import Activity, Commune, Programme, ProgrammeOwnedQuerySet


class CompanyGroup(models.Model):
    """Linked companies: aid ceilings, secrecy and benchmarks count the group once."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="company_groups")
    name = models.CharField(_("nom"), max_length=160)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="group_name_unique")]

    def __str__(self) -> str:
        return self.name


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


class NameKeyField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """The name without accents or case, so that lists sort alike on every database (É is not after Z).

    Computed on every save and bulk insert, whoever writes the row.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 -- Django's signature
        """Fold the name beside it."""
        value = fold(str(getattr(model_instance, "name", "")))[: self.max_length]
        setattr(model_instance, self.attname, value)
        return value


class ParticipationQuerySet(ProgrammeOwnedQuerySet):
    """Participations, narrowed by programme and by caller."""

    def visible_to(self, access: Access) -> "ParticipationQuerySet":
        """The office sees all, advisors those assigned to them, companies their own, others none."""
        rows: ParticipationQuerySet = self.filter(programme=access.programme)
        if access.is_office:
            return rows
        allowed = Q(pk__in=[])
        if access.has(Role.ADVISOR):
            allowed |= Q(advisor=access.user)
        if access.has(Role.COMPANY):
            allowed |= Q(memberships__user=access.user)
        return rows.filter(allowed).distinct() if access.has(Role.COMPANY) else rows.filter(allowed)


class Participation(TimestampedModel):
    """An establishment takes part in a programme.

    ``name``, ``sector``, ``size_band``, ``department``… are projections kept by services so that lists,
    filters and releases read one table; ``maturity_tenths`` (0–1000) is the last submitted result.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="participations")
    establishment = models.ForeignKey(Establishment, on_delete=models.PROTECT, related_name="participations")
    group = models.ForeignKey(
        CompanyGroup, null=True, blank=True, on_delete=models.SET_NULL, related_name="participations"
    )
    stage = models.CharField(_("étape"), max_length=12, choices=choices(Stage), default=Stage.SPOTTED)
    advisor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="advised_participations",
        verbose_name=_("conseiller"),
    )
    next_step = models.CharField(_("prochaine étape"), max_length=200, blank=True)
    next_step_on = models.DateField(_("date de la prochaine étape"), null=True, blank=True)
    is_outside_territory = models.BooleanField(_("hors territoire"), default=False)
    to_complete = models.BooleanField(_("à compléter"), default=False)
    warning = models.CharField(_("avertissement"), max_length=250, blank=True)
    observatory_consent = models.BooleanField(_("réutilisation des réponses acceptée"), default=False)
    observatory_consent_at = models.DateTimeField(null=True, blank=True)

    # What this programme states of a company that another programme knows too: the shared identity is
    # then left alone, so that neither programme sees anything of the other.
    stated = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    name = models.CharField(max_length=250)
    name_key = NameKeyField(max_length=120, blank=True, editable=False)
    city = models.CharField(max_length=120, blank=True)
    search_text = models.TextField(blank=True)
    section = models.CharField(max_length=1, blank=True)
    a10 = models.CharField(max_length=2, blank=True)
    division = models.CharField(max_length=2, blank=True)
    size_band = models.CharField(max_length=8, choices=choices(SizeBand), default=SizeBand.UNKNOWN)
    department_code = models.CharField(max_length=3, blank=True)
    arrondissement_code = models.CharField(max_length=4, blank=True)
    epci_siren = models.CharField(max_length=9, blank=True)
    maturity_tenths = models.PositiveSmallIntegerField(null=True, blank=True)
    maturity_level = models.CharField(max_length=40, blank=True)
    maturity_level_name = models.CharField(max_length=80, blank=True)
    diagnostics_count = models.PositiveIntegerField(default=0)
    open_actions_count = models.PositiveIntegerField(default=0)
    trained_people_count = models.PositiveIntegerField(default=0)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "establishment"], name="participation_unique")
        ]
        indexes = [
            models.Index(fields=["programme", "name_key", "id"], name="participation_by_name_key"),
            models.Index(fields=["programme", "stage"], name="participation_by_stage"),
            models.Index(fields=["programme", "advisor"], name="participation_by_advisor"),
            models.Index(fields=["programme", "section", "department_code"], name="participation_by_cell"),
        ]

    def __str__(self) -> str:
        return self.name


class StageChange(models.Model):
    """History of stages, with date and reason."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="stage_changes")
    stage = models.CharField(max_length=12, choices=choices(Stage))
    at = models.DateTimeField()
    reason = models.CharField(_("motif"), max_length=250, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.participation_id} → {self.stage}"


class Contact(TimestampedModel):
    """A person met in a company, in one programme."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="contacts")
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80)
    job_title = models.CharField(_("fonction"), max_length=120, blank=True)
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    is_main = models.BooleanField(_("contact principal"), default=False)

    class Meta:
        ordering = ["-is_main", "last_name", "first_name", "pk"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Membership(models.Model):
    """A user acts for a company in a programme (she also holds the ``company`` role there)."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="memberships"
    )
    is_manager = models.BooleanField(_("dirigeant ou référent"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["participation", "user"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.participation_id}"


class TimelineEvent(models.Model):
    """One line of a company's history, written by the app that knows (``services.record_event``)."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=12, choices=choices(EventKind))
    title = models.CharField(_("titre"), max_length=200)
    text = models.TextField(_("texte"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    visible_to_company = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["participation", "-at"], name="timeline_by_date")]

    def __str__(self) -> str:
        return self.title


class ImportBatch(models.Model):
    """A file of companies: read, checked as a whole, then applied in short resumable chunks."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="company_imports")
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=choices(ImportStatus), default=ImportStatus.READING)
    problem = models.TextField(blank=True)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.filename


class ImportRow(models.Model):
    """One staged row: what it would do, and every reason why not."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=choices(RowOutcome))
    label = models.CharField(max_length=250, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    warnings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    applied = models.BooleanField(default=False)

    class Meta:
        ordering = ["number", "pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_unique")]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"

    def as_dict(self) -> dict[str, Any]:
        """Staged data, for the service that applies it."""
        return dict(self.data)
