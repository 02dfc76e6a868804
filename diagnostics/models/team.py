"""Who helps to answer, what is attached to answers, and what was handed in before it was reopened."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import Contact
from core.models import StoredFile
from diagnostics.models.diagnostic import Diagnostic, Respondent


class Contributor(models.Model):
    """A colleague asked for some sections of the company's answers; she sees no other.

    Her answers are the company's: they keep her name, and stay when she is withdrawn.
    """

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="contributors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=170)
    sections = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    invited_at = models.DateTimeField()
    finished_at = models.DateTimeField(_("terminé le"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["diagnostic", "user"], name="contributor_unique")]

    def __str__(self) -> str:
        return self.name


class AnswerFile(models.Model):
    """A file attached to an answer, for the advisor who will read it."""

    respondent = models.ForeignKey(Respondent, on_delete=models.CASCADE, related_name="files")
    question_code = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    by_staff = models.BooleanField(default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["respondent", "question_code"], name="answer_file_by_question")]

    def __str__(self) -> str:
        return f"{self.respondent_id}:{self.question_code}:{self.file_id}"


class Reopening(models.Model):
    """A diagnostic handed in and opened again: who, when, why, and the result told until then."""

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="reopenings")
    reason = models.CharField(_("motif"), max_length=250)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    former_submitted_at = models.DateTimeField()
    former_score_tenths = models.PositiveSmallIntegerField(null=True)
    former_level_name = models.CharField(max_length=80, blank=True)
    former_result = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.diagnostic_id}@{self.at:%Y-%m-%d}"
