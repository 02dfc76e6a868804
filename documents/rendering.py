"""From a snapshot to a file: HTML, then PDF and workbook. Reads nothing but the snapshot."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core import exports, pdf
from core.registries import document_kinds
from documents.models import Document
from documents.snapshots import revive

FIGURES_NAME = "donnees.json"
Progress = Callable[[int, str], None]


@dataclass(frozen=True)
class Face:
    """What every document prints, whatever its kind; frozen with its figures."""

    title: str
    kind_label: str
    programme_name: str
    programme_short_name: str
    region_name: str
    author: str
    code: str
    verify_url: str
    made_at: datetime
    is_demonstration: bool
    is_final: bool


@dataclass(frozen=True)
class Rendered:
    """The files of a document."""

    pdf: bytes
    pages: int
    workbook: bytes | None


def face_of(document: Document) -> Face:
    """The frozen face of a document."""
    return revive(Face, document.snapshot["face"])


def qr_code(face: Face) -> SafeString:
    """The verification address as an inline drawing with its alternative text."""
    title = _("Code QR vers la page de vérification\u00a0: %(url)s") % {"url": face.verify_url}
    drawing = segno.make(face.verify_url, error="m", micro=False).svg_inline(
        scale=4, border=0, dark="#16233b", title=title, omitsize=True
    )
    return mark_safe(drawing)  # noqa: S308 -- drawn by segno from our own address, its title is escaped there


def render_html(document: Document) -> str:
    """The print page of a document. Raises ``LookupError`` for a kind nobody registered."""
    kind = document_kinds.get(document.kind)
    content = document.snapshot["content"]
    face = face_of(document)
    extra = kind.prepare(content) if kind.prepare else {}
    return render_to_string(kind.template, {"snapshot": content, "face": face, "qr": qr_code(face), **extra})


def figures_json(document: Document) -> bytes:
    """The figures of a document for machines, as they are attached to its PDF."""
    body: dict[str, Any] = {
        "document": document.snapshot["face"],
        "kind": document.kind,
        "schema": document.schema,
        "figures": document.snapshot["content"],
    }
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode()


def render(document: Document, *, progress: Progress | None = None) -> Rendered:
    """Lay a document out. The same snapshot, code, fonts and libraries give the same bytes.

    ``progress(percent, step)`` is told where the work is.
    """
    tell = progress or (lambda _percent, _step: None)
    kind = document_kinds.get(document.kind)
    face = face_of(document)
    tell(10, _("Rédaction des pages"))
    html = render_html(document)
    tell(30, _("Mise en page"))
    figures = pdf.Attachment(
        name=FIGURES_NAME,
        content=figures_json(document),
        description=_("Données chiffrées du document, lisibles par une machine"),
    )
    laid_out = pdf.html_to_pdf(html, created=face.made_at, attachments=[figures])
    tell(80, _("Classeur des données"))
    sheets = list(kind.tables(document.snapshot["content"])) if kind.tables else []
    workbook = exports.xlsx_bytes(sheets, created=face.made_at) if sheets else None
    return Rendered(pdf=laid_out.content, pages=laid_out.pages, workbook=workbook)
