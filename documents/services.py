"""Writes about documents: asked for once, laid out once, shared for a while."""

import hashlib
import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from core import audit, exports, files, jobs
from core.models import StoredFile
from core.registries import document_kinds, document_subjects
from documents.enums import DocumentStatus
from documents.models import Document
from documents.rendering import Face, Rendered
from documents.snapshots import freeze
from programme.models import Programme

PDF_TYPE = "application/pdf"
SHARE_SALT = "documents.share"
SHARE_DAYS = 7


def request_document(
    *,
    kind: str,
    programme: Programme,
    actor: User | None,
    title: str,
    context: Any,
    subject: models.Model | None = None,
    for_funders: bool = False,
    is_final: bool = False,
    key: str | None = None,
) -> Document:
    """Ask for a document: its figures are frozen now, a worker lays it out.

    ``context`` is a frozen dataclass (``documents.snapshots.freeze``); ``subject`` is the row it is about,
    of a type somebody registered in ``core.registries.document_subjects``; ``key`` makes a second identical
    request (a double click: put the form's token in it) return the same document. Raises ``LookupError``
    for an unknown kind or subject. Side effects: one document, one job, one audit event.
    """
    document_kinds.get(kind)
    if subject is not None:
        document_subjects.get(_subject_type(subject))
    unique = f"{programme.pk}:{kind}:{key}" if key is not None else None
    existing: Document | None = Document.objects.filter(key=unique).first() if unique is not None else None
    if existing is not None:
        return existing
    document = Document(
        programme=programme,
        kind=kind,
        title=title[:200],
        key=unique,
        subject_type=_subject_type(subject) if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        schema=document_kinds.get(kind).schema,
        is_final=is_final,
        for_funders=for_funders,
        requested_by=actor,
    )
    document.snapshot = {"face": freeze(_face(document)), "content": freeze(context)}
    try:
        return _accept(document, actor)
    except IntegrityError:
        return Document.objects.get(key=unique)


@transaction.atomic
def _accept(document: Document, actor: User | None) -> Document:
    job = jobs.enqueue(
        "documents.render",
        key=f"document-{document.pk}",
        label=document.title,
        programme_id=document.programme_id,
        actor=actor,
        document_id=str(document.pk),
    )
    document.job_id = job.pk
    document.save(force_insert=True)
    audit.record(
        actor=actor,
        verb="document.requested",
        obj=document,
        programme_id=document.programme_id,
        changes={"kind": document.kind, "code": document.code},
    )
    return document


def _subject_type(subject: models.Model) -> str:
    return str(subject._meta.model_name)


def _face(document: Document) -> Face:
    programme = document.programme
    path = reverse("verification:detail", kwargs={"code": document.code})
    return Face(
        title=document.title,
        kind_label=str(document_kinds.get(document.kind).label),
        programme_name=programme.name,
        programme_short_name=programme.short_name,
        region_name=programme.region.name,
        author=document.requested_by.full_name if document.requested_by else "",
        code=document.code,
        verify_url=f"{settings.SITE_URL.rstrip('/')}{path}",
        made_at=timezone.localtime(),
        is_demonstration=programme.is_demonstration,
        is_final=document.is_final,
    )


def file_name(document: Document, extension: str) -> str:
    """Name of a file of a document, unique to it: ``rapport-d-avancement-K7QM2RTX4P.pdf``."""
    words = slugify(document.title.replace("’", "-").replace("'", "-"))[:120] or document.kind
    return f"{words}-{document.code}.{extension}"


def complete_document(*, document: Document, rendered: Rendered) -> bool:
    """Keep the files of a document, once; false when another worker was first.

    Files are stored outside the transaction; an attempt that died between storing and this update left
    files of the same name and hash, which are taken up again. Side effects: files, the document's row.
    """
    stored = _keep(document, rendered.pdf, "pdf", PDF_TYPE)
    data = _keep(document, rendered.workbook, "xlsx", exports.XLSX_TYPE) if rendered.workbook else None
    done = Document.objects.filter(pk=document.pk, status=DocumentStatus.PENDING).update(
        status=DocumentStatus.READY,
        file=stored,
        data_file=data,
        pages=rendered.pages,
        ready_at=timezone.now(),
    )
    if not done:
        _discard_unused(document)
    return bool(done)


def _keep(document: Document, content: bytes, extension: str, content_type: str) -> StoredFile:
    name = file_name(document, extension)
    digest = hashlib.sha256(content).hexdigest()
    earlier = StoredFile.objects.filter(
        programme_id=document.programme_id, name=name, sha256=digest
    ).order_by("created_at")
    return earlier.first() or files.store_bytes(
        content,
        name=name,
        content_type=content_type,
        programme_id=document.programme_id,
        actor=document.requested_by,
    )


def _discard_unused(document: Document) -> None:
    """Remove what a worker that came second stored beside the document's files."""
    kept = Document.objects.get(pk=document.pk)
    names = [file_name(document, extension) for extension in ("pdf", "xlsx")]
    unused = StoredFile.objects.filter(programme_id=document.programme_id, name__in=names).exclude(
        pk__in=[pk for pk in (kept.file_id, kept.data_file_id) if pk]
    )
    for stored in unused:
        stored.content.delete(save=False)
        stored.delete()


@transaction.atomic
def share_document(*, document: Document, actor: User) -> str:
    """An address that downloads the PDF without an account for ``SHARE_DAYS`` days.

    Side effect: an audit event, so that one knows who let the document out.
    """
    token = signing.dumps(str(document.pk), salt=SHARE_SALT)
    audit.record(actor=actor, verb="document.shared", obj=document, programme_id=document.programme_id)
    return f"{settings.SITE_URL.rstrip('/')}{reverse('verification:shared', kwargs={'token': token})}"


def shared_document_id(token: str) -> uuid.UUID | None:
    """The document of a shared address; nothing when it was tampered with or has expired."""
    try:
        return uuid.UUID(signing.loads(token, salt=SHARE_SALT, max_age=SHARE_DAYS * 86_400))
    except signing.BadSignature:
        return None
