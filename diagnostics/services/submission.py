"""Handing a diagnostic in: the score is computed once, stored with its rule, and told."""

from datetime import datetime
from typing import Any

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
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, DimensionScore, Respondent
from diagnostics.progress import progress_of
from diagnostics.recommending import recommend
from diagnostics.result_json import proposals_to_json, result_to_json
from diagnostics.scoring import Result, score
from diagnostics.selectors.filling import answers_of
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.services.answers import OPEN
from diagnostics.wording import score_words
from notifications.services import send_message
from programme.links import programme_url


@transaction.atomic
def submit_diagnostic(
    *, actor: User | None, diagnostic: Diagnostic, at: datetime | None = None, notify: bool = True
) -> Diagnostic:
    """Hand a diagnostic in and compute its result; handing it in twice is harmless.

    Raises ``BusinessError`` (``incomplete``) while an answer that must be given is missing, or when it
    was cancelled. Side effects: stored result and scores by dimension, maturity beside the company,
    timeline, audit, and unless ``notify`` is false a receipt by e-mail to the respondent.
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
    definition = definition_of(row.version)
    answers = answers_of(definition, row)
    _require_complete(definition, answers)
    result = score(definition, answers)
    _store(row, definition, answers, result, actor, at or timezone.now())
    _tell(row, definition, actor)
    if notify:
        _send_receipt(row, definition)
    return row


def _require_complete(definition: Definition, answers: Answers) -> None:
    progress = progress_of(definition, answers, what_is_shown(definition, answers))
    missing = len(progress.missing_required)
    if missing == 1:
        raise BusinessError(_("Il manque encore une réponse."), code="incomplete")
    if missing:
        raise BusinessError(_("Il manque encore %(count)s réponses.") % {"count": missing}, code="incomplete")


def _store(
    row: Diagnostic,
    definition: Definition,
    answers: Answers,
    result: Result,
    actor: User | None,
    now: datetime,
) -> None:
    row.status = DiagnosticStatus.SUBMITTED
    row.submitted_at, row.submitted_by = now, actor
    row.score_tenths = result.tenths
    row.level = result.level or ""
    row.level_name = definition.level_by_code[result.level].name if result.level else ""
    row.result = {
        "result": result_to_json(result),
        "proposals": proposals_to_json(recommend(definition, answers, result)),
    }
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
    companies.project_maturity(
        participation=participation, tenths=row.score_tenths, level=row.level, level_name=row.level_name
    )
    submitted = Diagnostic.objects.filter(participation=participation, status=DiagnosticStatus.SUBMITTED)
    companies.project_counts(participation=participation, diagnostics=submitted.count())
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


def _send_receipt(row: Diagnostic, definition: Definition) -> None:
    respondent = Respondent.objects.select_related("user").filter(diagnostic=row, is_main=True).first()
    if respondent is None or respondent.user is None:
        return
    context: dict[str, Any] = {
        "first_name": respondent.user.first_name,
        "company": row.participation.name,
        "title": definition.title,
        "submitted_at": row.submitted_at.isoformat() if row.submitted_at else "",
        "score": score_words(row.score_tenths),
        "level": row.level_name,
    }
    send_message(
        template="diagnostic_receipt",
        recipient=respondent.user,
        programme=row.participation.programme,
        context=context,
        link_path=programme_url(row.participation.programme, "diagnostics:space_result", pk=row.pk),
    )
