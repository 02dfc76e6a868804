"""A diagnostic, who answers it, every answer with its history, and the result."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.models import Contact, Membership, Participation
from core.enums import choices
from core.models import TimestampedModel
from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.models.questionnaire import Questionnaire, QuestionnaireVersion
from programme.access import Access
from programme.enums import Role
from programme.models import Programme, ProgrammeOwnedQuerySet


class DiagnosticQuerySet(ProgrammeOwnedQuerySet):
    """Diagnostics, narrowed by programme and by caller."""

    def visible_to(self, access: Access) -> "DiagnosticQuerySet":
        """The office sees all, advisors those of their companies, companies their own, others none."""
        rows: DiagnosticQuerySet = self.filter(programme=access.programme)
        if access.is_office:
            return rows
        advises, belongs = access.has(Role.ADVISOR), access.has(Role.COMPANY)
        if advises and belongs:
            own = Participation.objects.filter(memberships__user=access.user)
            return rows.filter(Q(participation__advisor=access.user) | Q(participation__in=own))
        if advises:
            return rows.filter(participation__advisor=access.user)
        if belongs:
            # A person is a member of a company once: this join repeats no row.
            return rows.filter(participation__memberships__user=access.user)
        return rows.none()

    def read_whole_by(self, access: Access) -> "DiagnosticQuerySet":
        """Those whose answers and result the caller reads whole: staff, and who answers for the company.

        A colleague asked for some sections, or for her own point of view, is a member too: she reads
        what she was asked for, nothing more.
        """
        rows = self.visible_to(access)
        if access.is_staff or access.user is None:
            return rows
        manages = Membership.objects.filter(user=access.user, is_manager=True).values("participation")
        answers = Respondent.objects.filter(user=access.user, is_main=True).values("diagnostic")
        return rows.filter(Q(participation__in=manages) | Q(pk__in=answers))


class Diagnostic(TimestampedModel):
    """A company answers one version of a questionnaire.

    ``result`` is the stored outcome of the score at submission (scores in tenths, 0–1000).
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="diagnostics")
    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="diagnostics")
    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="diagnostics")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="diagnostics")
    status = models.CharField(
        _("état"), max_length=10, choices=choices(DiagnosticStatus), default=DiagnosticStatus.OPEN
    )
    mode = models.CharField(
        _("façon de répondre"),
        max_length=12,
        choices=choices(FillingMode),
        default=FillingMode.SHARED,
        db_default=FillingMode.SHARED,
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField(_("ouvert le"))
    started_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(_("dernière réponse le"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("remis le"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_count = models.PositiveSmallIntegerField(default=0)
    visible_count = models.PositiveSmallIntegerField(default=0)
    # Grows with each save: who writes names the one she read, and reads again when another came between.
    answers_revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    score_tenths = models.PositiveSmallIntegerField(null=True, blank=True)
    level = models.CharField(max_length=40, blank=True)
    level_name = models.CharField(max_length=80, blank=True)
    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    receipt_at = models.DateTimeField(_("accusé de réception envoyé le"), null=True, blank=True)

    objects = DiagnosticQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "questionnaire"],
                condition=Q(status__in=["open", "started"]),
                name="one_open_diagnostic",
            )
        ]
        indexes = [
            models.Index(fields=["programme", "status", "-opened_at"], name="diagnostic_by_status"),
            models.Index(fields=["programme", "submitted_at"], name="diagnostic_by_submission"),
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} – {self.participation}"


class Respondent(models.Model):
    """Whose answers they are. The main respondent's are the company's: they alone are scored.

    The others answer alone, each from her point of view (management, IT, workshop); ``point_of_view`` is
    the name under which their answers are compared.
    """

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="respondents")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=170)
    is_main = models.BooleanField(default=True)
    point_of_view = models.CharField(_("point de vue"), max_length=80, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("terminé le"), null=True, blank=True)
    answered_count = models.PositiveSmallIntegerField(default=0)
    visible_count = models.PositiveSmallIntegerField(default=0)
    files_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-is_main", "pk"]
        constraints = [
            # A manager answers for the company and, besides, from her own point of view.
            models.UniqueConstraint(fields=["diagnostic", "user", "is_main"], name="respondent_unique"),
            models.UniqueConstraint(
                fields=["diagnostic", "point_of_view"],
                condition=Q(is_main=False),
                name="point_of_view_unique",
            ),
            models.UniqueConstraint(
                fields=["diagnostic"], condition=Q(is_main=True), name="one_main_respondent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """The present answer of a respondent to a question.

    ``value`` is plain JSON as the definition expects; ``choice`` repeats a single choice's code so that
    a million answers are counted in SQL. ``is_counted`` turns false, when the diagnostic is handed in, for
    an answer whose question another answer hid. ``by_staff`` marks what an advisor answered for the
    company; ``retained_from`` whose point of view was kept when several disagreed.
    """

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="answers")
    respondent = models.ForeignKey(Respondent, on_delete=models.CASCADE, related_name="answers")
    question_code = models.CharField(max_length=40)
    value = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    choice = models.CharField(max_length=40, blank=True)
    not_applicable = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    is_counted = models.BooleanField(default=True, db_default=True)
    by_staff = models.BooleanField(default=False, db_default=False)
    retained_from = models.ForeignKey(
        Respondent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["respondent", "question_code"], name="answer_unique")]
        indexes = [models.Index(fields=["diagnostic", "question_code", "choice"], name="answer_for_counting")]

    def __str__(self) -> str:
        return f"{self.respondent_id}:{self.question_code}"


class AnswerRevision(models.Model):
    """Every value an answer ever had; the answers' own audit trail."""

    respondent = models.ForeignKey(Respondent, on_delete=models.CASCADE, related_name="revisions")
    question_code = models.CharField(max_length=40)
    value = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    not_applicable = models.BooleanField(default=False)
    comment = models.TextField(blank=True)
    by_staff = models.BooleanField(default=False, db_default=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["saved_at", "pk"]
        indexes = [models.Index(fields=["respondent", "question_code"], name="revision_by_question")]

    def __str__(self) -> str:
        return f"{self.respondent_id}:{self.question_code}@{self.saved_at:%H:%M:%S}"


class DimensionScore(models.Model):
    """Score of one dimension of a submitted diagnostic, in tenths (0–1000); null when nothing counted."""

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="dimension_scores")
    dimension_code = models.CharField(max_length=40)
    score_tenths = models.PositiveSmallIntegerField(null=True)
    level = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "dimension_code"], name="dimension_score_unique")
        ]

    def __str__(self) -> str:
        return f"{self.diagnostic_id}:{self.dimension_code}"
