"""Handing a diagnostic in: the score is computed once, stored with its rule, and told."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies import services as companies
from companies.enums import EventKind
from core import audit
from core.errors import BusinessError
from diagnostics.answers import Answers
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition
from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.gaps_json import gaps_to_json
from diagnostics.levers import best_levers
from diagnostics.models import Answer, Diagnostic, DimensionScore
from diagnostics.progress import progress_of
from diagnostics.recommending import recommend
from diagnostics.result_json import proposals_to_json, result_to_json
from diagnostics.scoring import Result, score
from diagnostics.selectors.filling import answers_of
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.viewpoints import gaps_between, voices_of
from diagnostics.services.answers import OPEN
from diagnostics.services.projections import project_results
from diagnostics.services.receipts import ask_receipt
from diagnostics.wording import score_words
from programme.links import programme_url


@transaction.atomic
def submit_diagnostic(
    *, actor: User | None, diagnostic: Diagnostic, at: datetime | None = None, notify: bool = True
) -> Diagnostic:
    """Hand a diagnostic in and compute its result; handing it in twice is harmless.

    Raises ``BusinessError`` (``incomplete``) while an answer that must be given is missing, while
    respondents still answer alone, or when it was cancelled. Side effects: stored result and scores by
    dimension, maturity beside the company, timeline, audit, and unless ``notify`` is false a receipt by
    e-mail, with the answers, to the respondent and to whoever handed it in.
    """
    row: Diagnostic = (
        Diagnostic.objects.select_for_update(of=("self",))
        .select_related("participation", "participation__programme", "version")
        .defer("version__definition")
        .get(pk=diagnostic.pk)
    )
    if row.status == DiagnosticStatus.SUBMITTED:
        return row
    if row.status not in OPEN:
        raise BusinessError(_("Ce diagnostic a été annulé."), code="not-open")
    if row.mode == FillingMode.SEPARATE:
        raise BusinessError(
            _("Chacun répond encore de son côté\u00a0: mettez d’abord les réponses en commun."),
            code="incomplete",
        )
    definition = definition_of(row.version)
    answers = answers_of(definition, row)
    _require_complete(definition, answers)
    result = score(definition, answers)
    _mark_counted(definition, answers, row)
    _store(row, definition, answers, result, actor, at or timezone.now())
    _tell(row, definition, actor)
    if notify:
        ask_receipt(actor=actor, diagnostic=row)
    return row


def _require_complete(definition: Definition, answers: Answers) -> None:
    progress = progress_of(definition, answers, what_is_shown(definition, answers))
    missing = len(progress.missing_required)
    if missing == 1:
        raise BusinessError(_("Il manque encore une réponse."), code="incomplete")
    if missing:
        raise BusinessError(_("Il manque encore %(count)s réponses.") % {"count": missing}, code="incomplete")


def _mark_counted(definition: Definition, answers: Answers, row: Diagnostic) -> None:
    """An answer kept for a question that others hide is told nowhere: not in the score, not in figures."""
    shown = what_is_shown(definition, answers).questions
    company_s = Answer.objects.filter(diagnostic=row, respondent__is_main=True)
    company_s.exclude(question_code__in=shown).update(is_counted=False)
    company_s.filter(question_code__in=shown, is_counted=False).update(is_counted=True)


def _store(
    row: Diagnostic,
    definition: Definition,
    answers: Answers,
    result: Result,
    actor: User | None,
    now: datetime,
) -> None:
    row.status = DiagnosticStatus.SUBMITTED
    row.submitted_at, row.submitted_by, row.receipt_at = now, actor, None
    row.score_tenths = result.tenths
    row.level = result.level or ""
    row.level_name = definition.level_by_code[result.level].name if result.level else ""
    row.result = {
        "result": result_to_json(result),
        "proposals": proposals_to_json(recommend(definition, answers, result)),
        "levers": [asdict(lever) for lever in best_levers(definition, answers, result)],
    }
    if row.mode == FillingMode.RECONCILING:
        row.result["gaps"] = gaps_to_json(definition, gaps_between(definition, voices_of(definition, row)))
    row.full_clean(exclude=["version", "questionnaire", "participation", "programme"])
    row.save()
    DimensionScore.objects.bulk_create(
        DimensionScore(
            diagnostic=row, dimension_code=each.code, score_tenths=each.tenths, level=each.level or ""
        )
        for each in result.dimensions
    )


def _tell(row: Diagnostic, definition: Definition, actor: User | None) -> None:
    participation = row.participation
    project_results(participation)
    companies.record_event(
        participation=participation,
        kind=EventKind.DIAGNOSTIC,
        title=_("Diagnostic remis\u00a0: %(title)s") % {"title": definition.title},
        text=f"{score_words(row.score_tenths)} – {row.level_name}".rstrip(" –"),
        url=programme_url(participation.programme, "diagnostics:result", pk=row.pk),
        at=row.submitted_at,
        actor=actor,
    )
    audit.record(
        actor=actor,
        verb="diagnostic.submitted",
        obj=row,
        programme_id=row.programme_id,
        changes={"score_tenths": row.score_tenths, "level": row.level},
    )
