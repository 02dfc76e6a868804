"""Courses, sessions by half-day, enrolments and attendance."""

from datetime import date

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
from trainings.enums import (
    AgeBand,
    Contract,
    CourseLevel,
    DayPart,
    Delivery,
    EnrolmentStatus,
    Occupation,
    SessionStatus,
    Sex,
    Stake,
)

# Meeting links carry long keys: three hundred characters are common.
LONGEST_LINK = 500


class Provider(models.Model):
    """A training body. ``representative`` signs its certificates: name and quality."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="providers")
    name = models.CharField(_("nom"), max_length=160)
    declaration_number = models.CharField(_("numéro de déclaration d’activité"), max_length=20, blank=True)
    representative = models.CharField(_("signataire des certificats"), max_length=170, blank=True)
    city = models.CharField(_("ville de signature"), max_length=120, blank=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="provider_name_unique")]

    def __str__(self) -> str:
        return self.name


class ProviderMember(models.Model):
    """A trainer's account in a training body (she also holds the ``trainer`` role).

    A coordinator follows every session of the body; others only those they lead.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="provider_memberships"
    )
    is_coordinator = models.BooleanField(_("suit toutes les sessions de l’organisme"), default=False)

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
    level = models.CharField(_("niveau"), max_length=10, choices=choices(CourseLevel))
    audience = models.TextField(_("public"))
    objectives = models.JSONField(_("objectifs"), default=list)
    outline = models.JSONField(_("programme"), default=list)
    half_days = models.PositiveSmallIntegerField(_("demi-journées"))
    minutes = models.PositiveIntegerField(_("durée en minutes"))
    delivery = models.CharField(_("modalité"), max_length=10, choices=choices(Delivery))

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["stake", "title"]
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="course_code_unique")]

    def __str__(self) -> str:
        return self.title


class SessionQuerySet(ProgrammeOwnedQuerySet):
    """Sessions, narrowed by programme and by caller."""

    def visible_to(self, access: Access) -> "SessionQuerySet":
        """Staff see all, trainers those they lead or coordinate, others none here.

        Companies register through ``open_to_companies``.
        """
        rows: SessionQuerySet = self.filter(programme=access.programme)
        if access.is_staff:
            return rows
        if access.has(Role.TRAINER):
            coordinated = ProviderMember.objects.filter(user=access.user, is_coordinator=True)
            return rows.filter(Q(trainer=access.user) | Q(provider__in=coordinated.values("provider_id")))
        return rows.none()

    def open_to_companies(self, programme: Programme, today: date) -> "SessionQuerySet":
        """Sessions that still take registrations: open, and not yet begun."""
        rows: SessionQuerySet = self.filter(
            programme=programme, status=SessionStatus.OPEN, starts_on__gte=today
        )
        return rows


class Session(TimestampedModel):
    """A course held at given half-days, in a place or by link.

    ``starts_on`` and ``ends_on`` are projections of the half-days, kept by services so that lists sort
    and filter on one table. ``request_key`` is the planning form's own key: sent twice, it makes one session.
    ``calendar_sequence`` grows with each change, so that calendars replace the entry they hold.
    """

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
    link = models.URLField(_("lien à distance"), max_length=LONGEST_LINK, blank=True)
    capacity_min = models.PositiveSmallIntegerField(_("effectif minimum"), default=4)
    capacity_max = models.PositiveSmallIntegerField(_("effectif maximum"), default=12)
    price_cents = CentsField(_("prix par personne"), default=0)
    status = models.CharField(
        _("état"), max_length=10, choices=choices(SessionStatus), default=SessionStatus.OPEN
    )
    starts_on = models.DateField(_("premier jour"))
    ends_on = models.DateField(_("dernier jour"))
    calendar_sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    request_key = models.UUIDField(null=True, unique=True, editable=False)

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
    """A half-day of a session: the unit of signature and of hours.

    ``minutes`` is its length, kept so that the database can add hours up.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="half_days")
    day = models.DateField(_("jour"))
    part = models.CharField(_("moment"), max_length=2, choices=choices(DayPart))
    starts_at = models.TimeField(_("début"))
    ends_at = models.TimeField(_("fin"))
    minutes = models.PositiveSmallIntegerField(_("durée en minutes"), editable=False)

    class Meta:
        ordering = ["day", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "day", "part"], name="half_day_unique"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="half_day_times"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="half_day_minutes"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.part}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Enrolments, narrowed by caller."""

    def visible_to(self, access: Access) -> "EnrolmentQuerySet":
        """People of the sessions or of the companies that the caller may see, in one programme."""
        rows = self.filter(session__programme=access.programme)
        if access.is_office:
            return rows
        allowed = Q(pk__in=[])
        if access.has(Role.TRAINER):
            allowed |= Q(session__in=Session.objects.visible_to(access).values("pk"))
        if access.has(Role.ADVISOR, Role.COMPANY):
            companies = Participation.objects.visible_to(access)
            allowed |= Q(participation__in=companies.values("pk"))
        return rows.filter(allowed)

    def holding_a_place(self) -> "EnrolmentQuerySet":
        """Registered people, neither waiting nor cancelled."""
        return self.filter(status=EnrolmentStatus.REGISTERED)

    def waiting(self) -> "EnrolmentQuerySet":
        """People of the waiting list, in their order of arrival."""
        return self.filter(status=EnrolmentStatus.WAITING).order_by("waiting_since", "pk")


class Enrolment(TimestampedModel):
    """A person of a company takes part in a session. Profile fields are only what the agreement asks."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="enrolments")
    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="enrolments")
    first_name = models.CharField(_("prénom"), max_length=80)
    last_name = models.CharField(_("nom"), max_length=80)
    email = models.EmailField(_("adresse e-mail"))
    sex = models.CharField(_("sexe"), max_length=1, blank=True, choices=choices(Sex))
    age_band = models.CharField(_("tranche d’âge"), max_length=8, blank=True, choices=choices(AgeBand))
    occupation = models.CharField(
        _("catégorie socioprofessionnelle"), max_length=2, blank=True, choices=choices(Occupation)
    )
    contract = models.CharField(_("contrat"), max_length=14, blank=True, choices=choices(Contract))
    status = models.CharField(
        _("état"), max_length=10, choices=choices(EnrolmentStatus), default=EnrolmentStatus.REGISTERED
    )
    waiting_since = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

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
        return self.full_name

    @property
    def full_name(self) -> str:
        """First name, then surname."""
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
