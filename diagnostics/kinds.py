"""Documents of diagnostics, and who may read them."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from companies.services import record_document
from core.exports import Sheet
from core.i18n import gettext_lazy
from core.money import euros
from core.registries import DocumentKind, document_histories, document_kinds, document_subjects
from diagnostics.charts import result_charts
from diagnostics.models import ActionPlan, Diagnostic
from diagnostics.selectors.answers_document import AnswersContext
from diagnostics.selectors.plan_document import PlanContext
from diagnostics.selectors.result_page import ResultContext
from documents.selectors import text_ids
from documents.snapshots import revive
from programme.access import Access


def _prepare(content: dict[str, Any]) -> dict[str, Any]:
    """The result and its charts, from the snapshot alone."""
    result = revive(ResultContext, content)
    return {"result": result, **result_charts(result)}


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


def _prepare_answers(content: dict[str, Any]) -> dict[str, Any]:
    return {"receipt": revive(AnswersContext, content)}


def _answer_tables(content: dict[str, Any]) -> Iterable[Sheet]:
    """The answers, one line each."""
    receipt = revive(AnswersContext, content)
    yield Sheet(
        _("Réponses"),
        (_("Partie"), _("Question"), _("Réponse"), _("Commentaire"), _("Fichiers"), _("Répondu par")),
        [
            (section.title, line.question, line.answer, line.comment, ", ".join(line.files), line.by)
            for section in receipt.sections
            for line in section.lines
        ],
    )


def _visible_ids(access: Access) -> Any:
    return text_ids(Diagnostic.objects.read_whole_by(access))


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
document_kinds.register(
    "diagnostic-answers",
    DocumentKind(
        label=gettext_lazy("Réponses à un diagnostic"),
        template="documents/pdf/diagnostic_answers.html",
        schema=1,
        retention_years=10,
        prepare=_prepare_answers,
        tables=_answer_tables,
    ),
)
document_subjects.register("diagnostic", _visible_ids)


def _tell_of_diagnostic(subject_id: str, title: str, url: str, actor: User | None) -> None:
    found = Diagnostic.objects.select_related("participation").filter(pk=subject_id).first()
    record_document(participation=found.participation if found else None, title=title, url=url, actor=actor)


document_histories.register("diagnostic", _tell_of_diagnostic)


def _prepare_plan(content: dict[str, Any]) -> dict[str, Any]:
    """The plan, from the snapshot alone."""
    return {"plan": revive(PlanContext, content)}


def _plan_tables(content: dict[str, Any]) -> Iterable[Sheet]:
    """The actions of a plan."""
    plan = revive(PlanContext, content)
    columns = (
        *(_("Action"), _("État"), _("Motif"), _("Responsable"), _("Début"), _("Échéance"), _("Faite le")),
        *(_("Coût"), _("Dont pris en charge"), _("Pourquoi"), _("Comment")),
    )
    yield Sheet(
        _("Actions"),
        columns,
        [
            (
                *(line.title, line.status, line.reason, line.owner),
                *(line.starts_on, line.due_on, line.done_on),
                *(None if amount is None else euros(amount) for amount in (line.cost_cents, line.aid_cents)),
                *(line.why, line.how),
            )
            for part in plan.parts
            for line in part.lines
        ],
    )


document_kinds.register(
    "action-plan",
    DocumentKind(
        label=gettext_lazy("Plan d’actions"),
        template="documents/pdf/action_plan.html",
        schema=1,
        retention_years=10,
        prepare=_prepare_plan,
        tables=_plan_tables,
    ),
)
document_subjects.register("actionplan", lambda access: text_ids(ActionPlan.objects.visible_to(access)))


def _tell_of_plan(subject_id: str, title: str, url: str, actor: User | None) -> None:
    found = ActionPlan.objects.select_related("participation").filter(pk=subject_id).first()
    record_document(participation=found.participation if found else None, title=title, url=url, actor=actor)


document_histories.register("actionplan", _tell_of_plan)
