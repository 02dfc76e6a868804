"""Reads about documents. What a caller may not see does not exist for her."""

import hashlib
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from core.enums import JobStatus
from core.models import Job
from core.registries import document_kinds, document_subjects
from documents.enums import DocumentStatus
from documents.models import Document
from programme.access import Access
from programme.enums import Role
from programme.links import programme_url


def text_ids(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Identifiers of ``rows`` as text, for ``core.registries.document_subjects`` (whole-number keys only)."""
    texts: QuerySet[Any] = rows.order_by().annotate(text_id=Cast("pk", CharField())).values("text_id")
    return texts


def visible_documents(access: Access) -> QuerySet[Document]:
    """Documents the caller may read.

    The office reads all; funders what was made for them and is ready; others what is about a row that
    the app owning it shows them (``document_subjects``).
    """
    rows: QuerySet[Document] = Document.objects.for_programme(access.programme)
    if access.is_office:
        return rows
    allowed = Q(pk__in=[])
    if access.has(Role.FUNDER):
        allowed |= Q(for_funders=True, status=DocumentStatus.READY)
    if not access.roles.isdisjoint({Role.ADVISOR, Role.TRAINER, Role.COMPANY}):
        for subject_type, visible_ids in document_subjects.items():
            allowed |= Q(subject_type=subject_type, subject_id__in=visible_ids(access))
    return rows.filter(allowed)


def documents_about(access: Access, subject_type: str, subject_id: Any) -> list["DocumentRow"]:
    """Documents about one row, newest first, that the caller may read."""
    about = visible_documents(access).filter(subject_type=subject_type, subject_id=str(subject_id))
    return document_rows(access, with_state(about))


def with_state(rows: QuerySet[Document]) -> QuerySet[Document]:
    """Documents with their job's state, files and author: what a list needs, in one query.

    Their snapshots, which may be large, stay in the database.
    """
    job_status = Job.objects.filter(pk=OuterRef("job_id")).values("status")[:1]
    return (
        rows.defer("snapshot")
        .select_related("file", "data_file", "requested_by")
        .annotate(job_status=Subquery(job_status))
    )


@dataclass(frozen=True)
class DocumentRow:
    """One line of a list of documents."""

    title: str
    kind: str
    url: str
    author: str
    made_at: datetime
    state: str
    tone: str
    pages: int | None
    pdf_url: str
    xlsx_url: str


def document_rows(access: Access, rows: Iterable[Document]) -> list[DocumentRow]:
    """Lines of a list, from documents read ``with_state``."""
    return [_row(access, document) for document in rows]


def _row(access: Access, document: Document) -> DocumentRow:
    def url(name: str) -> str:
        return programme_url(access.programme, f"documents:{name}", pk=document.pk)

    pending = document.status == DocumentStatus.PENDING
    failed = getattr(document, "job_status", None) == JobStatus.ABANDONED and pending
    state = JobStatus.ABANDONED.label if failed else DocumentStatus(document.status).label
    return DocumentRow(
        title=document.title,
        kind=kind_label(document.kind),
        url=url("detail"),
        author=document.requested_by.full_name if document.requested_by else "",
        made_at=document.created_at,
        state=str(state),
        tone="bad" if failed else "good" if document.is_ready else "accent" if pending else "",
        pages=document.pages,
        pdf_url=url("download") if document.is_ready else "",
        xlsx_url=url("download_data") if document.is_ready and document.data_file_id else "",
    )


def kind_label(code: str) -> str:
    """Name of a kind on screen; its code when the app that made it is gone."""
    return str(document_kinds.get(code).label) if code in document_kinds else code


@dataclass(frozen=True)
class Verification:
    """What anybody who holds a document's code may know of it: no name of a person or company."""

    code: str
    title: str
    kind: str
    programme_name: str
    is_demonstration: bool
    made_at: datetime
    is_ready: bool
    is_final: bool
    pages: int | None
    size: int
    sha256: str
    withdrawn_at: datetime | None


def normalise_code(text: str) -> str:
    """A code as people type it: spaces, dashes and small letters do not matter."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def verification(code: str) -> Verification | None:
    """What is known of a code; nothing when no document bears it."""
    document = Document.objects.select_related("programme", "file").filter(code=normalise_code(code)).first()
    if document is None:
        return None
    kind = document_kinds.get(document.kind) if document.kind in document_kinds else None
    label = kind_label(document.kind)
    return Verification(
        code=document.code,
        title=document.title if kind and kind.title_is_public else label,
        kind=label,
        programme_name=document.programme.name,
        is_demonstration=document.programme.is_demonstration,
        made_at=document.created_at,
        is_ready=document.is_ready,
        is_final=document.is_final,
        pages=document.pages,
        size=document.file.size if document.file else 0,
        sha256=document.file.sha256 if document.file else document.withdrawn_sha256,
        withdrawn_at=document.withdrawn_at,
    )


def sha256_of(chunks: Iterable[bytes]) -> str:
    """Hash of a file read in pieces, so that a large one never stands whole in memory."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def ready_document(document_id: uuid.UUID) -> Document | None:
    """A document whose file exists, whatever the programme: for shared addresses only."""
    return Document.objects.select_related("file").filter(pk=document_id, status=DocumentStatus.READY).first()
