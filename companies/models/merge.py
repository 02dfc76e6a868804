"""Companies entered twice and made one."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models.participation import Participation
from programme.models import Programme, ProgrammeOwnedQuerySet


class CompanyMerge(models.Model):
    """What became of a record that was merged: its number, its SIRET, every value it had."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="company_merges")
    kept = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="merges")
    merged_pk = models.BigIntegerField()
    siret = models.CharField(max_length=14)
    name = models.CharField(max_length=250)
    values = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    moved = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(_("motif"), max_length=250, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["programme", "merged_pk"], name="merged_once")]
        indexes = [models.Index(fields=["programme", "siret"], name="merge_by_siret")]

    def __str__(self) -> str:
        return f"{self.name} → {self.kept_id}"
