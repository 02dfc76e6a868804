"""The only door to WeasyPrint: HTML in, tagged PDF out, the same bytes for the same input."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import weasyprint
from django.conf import settings
from weasyprint.text.fonts import FontConfiguration

logging.getLogger("fontTools").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF (machine-readable figures)."""

    name: str
    content: bytes
    description: str


@cache
def _stylesheet() -> tuple[weasyprint.CSS, FontConfiguration]:
    fonts = FontConfiguration()
    path = Path(settings.BASE_DIR) / "static" / "css" / "pdf.css"
    return weasyprint.CSS(filename=str(path), font_config=fonts), fonts


def _refuse_fetch(url: str) -> dict[str, object]:
    """A document is made of its snapshot alone: nothing is fetched while it is laid out."""
    if url.startswith("data:"):
        return dict(weasyprint.default_url_fetcher(url))
    raise ValueError(f"a document may not fetch {url}")


def html_to_pdf(html: str, *, created: datetime, attachments: Sequence[Attachment] = ()) -> bytes:
    """Lay out a print template as PDF/UA-1.

    ``created`` is the date of the snapshot: with fixed dates the same code, fonts and libraries give
    the same bytes. Raises ``ValueError`` when the HTML asks for anything outside itself.
    """
    stylesheet, fonts = _stylesheet()
    document = weasyprint.HTML(string=html, url_fetcher=_refuse_fetch)
    files = [
        weasyprint.Attachment(
            string=attachment.content,
            name=attachment.name,
            description=attachment.description,
            created=created,
            modified=created,
        )
        for attachment in attachments
    ]
    return bytes(
        document.write_pdf(
            stylesheets=[stylesheet],
            font_config=fonts,
            attachments=files or None,
            pdf_variant="pdf/ua-1",
            pdf_identifier=b"edec-ia",
        )
    )
