"""Public pages are the same for everybody and a release never changes: they are rendered once.

What is kept is keyed by everything the bytes depend on: programme (and its last change), release,
latest release, address and version of the application. The answer carries an ETag.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from programme.models import Programme

KEPT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Kept:
    """A public answer: its bytes, plain and compressed, what they are, and their fingerprint."""

    body: bytes
    compressed: bytes
    content_type: str
    filename: str
    etag: str


def serve(
    request: HttpRequest,
    programme: Programme,
    parts: tuple[object, ...],
    build: Callable[[], bytes],
    *,
    content_type: str = "text/html; charset=utf-8",
    filename: str = "",
    seconds: int = 60,
    kept_seconds: int = KEPT_SECONDS,
) -> HttpResponse:
    """Answer with kept bytes, or build and keep them; 304 to who has them already.

    ``parts`` tell this answer from the others of the programme; ``seconds`` is how long a browser or a
    proxy may keep it, ``kept_seconds`` how long we do. A programme that is not public is never kept by a
    proxy.
    """
    key = _key(programme, parts)
    kept: Kept | None = None if settings.DEBUG else cache.get(key)
    if kept is None:
        body = build()
        # nothing secret is in these pages, so that compressing them betrays nothing
        packed = gzip.compress(body, 6, mtime=0)
        kept = Kept(body, packed, content_type, filename, hashlib.sha256(body).hexdigest()[:32])
        cache.set(key, kept, kept_seconds)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = quote_etag(f"{kept.etag}-gzip" if zipped else kept.etag)
    response = HttpResponse(kept.compressed if zipped else kept.body, content_type=kept.content_type)
    response.headers["ETag"] = etag
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = f"{'public' if programme.is_public else 'private'}, max-age={seconds}"
    if kept.filename:
        response.headers["Content-Disposition"] = f'attachment; filename="{kept.filename}"'
    return get_conditional_response(request, etag=etag, response=response) or response


def _key(programme: Programme, parts: tuple[object, ...]) -> str:
    stamp = int(programme.updated_at.timestamp() * 1000)
    named = "|".join(str(part) for part in (settings.APP_VERSION, programme.pk, stamp, *parts))
    return "observatory:" + hashlib.sha256(named.encode()).hexdigest()
