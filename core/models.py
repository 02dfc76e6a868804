"""Rows without a noun of the domain: jobs, audit events, stored files, small shared bases.

They carry ``programme_id`` without a foreign key, so that ``core`` imports nothing of the domain.
"""

import uuid
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import Door, ImportStatus, JobStatus, RowOutcome, choices


class TimestampedModel(models.Model):
    """Creation and last change, set by the database layer."""

    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifié le"), auto_now=True)

    class Meta:
        abstract = True


class Job(models.Model):
    """A piece of work accepted in the caller's transaction and done by a worker (outbox).

    The row is the truth; the broker's message is only a wake-up. ``token`` fences a worker that
    lost its lease: only the holder of the current token may finish the job.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 -- NULL: no idempotency asked
    label = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    programme_id = models.BigIntegerField(null=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    status = models.CharField(max_length=10, choices=choices(JobStatus), default=JobStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    available_at = models.DateTimeField()
    percent = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(
                fields=["available_at"],
                name="job_open_by_availability",
                condition=Q(status__in=["queued", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"

    @property
    def is_open(self) -> bool:
        """Whether work remains to be done on it."""
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)


class AuditEvent(models.Model):
    """Who did what to which object, when, through which door. Written once, never edited."""

    at = models.DateTimeField(auto_now_add=True)
    programme_id = models.BigIntegerField(null=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="audit_events"
    )
    door = models.CharField(max_length=10, choices=choices(Door))
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField(max_length=200)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse any rewriting of history."""
        if self.pk is not None:
            raise TypeError("an audit event is never edited")
        super().save(*args, **kwargs)


class StoredFile(models.Model):
    """A file kept outside the web root, served only through a view that checks the right."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme_id = models.BigIntegerField(null=True, db_index=True)
    name = models.CharField(_("nom"), max_length=200)
    content = models.FileField(_("contenu"), upload_to="%Y/%m/", max_length=300)
    content_type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="stored_files"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.name


class ImportFile(models.Model):
    """A file to be read, checked as a whole, then applied in short resumable chunks.

    What ``core.staged_imports`` and ``core.staged_pages`` work on; each app adds its programme.
    """

    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=choices(ImportStatus), default=ImportStatus.READING)
    problem = models.TextField(blank=True)
    counts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.filename


class ImportFileRow(models.Model):
    """One staged row: what it would do, and every reason why not. Each app adds its ``batch``."""

    batch_id: int
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=choices(RowOutcome))
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    problems = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    warnings = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    applied = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["number", "pk"]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"
