"""Releases and their protected cells: the only rows a public door reads."""

import uuid
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from diagnostics.models import QuestionnaireVersion
from observatory.enums import CellStatus, Measure, ReleaseStatus
from programme.models import Programme, ProgrammeOwnedQuerySet


class PublishedNeverChanges(TypeError):  # noqa: N818 -- it states the rule that was broken
    """Somebody tried to rewrite a published release; a correction is a new release."""


class FrozenQuerySet(models.QuerySet[Any]):
    """Refuses to change or delete rows of a published release, whatever the path."""

    published_lookup = "table__release__status"

    def _refuse_published(self) -> None:
        if self.filter(**{self.published_lookup: ReleaseStatus.PUBLISHED}).exists():
            raise PublishedNeverChanges("a published release never changes")

    def update(self, **values: Any) -> int:
        """Update rows of releases that are not published. Raises ``PublishedNeverChanges``."""
        self._refuse_published()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete rows of releases that are not published. Raises ``PublishedNeverChanges``."""
        self._refuse_published()
        return super().delete()


class FrozenTableQuerySet(FrozenQuerySet):
    """The same for tables."""

    published_lookup = "release__status"


class ReleaseQuerySet(FrozenQuerySet, ProgrammeOwnedQuerySet):  # type: ignore[override]  # as_manager of each
    """Releases of a programme."""

    published_lookup = "status"

    def published(self) -> Any:
        """Releases that the public may read."""
        return self.filter(status=ReleaseStatus.PUBLISHED)


class Release(models.Model):
    """A dated release; never changes once published, a correction is a new release.

    ``companies`` is the published count of the whole, null when it is withheld. ``audit`` keeps the
    outcome of the attack and the releases it was played with; ``suppressions`` counts cells by status.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveSmallIntegerField(_("numéro"))
    title = models.CharField(_("titre"), max_length=160)
    reference_date = models.DateField(_("date de référence"))
    notes = models.TextField(_("note de publication"), blank=True, max_length=2000)
    version = models.ForeignKey(
        QuestionnaireVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="releases"
    )
    status = models.CharField(max_length=10, choices=choices(ReleaseStatus), default=ReleaseStatus.PREPARING)
    companies = models.PositiveIntegerField(_("entreprises"), null=True, blank=True)
    audit = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    suppressions = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    job_id = models.UUIDField(null=True, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ReleaseQuerySet.as_manager()

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to rewrite a published release. Raises ``PublishedNeverChanges``."""
        if not self._state.adding:
            type(self).objects.filter(pk=self.pk)._refuse_published()  # noqa: SLF001 -- same module
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse to lose a published release. Raises ``PublishedNeverChanges``."""
        type(self).objects.filter(pk=self.pk)._refuse_published()  # noqa: SLF001 -- same module
        return super().delete(*args, **kwargs)

    @property
    def status_label(self) -> str:
        """Its state on screen."""
        return str(ReleaseStatus(self.status).label)

    @property
    def status_tone(self) -> str:
        """Tone of its badge."""
        return ReleaseStatus(self.status).tone

    @property
    def is_published(self) -> bool:
        """Whether anybody may read it."""
        return self.status == ReleaseStatus.PUBLISHED

    @property
    def can_be_published(self) -> bool:
        """Computed, and its attack passed."""
        return self.status == ReleaseStatus.READY


class ReleaseTable(models.Model):
    """One table of a release: its dimensions (axis, label) and what it measures."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="tables")
    code = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    measure = models.CharField(max_length=5, choices=choices(Measure), default=Measure.COUNT)
    dimensions = models.JSONField(default=list)
    note = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = FrozenTableQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["release", "code"], name="release_table_unique")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to add to or rewrite a published release. Raises ``PublishedNeverChanges``."""
        Release.objects.filter(pk=self.release_id)._refuse_published()  # noqa: SLF001 -- same module
        super().save(*args, **kwargs)


class ReleaseCell(models.Model):
    """One protected cell. A withheld cell holds no figure at all, not even for staff.

    ``key`` names the cell whatever the table (``sector=BE;size=10-49``), so that releases can be
    compared; ``repeated`` tells that the figure is that of a former release.
    """

    table = models.ForeignKey(ReleaseTable, on_delete=models.CASCADE, related_name="cells")
    key = models.CharField(max_length=160, blank=True)
    row = models.CharField(max_length=60)
    row_label = models.CharField(max_length=400)
    column = models.CharField(max_length=60, blank=True)
    column_label = models.CharField(max_length=250, blank=True)
    status = models.CharField(max_length=10, choices=choices(CellStatus))
    count = models.PositiveIntegerField(null=True)
    value_tenths = models.IntegerField(null=True)
    repeated = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    objects = FrozenQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["table", "row", "column"], name="release_cell_unique"),
            models.CheckConstraint(
                condition=Q(status="published", count__isnull=False)
                | (~Q(status="published") & Q(count__isnull=True, value_tenths__isnull=True)),
                name="withheld_cell_is_blank",
            ),
            models.CheckConstraint(
                condition=Q(count__isnull=True) | Q(count__gte=5), name="shown_count_at_least_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_id}:{self.row}×{self.column}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to add to or rewrite a published release. Raises ``PublishedNeverChanges``."""
        Release.objects.filter(tables=self.table_id)._refuse_published()  # noqa: SLF001 -- same module
        super().save(*args, **kwargs)
