"""Search over everything the caller may see."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from core.htmx import render_page
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from reports.selectors import screens

PER_GROUP = 8
MAX_LENGTH = 100


@allow(*STAFF)
@require_safe
def search(request: ProgrammeRequest) -> HttpResponse:
    """Results by kind as one types; the whole page without JavaScript."""
    text = request.GET.get("q", "").strip()[:MAX_LENGTH]
    groups = screens.search_groups(request.access, text, PER_GROUP + 1)
    for group in groups:
        group["has_more"] = len(group["hits"]) > PER_GROUP
        group["hits"] = group["hits"][:PER_GROUP]
    context = {"text": text, "groups": groups, "total": sum(len(group["hits"]) for group in groups)}
    return render_page(request, "reports/search.html", context, partials={"results": "results"})
