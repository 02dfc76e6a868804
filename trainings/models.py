"""Courses, sessions by half-day, enrolments and attendance."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.models import Participation
from core.enums import choices
from core.models import TimestampedModel
from core.money import CentsField
from programme.access import Access
from programme.enums import Role
from programme.models import Programme, ProgrammeOwnedQuerySet
from trainings.enums import EnrolmentStatus, SessionStatus, Slot, Stake


class Provider(models.Model):
    """A training body."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="providers")
    name = models.CharField(_("nom"), max_length=160)
    declaration_number = models.CharField(_("numéro de déclaration d’activité"), max_length=20, blank=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="provider_name_unique")]

    def __str__(self) -> str:
        return self.name


class ProviderMember(models.Model):
    """A trainer's account in a training body (she also holds the ``trainer`` role)."""

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="provider_memberships"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["provider", "user"], name="provider_member_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.provider_id}"


class Course(TimestampedModel):
    """A course of the catalogue of a programme."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="courses")
    code = models.SlugField(max_length=60)
    title = models.CharField(_("titre"), max_length=200)
    stake = models.CharField(_("enjeu"), max_length=10, choices=choices(Stake))
    level = models.CharField(_("niveau"), max_length=40)
    audience = models.TextField(_("public"))
    objectives = models.JSONField(_("objectifs"), default=list)
    outline = models.JSONField(_("programme"), default=list)
    half_days = models.PositiveSmallIntegerField(_("demi-journées"))
    minutes = models.PositiveIntegerField(_("durée en minutes"))
    delivery = models.CharField(_("modalité"), max_length=40)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["stake", "title"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="course_code_unique")]

    def __str__(self) -> str:
        return self.title


class SessionQuerySet(ProgrammeOwnedQuerySet):
    """Sessions, narrowed by programme and by caller."""

    def visible_to(self, access: Access) -> "SessionQuerySet":
        """Staff see all, trainers those of their body, others none (companies read open ones elsewhere)."""
        rows: SessionQuerySet = self.filter(programme=access.programme)
        if access.is_staff:
            return rows
        if access.has(Role.TRAINER):
            return rows.filter(
                Q(trainer=access.user)
                | Q(provider__in=Provider.objects.filter(members__user=access.user).values("pk"))
            )
        return rows.none()


class Session(TimestampedModel):
    """A course held at given half-days, in a place or by link."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="sessions")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    provider = models.ForeignKey(Provider, null=True, on_delete=models.PROTECT, related_name="sessions")
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="led_sessions",
    )
    trainer_name = models.CharField(_("formateur"), max_length=170, blank=True)
    place = models.CharField(_("lieu"), max_length=200, blank=True)
    link = models.URLField(_("lien à distance"), blank=True)
    capacity_min = models.PositiveSmallIntegerField(_("effectif minimum"), default=4)
    capacity_max = models.PositiveSmallIntegerField(_("effectif maximum"), default=12)
    price_cents = CentsField(_("prix par personne"), default=0)
    status = models.CharField(
        _("état"), max_length=10, choices=choices(SessionStatus), default=SessionStatus.PLANNED
    )
    starts_on = models.DateField(_("premier jour"))
    ends_on = models.DateField(_("dernier jour"))

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity_min__gte=1) & Q(capacity_max__gte=F("capacity_min")),
                name="session_capacity",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="session_dates"),
            models.CheckConstraint(condition=Q(price_cents__gte=0), name="session_price_positive"),
        ]
        indexes = [models.Index(fields=["programme", "starts_on"], name="session_by_date")]

    def __str__(self) -> str:
        return f"{self.course} ({self.starts_on:%d/%m/%Y})"


class HalfDay(models.Model):
    """A half-day of a session: the unit of signature and of hours."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="half_days")
    day = models.DateField(_("jour"))
    part = models.CharField(_("moment"), max_length=10, choices=choices(Slot))
    starts_at = models.TimeField(_("début"))
    ends_at = models.TimeField(_("fin"))

    class Meta:
        ordering = ["day", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "day", "part"], name="half_day_unique"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="half_day_times"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.part}"


class Enrolment(TimestampedModel):
    """A person of a company takes part in a session. Profile fields are only what the agreement asks."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="enrolments")
    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="enrolments")
    first_name = models.CharField(_("prénom"), max_length=80)
    last_name = models.CharField(_("nom"), max_length=80)
    email = models.EmailField(_("adresse e-mail"))
    sex = models.CharField(_("sexe"), max_length=6, blank=True)
    age_band = models.CharField(_("tranche d’âge"), max_length=10, blank=True)
    occupation = models.CharField(_("catégorie socioprofessionnelle"), max_length=2, blank=True)
    contract = models.CharField(_("contrat"), max_length=14, blank=True)
    status = models.CharField(
        _("état"), max_length=10, choices=choices(EnrolmentStatus), default=EnrolmentStatus.ENROLLED
    )
    waiting_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "email"],
                condition=~Q(status="cancelled"),
                name="enrolment_once",
            )
        ]
        indexes = [models.Index(fields=["session", "status"], name="enrolment_by_status")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Attendance(models.Model):
    """A trainee was present, or not, at one half-day."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attendances")
    half_day = models.ForeignKey(HalfDay, on_delete=models.CASCADE, related_name="attendances")
    present = models.BooleanField(_("présent"))
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    marked_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["enrolment", "half_day"], name="attendance_unique")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.half_day_id} {self.present}"
