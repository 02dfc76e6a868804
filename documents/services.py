"""Writes about documents: asked for once, laid out once, shared for a while."""

import hashlib
import uuid
from functools import partial
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from core import audit, exports, files, jobs
from core.models import Job, StoredFile
from core.registries import document_histories, document_kinds, document_subjects
from documents.enums import DocumentStatus
from documents.models import Document
from documents.rendering import Face, Rendered
from documents.snapshots import freeze
from notifications.enums import Topic
from notifications.services import send_message, wants
from programme.links import programme_url
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
    files of the same name and hash, which are taken up again. Side effects: files, the document's row, a
    line in the history of what it is about, an e-mail to whoever asked when the kind is announced and she
    wants it.
    """
    stored = _keep(document, rendered.pdf, "pdf", PDF_TYPE)
    data = _keep(document, rendered.workbook, "xlsx", exports.XLSX_TYPE) if rendered.workbook else None
    with transaction.atomic():
        done = Document.objects.filter(pk=document.pk, status=DocumentStatus.PENDING).update(
            status=DocumentStatus.READY,
            file=stored,
            data_file=data,
            pages=rendered.pages,
            ready_at=timezone.now(),
        )
        if done:
            _announce(document, rendered.pages)
            _write_down(document)
    if not done:
        _discard_unused(document)
    return bool(done)


def _write_down(document: Document) -> None:
    if document.subject_type in document_histories:
        url = programme_url(document.programme, "documents:detail", pk=document.pk)
        tell = document_histories.get(document.subject_type)
        tell(document.subject_id, document.title, url, document.requested_by)


def _announce(document: Document, pages: int) -> None:
    """Tell whoever asked that the document is ready, if she wants to be told."""
    person = document.requested_by
    if person is None or not person.is_active or not document_kinds.get(document.kind).is_announced:
        return
    if not wants(user=person, programme=document.programme, topic=Topic.DOCUMENTS):
        return
    page = programme_url(document.programme, "documents:detail", pk=document.pk)
    send_message(
        template="document_ready",
        recipient=person,
        programme=document.programme,
        context={
            "name": person.first_name or person.full_name,
            "title": document.title,
            "pages": pages,
            "page_url": f"{settings.SITE_URL.rstrip('/')}{page}",
        },
        topic=Topic.DOCUMENTS,
    )


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
def withdraw_document(*, document: Document) -> bool:
    """Remove what a document tells and its files; its code and its hash remain. Twice changes nothing.

    Side effects: files are removed from the storage after commit; its title, which may name somebody,
    becomes its kind's name wherever it was written; one audit event.
    """
    document = Document.objects.select_for_update().get(pk=document.pk)
    if document.is_withdrawn:
        return False
    kind = document_kinds.get(document.kind) if document.kind in document_kinds else None
    label = str(kind.label) if kind else document.kind
    stored = list(StoredFile.objects.filter(pk__in=[document.file_id, document.data_file_id]))
    document.withdrawn_sha256 = next((f.sha256 for f in stored if f.pk == document.file_id), "")
    document.file = document.data_file = None
    document.title, document.snapshot, document.pages = label, {}, None
    document.status, document.withdrawn_at = DocumentStatus.WITHDRAWN, timezone.now()
    document.save()
    if document.job_id is not None:
        Job.objects.filter(pk=document.job_id).update(label=label, error="")
    audit.forget_names([document], label)
    for each in stored:
        storage, name = each.content.storage, str(each.content.name)
        each.delete()
        transaction.on_commit(partial(storage.delete, name))
    audit.record(actor=None, verb="document.withdrawn", obj=document, programme_id=document.programme_id)
    return True


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
