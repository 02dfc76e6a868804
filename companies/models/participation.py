"""A company's place in a programme, and the stages it went through."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from companies.enums import GroupRole, SizeBand, Stage
from companies.models.company import Establishment
from companies.models.fields import NameKeyField, SearchTextField
from companies.models.group import CompanyGroup
from core.enums import choices
from core.models import TimestampedModel
from programme.access import Access
from programme.enums import Role
from programme.models import Programme, ProgrammeOwnedQuerySet


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
    group_role = models.CharField(
        _("place dans le groupe"), max_length=10, choices=choices(GroupRole), blank=True
    )
    stage = models.CharField(_("étape"), max_length=12, choices=choices(Stage), default=Stage.SPOTTED)
    # A list sorts by the way, not by the alphabet of the codes.
    stage_rank = models.GeneratedField(
        expression=Case(
            *(When(stage=stage.value, then=Value(rank)) for rank, stage in enumerate(Stage)),
            default=Value(0),
            output_field=models.SmallIntegerField(),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
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
    register_pending = models.BooleanField(_("à compléter par le répertoire"), default=False)
    register_checked_at = models.DateTimeField(_("lue dans le répertoire le"), null=True, blank=True)
    warning = models.CharField(_("avertissement"), max_length=250, blank=True)
    observatory_consent = models.BooleanField(_("réutilisation des réponses acceptée"), default=False)
    observatory_consent_at = models.DateTimeField(null=True, blank=True)

    # What this programme states of a company that another programme knows too: the shared identity is
    # then left alone, so that neither programme sees anything of the other.
    stated = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    name = models.CharField(max_length=250)
    name_key = NameKeyField(max_length=120, blank=True, editable=False)
    city = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=5, blank=True)
    company_created_on = models.DateField(null=True, blank=True)
    search_text = SearchTextField(blank=True)
    section = models.CharField(max_length=1, blank=True)
    a10 = models.CharField(max_length=2, blank=True)
    activity_code = models.CharField(max_length=6, blank=True)
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
            models.Index(fields=["programme", "stage_rank", "name_key", "id"], name="participation_by_rank"),
            models.Index(
                fields=["programme", "next_step_on", "name_key", "id"], name="participation_by_next"
            ),
            models.Index(
                fields=["programme", "maturity_tenths", "name_key", "id"], name="participation_by_maturity"
            ),
            models.Index(
                fields=["programme", "department_code", "name_key", "id"], name="participation_by_dept"
            ),
            models.Index(fields=["programme", "updated_at", "id"], name="participation_by_change"),
            models.Index(fields=["programme", "postal_code"], name="participation_by_postcode"),
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
