"""Questionnaires and their immutable versions."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TimestampedModel
from programme.models import Programme


class Questionnaire(TimestampedModel):
    """A questionnaire, shared by every programme when ``programme`` is empty."""

    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.CASCADE, related_name="questionnaires"
    )
    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = models.CharField(_("titre"), max_length=200)
    origin = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="adaptations"
    )
    """What it was copied from: its answers tell what a change would do here."""

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class QuestionnaireVersion(models.Model):
    """One definition; once published it never changes, and each answer set names its own version."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(encoder=DjangoJSONEncoder)
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(_("modifié le"), null=True, blank=True)
    effect = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    """The effect on real answers last measured, with the hash of the text it was measured on."""

    class Meta:
        ordering = ["questionnaire", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaire_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.questionnaire} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to rewrite a published definition."""
        if self.pk and type(self).objects.filter(pk=self.pk, published_at__isnull=False).exists():
            raise TypeError("a published questionnaire version never changes")
        super().save(*args, **kwargs)

    @property
    def is_draft(self) -> bool:
        """Whether it may still be changed."""
        return self.published_at is None

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse to lose a published definition: answers are read against it for ever."""
        if self.published_at is not None:
            raise TypeError("a published questionnaire version is never deleted")
        return super().delete(*args, **kwargs)
