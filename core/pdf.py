"""The only door to WeasyPrint: HTML in, tagged PDF out, the same bytes for the same input."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

logging.getLogger("fontTools").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Attachment:
    """A file carried inside the PDF (machine-readable figures)."""

    name: str
    content: bytes
    description: str


@dataclass(frozen=True)
class Pdf:
    """A laid out document and how many pages it has."""

    content: bytes
    pages: int


@cache
def _stylesheet() -> "tuple[weasyprint.CSS, FontConfiguration]":
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    path = Path(settings.BASE_DIR) / "static" / "css" / "pdf.css"
    return weasyprint.CSS(filename=str(path), font_config=fonts), fonts


def html_to_pdf(html: str, *, created: datetime, attachments: Sequence[Attachment] = ()) -> Pdf:
    """Lay out a print template as PDF/UA-1.

    ``created`` is the date of the snapshot: with fixed dates the same code, fonts and libraries give
    the same bytes. A document is made of its snapshot alone: nothing is fetched while it is laid out, and
    WeasyPrint's ``FatalURLFetchingError`` is raised when the HTML asks for anything outside itself.
    """
    import weasyprint

    stylesheet, fonts = _stylesheet()
    inside_only = weasyprint.urls.URLFetcher(allowed_protocols=["data"], fail_on_errors=True)
    source = weasyprint.HTML(string=html, url_fetcher=inside_only)
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
    laid_out = source.render(stylesheets=[stylesheet], font_config=fonts, pdf_variant="pdf/ua-1")
    laid_out.metadata.attachments = files
    content = laid_out.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"edec-ia", pdf_tags=True)
    return Pdf(content=bytes(content), pages=len(laid_out.pages))
