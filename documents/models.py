"""A document: what it tells is frozen in a snapshot; its file and hash are the authority."""

import secrets
import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import StoredFile
from documents.enums import DocumentStatus
from programme.models import Programme, ProgrammeOwnedQuerySet

# Letters and digits that nobody confuses when reading a code aloud.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_code() -> str:
    """A verification code printed on the document: 10 unambiguous characters (about 50 bits)."""
    return "".join(secrets.choice(CODE_ALPHABET) for _index in range(10))


class Document(models.Model):
    """A document of some registered kind.

    ``subject_type`` / ``subject_id`` say what it is about (``participation`` 12) without a foreign key
    to a higher app, which says who may read it (``core.registries.document_subjects``). ``snapshot`` holds
    ``face`` (what every document prints) and ``content`` (the kind's own figures, of version ``schema``);
    the file is made of it alone. The same ``key`` is the same document: a double click makes one.
    A withdrawn document lost its snapshot and its files; its hash and its code remain, to say so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=60)
    title = models.CharField(_("titre"), max_length=200)
    key = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 -- NULL: no idempotency asked
    code = models.CharField(max_length=10, unique=True, default=new_code)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    snapshot = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    schema = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=9, choices=choices(DocumentStatus), default=DocumentStatus.PENDING)
    is_final = models.BooleanField(_("définitif"), default=False)
    for_funders = models.BooleanField(_("visible des financeurs"), default=False)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    data_file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    pages = models.PositiveSmallIntegerField(null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="documents"
    )
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ready_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_sha256 = models.CharField(max_length=64, blank=True)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["programme", "kind", "-created_at"], name="document_by_kind"),
            models.Index(fields=["subject_type", "subject_id"], name="document_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="ready")
                | models.Q(file__isnull=False, pages__isnull=False, ready_at__isnull=False),
                name="ready_document_has_its_file",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_ready(self) -> bool:
        """Whether its file can be downloaded."""
        return self.status == DocumentStatus.READY

    @property
    def is_withdrawn(self) -> bool:
        """Whether its file was removed, its time being over or a person it named having asked."""
        return self.status == DocumentStatus.WITHDRAWN
