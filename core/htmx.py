"""One view answers the page and its fragment."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    partials: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or only its named partial when htmx asks to replace that target.

    ``partials`` maps the id of an htmx target to the name of a partial of ``template``. History
    restoration asks for the whole page. The answer varies on ``HX-Request``.
    """
    htmx: Any = getattr(request, "htmx", None)
    partial = None
    if htmx and partials and not htmx.history_restore_request:
        partial = partials.get(htmx.target or "")
    name = f"{template}#{partial}" if partial else template
    response = render(request, name, context, status=status)
    response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "HX-Request"]))
    return response
