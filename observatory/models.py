"""Releases and their protected cells: the only rows a public door reads."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from diagnostics.models import QuestionnaireVersion
from observatory.enums import CellStatus, ReleaseStatus
from programme.models import Programme, ProgrammeOwnedQuerySet


class Release(models.Model):
    """A dated release; never changes once published, a correction is a new release.

    ``audit`` keeps the outcome of the attack; ``suppressions`` counts cells by status.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveSmallIntegerField(_("numéro"))
    title = models.CharField(_("titre"), max_length=160)
    reference_date = models.DateField(_("date de référence"))
    version = models.ForeignKey(
        QuestionnaireVersion, null=True, on_delete=models.PROTECT, related_name="releases"
    )
    status = models.CharField(max_length=10, choices=choices(ReleaseStatus), default=ReleaseStatus.PREPARING)
    companies = models.PositiveIntegerField(_("entreprises"), null=True)
    audit = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    suppressions = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    job_id = models.UUIDField(null=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-reference_date", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="release_number_unique"),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False), name="release_published_at"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ReleaseTable(models.Model):
    """One table of a release: its dimensions and what it measures."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="tables")
    code = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    dimensions = models.JSONField(default=list)
    unit = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["release", "code"], name="release_table_unique")]

    def __str__(self) -> str:
        return self.title


class ReleaseCell(models.Model):
    """One protected cell. A suppressed cell holds no figure at all, not even for staff."""

    table = models.ForeignKey(ReleaseTable, on_delete=models.CASCADE, related_name="cells")
    row = models.CharField(max_length=60)
    row_label = models.CharField(max_length=200)
    column = models.CharField(max_length=60, blank=True)
    column_label = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=choices(CellStatus))
    count = models.PositiveIntegerField(null=True)
    value_tenths = models.IntegerField(null=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["table", "row", "column"], name="release_cell_unique"),
            models.CheckConstraint(
                condition=Q(status="published")
                | Q(status="empty")
                | (Q(count__isnull=True) & Q(value_tenths__isnull=True)),
                name="suppressed_cell_is_blank",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_id}:{self.row}×{self.column}"
