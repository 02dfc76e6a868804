"""Dated tables of peers, against which a company is compared; see ``diagnostics.peers`` for their secrecy.

These rows hold figures of single companies: like answers, they never leave through a public door.
"""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from diagnostics.enums import PeerScope
from diagnostics.models.diagnostic import Diagnostic
from diagnostics.models.questionnaire import QuestionnaireVersion
from programme.models import Programme, ProgrammeOwnedQuerySet


class PeerTable(models.Model):
    """The groups published on one date for one version; a group not in it keeps its former figures."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="peer_tables")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="peer_tables")
    reference_date = models.DateField(_("date"))
    computed_at = models.DateTimeField()

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["reference_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version", "reference_date"], name="peer_table_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}@{self.reference_date}"


class PeerElement(models.Model):
    """The scores of one company (a group of linked ones counts once) as they entered a table."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=40)
    diagnostic = models.ForeignKey(Diagnostic, null=True, on_delete=models.SET_NULL, related_name="+")
    stamp = models.CharField(max_length=60)
    section = models.CharField(max_length=1, blank=True)
    size_band = models.CharField(max_length=8, blank=True)
    scores = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "version", "unit", "stamp", "section", "size_band"],
                name="peer_element_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit}@{self.stamp}"


class PeerGroup(models.Model):
    """One group of a table: how many companies, and for each figure their number and total, in tenths."""

    table = models.ForeignKey(PeerTable, on_delete=models.CASCADE, related_name="groups")
    scope = models.CharField(max_length=12, choices=[(each.value, each.value) for each in PeerScope])
    section = models.CharField(max_length=1, blank=True)
    size_band = models.CharField(max_length=8, blank=True)
    count = models.PositiveIntegerField()
    figures = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    members = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "scope", "section", "size_band"], name="peer_group_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope}:{self.section}:{self.size_band}"
