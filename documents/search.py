"""Search provider: documents by title or code."""

from django.db.models import Q
from django.utils import timezone

from core.formats import format_date
from core.i18n import gettext_lazy as _
from core.registries import SearchHit, SearchProvider, search_providers
from documents.selectors import kind_label, normalise_code, visible_documents
from programme.access import Access
from programme.links import programme_url


def find_documents(access: Access, text: str, limit: int) -> list[SearchHit]:
    """Documents the caller may read, latest first."""
    wanted = Q(title__icontains=text.strip())
    if code := normalise_code(text):
        wanted |= Q(code=code)
    rows = visible_documents(access).filter(wanted).values_list("pk", "title", "kind", "created_at")
    return [
        SearchHit(
            title,
            f"{kind_label(kind)} · {format_date(timezone.localtime(made_at))}",
            programme_url(access.programme, "documents:detail", pk=pk),
        )
        for pk, title, kind, made_at in rows[:limit]
    ]


search_providers.register("documents", SearchProvider(label=_("Documents"), find=find_documents))
