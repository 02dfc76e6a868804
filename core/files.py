"""Files: accepted by their content, stored under their hash, served as attachments."""

import hashlib
import logging
from pathlib import PurePath
from typing import Any, BinaryIO
from urllib.parse import quote

import filetype
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.http import FileResponse
from django.utils.translation import gettext as _

from core.errors import BusinessError
from core.formats import format_number
from core.models import StoredFile

PIECE_BYTES = 64 * 1024
log = logging.getLogger(__name__)

# Extension → media types that the content may show. Office files are zip archives.
EVIDENCE_TYPES = {
    ".pdf": {"application/pdf"},
    ".png": {"image/png"},
    ".jpg": {"image/jpeg"},
    ".jpeg": {"image/jpeg"},
    ".xlsx": {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/zip",
    },
    ".docx": {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
    },
}


def check_upload(upload: Any, *, accepted: dict[str, set[str]] | None = None) -> str:
    """Check an uploaded file by size, name and content; its media type.

    Raises ``BusinessError`` that says what is wrong: empty, too large, type not accepted, or content
    that is not what the name claims. Side effects: the file is rewound.
    """
    accepted = accepted or EVIDENCE_TYPES
    suffix = PurePath(upload.name).suffix.lower()
    if suffix not in accepted:
        kinds = ", ".join(sorted(extension.lstrip(".").upper() for extension in accepted))
        raise BusinessError(
            _("«\u00a0%(name)s\u00a0» n’est pas d’un type accepté. Types acceptés\u00a0: %(kinds)s.")
            % {"name": upload.name, "kinds": kinds},
            code="file-type",
        )
    if upload.size == 0:
        raise BusinessError(_("«\u00a0%(name)s\u00a0» est vide.") % {"name": upload.name}, code="file-empty")
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise BusinessError(
            _(
                "«\u00a0%(name)s\u00a0» pèse plus de %(limit)s Mo. Réduisez-le ou envoyez-le en "
                "plusieurs fichiers."
            )
            % {"name": upload.name, "limit": format_number(settings.UPLOAD_MAX_BYTES // 2**20)},
            code="file-size",
        )
    upload.seek(0)
    guess = filetype.guess(upload.read(8192))
    upload.seek(0)
    if guess is None or guess.mime not in accepted[suffix]:
        raise BusinessError(
            _(
                "Le contenu de «\u00a0%(name)s\u00a0» ne correspond pas à son extension. "
                "Enregistrez-le de nouveau."
            )
            % {"name": upload.name},
            code="file-content",
        )
    return str(guess.mime)


def store_upload(upload: Any, *, programme_id: int, actor: Any) -> StoredFile:
    """Check and keep an uploaded file. Raises ``BusinessError`` when it is refused."""
    content_type = check_upload(upload)
    return store_bytes(
        upload.read(),
        name=PurePath(upload.name).name,
        content_type=content_type,
        programme_id=programme_id,
        actor=actor,
    )


def store_bytes(
    content: bytes, *, name: str, content_type: str, programme_id: int | None, actor: Any = None
) -> StoredFile:
    """Keep bytes made by the application. Side effects: one file in the storage and one row."""
    digest = hashlib.sha256(content).hexdigest()
    stored = StoredFile(
        programme_id=programme_id,
        name=name[-200:],
        content_type=content_type,
        size=len(content),
        sha256=digest,
        uploaded_by=actor,
    )
    stored.content.save(f"{stored.pk}{PurePath(name).suffix.lower()}", ContentFile(content), save=False)
    stored.save(force_insert=True)
    return stored


def store_stream(
    source: BinaryIO, *, name: str, content_type: str, programme_id: int | None, actor: Any = None
) -> StoredFile:
    """Keep a large file made by the application, read in pieces: memory does not depend on its size.

    ``source`` is open for reading and can be rewound. Side effects: one file in the storage and one row.
    """
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while chunk := source.read(PIECE_BYTES):
        digest.update(chunk)
        size += len(chunk)
    source.seek(0)
    stored = StoredFile(
        programme_id=programme_id,
        name=name[-200:],
        content_type=content_type,
        size=size,
        sha256=digest.hexdigest(),
        uploaded_by=actor,
    )
    stored.content.save(f"{stored.pk}{PurePath(name).suffix.lower()}", File(source), save=False)
    stored.save(force_insert=True)
    return stored


def discard(stored: StoredFile) -> None:
    """Delete a file that nothing names any more, once the transaction is committed."""
    storage, name = stored.content.storage, str(stored.content.name)
    stored.delete()
    transaction.on_commit(lambda: storage.delete(name))


def serve(stored: StoredFile) -> FileResponse:
    """Send a file whose right the calling view has checked: as an attachment, never sniffed.

    Raises ``BusinessError`` when the storage has lost it: a restored database may know files that it has not.
    """
    try:
        content = stored.content.open("rb")
    except FileNotFoundError as error:
        log.error("stored file is missing", extra={"file": str(stored.pk), "sha256": stored.sha256})
        raise BusinessError(
            _(
                "«\u00a0%(name)s\u00a0» n’est plus dans le stockage. Donnez à l’assistance la référence "
                "%(reference)s."
            )
            % {"name": stored.name, "reference": str(stored.pk)[:12]},
            code="file-missing",
        ) from error
    response = FileResponse(content, content_type=stored.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name)}"
    response["Content-Length"] = str(stored.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
