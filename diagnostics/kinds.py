"""Documents of diagnostics, and who may read them."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from core.exports import Sheet
from core.i18n import gettext_lazy
from core.registries import DocumentKind, document_kinds, document_subjects
from diagnostics.charts import result_radar
from diagnostics.models import Diagnostic
from diagnostics.selectors.result_page import ResultContext
from documents.selectors import text_ids
from documents.snapshots import revive
from programme.access import Access


def _prepare(content: dict[str, Any]) -> dict[str, Any]:
    """The result and its chart, from the snapshot alone."""
    result = revive(ResultContext, content)
    return {"result": result, "chart": result_radar(result)}


def _tables(content: dict[str, Any]) -> Iterable[Sheet]:
    """The figures of a result: by theme, by answer, measures."""
    result = revive(ResultContext, content)
    yield Sheet(
        _("Thèmes"),
        (_("Thème"), _("Note sur 100"), _("Niveau"), _("Poids")),
        [
            (row.title, None if row.tenths is None else row.tenths / 10, row.level, row.weight)
            for row in result.dimensions
        ],
    )
    yield Sheet(
        _("Réponses"),
        (_("Thème"), _("Question"), _("Réponse"), _("Poids"), _("Points obtenus"), _("Points possibles")),
        [
            (row.title, each.question, each.answer, each.weight, each.obtained, each.possible)
            for row in result.dimensions
            for each in row.contributions
        ],
    )
    yield Sheet(
        _("Préconisations"),
        (_("Préconisation"), _("Thème"), _("Pourquoi"), _("Comment"), _("En bref")),
        [(each.title, each.dimension, each.why, each.how, ", ".join(each.facts)) for each in result.measures],
    )


def _visible_ids(access: Access) -> Any:
    return text_ids(Diagnostic.objects.visible_to(access))


document_kinds.register(
    "diagnostic-result",
    DocumentKind(
        label=gettext_lazy("Résultat de diagnostic"),
        template="documents/pdf/diagnostic_result.html",
        schema=1,
        retention_years=10,
        prepare=_prepare,
        tables=_tables,
    ),
)
document_subjects.register("diagnostic", _visible_ids)
