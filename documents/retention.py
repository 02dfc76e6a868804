"""Documents, each by the retention of its kind."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from core.i18n import gettext_lazy as _
from core.keeping import years_after
from core.registries import DueItem, RetentionRule, document_kinds, retention_rules
from documents.models import Document
from documents.services import withdraw_document

UNKNOWN_KIND_YEARS = 10
"""Years of a document whose app is gone: the longest the law asks for."""


def due_documents(programme: Any, today: date) -> list[DueItem]:
    """Documents whose kind's years have gone by, oldest first."""
    if programme is None:
        return []
    due = []
    rows = Document.objects.for_programme(programme).filter(withdrawn_at=None)
    for pk, kind, title, at in rows.order_by("created_at").values_list("pk", "kind", "title", "created_at"):
        years = document_kinds.get(kind).retention_years if kind in document_kinds else UNKNOWN_KIND_YEARS
        ends = years_after(timezone.localdate(at), years)
        if ends <= today:
            due.append(DueItem(str(pk), title, ends))
    return due


def _purge(programme: Any, keys: Sequence[str]) -> int:
    rows = Document.objects.for_programme(programme).filter(pk__in=keys)
    return sum(withdraw_document(document=document) for document in rows)


retention_rules.register(
    "documents",
    RetentionRule(
        label=_("Documents"),
        delay=_("Selon leur nature, 10 ans pour les justificatifs"),
        source=_("Durée déclarée par chaque nature de document\u00a0; pièces comptables\u00a0: 10 ans."),
        outcome=_("Contenu et fichier retirés\u00a0; l’empreinte reste vérifiable"),
        due=due_documents,
        purge=_purge,
    ),
)
