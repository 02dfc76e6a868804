"""Request reference, htmx redirects for signed-out callers, and the last net under business errors."""

import logging
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from core.context import entered_by
from core.enums import Door
from core.errors import BusinessError, NotVisible

GetResponse = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)


class RequestContextMiddleware:
    """Give each request a reference (shown on error pages, in logs) and tell services their door."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Run the request inside its context and add the response headers every page carries."""
        reference = uuid.uuid4().hex[:12]
        door = Door.API if request.path.startswith("/api/") else Door.PAGE
        request.reference = reference  # type: ignore[attr-defined]
        with entered_by(door, reference):
            response = self.get_response(request)
        response.headers.setdefault("X-Request-ID", reference)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class HtmxRedirectMiddleware:
    """Turn a redirect to the sign-in page into one that htmx follows as a whole page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Rewrite redirects for htmx and mark pages that differ for it."""
        response = self.get_response(request)
        is_htmx = bool(getattr(request, "htmx", False))
        if is_htmx and response.status_code in (301, 302, 303) and "HX-Redirect" not in response:
            target = response["Location"]
            response = HttpResponse(status=204)
            response["HX-Redirect"] = target
        if is_htmx:
            patch_vary_headers(response, ["HX-Request"])
        return response


class BusinessErrorMiddleware:
    """Show a refused rule as a plain page when a view did not place it next to a field."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass through; the work is in ``process_exception``."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 409 with the reason, or 404 for what the caller may not know of."""
        if request.path.startswith("/api/"):
            return None
        if isinstance(exception, NotVisible):
            return render(request, "404.html", status=404)
        if isinstance(exception, BusinessError):
            if getattr(request, "htmx", False):
                # A part of a page was asked for: the reason alone, which ``feedback.js`` shows at once.
                return HttpResponse(exception.message, content_type="text/plain; charset=utf-8", status=409)
            return render(request, "core/refused.html", {"error": exception}, status=409)
        return None
