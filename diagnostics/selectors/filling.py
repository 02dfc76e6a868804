"""Reads while a questionnaire is being filled. Few queries, whatever the number of questions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from core.errors import NotVisible
from diagnostics.answers import Answer, AnswerError, Answers, read_stored
from diagnostics.definition import Definition
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Answer as AnswerRow
from diagnostics.models import Diagnostic, Respondent
from diagnostics.models.diagnostic import DiagnosticQuerySet
from programme.access import Access


@dataclass(frozen=True)
class KeptAnswer:
    """An answer as it is kept: its JSON value, and when it was saved."""

    value: object
    not_applicable: bool
    comment: str
    saved_at: datetime
    saved_by_id: int | None


def with_respondent(rows: DiagnosticQuerySet) -> DiagnosticQuerySet:
    """Diagnostics with ``respondent_id``, the main respondent's; definitions are left in the database."""
    main = Respondent.objects.filter(diagnostic=OuterRef("pk"), is_main=True).values("pk")[:1]
    ready: DiagnosticQuerySet = (
        rows.select_related("version", "participation", "questionnaire")
        .defer("version__definition", "result", "participation__search_text", "participation__stated")
        .annotate(respondent_id=Subquery(main))
    )
    return ready


def diagnostic_for(access: Access, pk: int) -> Diagnostic:
    """A diagnostic the caller may see, ready to be read or filled (one query). Raises ``NotVisible``."""
    rows = with_respondent(Diagnostic.objects.visible_to(access))
    diagnostic: Diagnostic | None = rows.filter(pk=pk).first()
    if diagnostic is None:
        raise NotVisible
    diagnostic.programme = access.programme
    return diagnostic


def is_open(diagnostic: Diagnostic) -> bool:
    """Whether answers may still be given."""
    return diagnostic.status in (DiagnosticStatus.OPEN, DiagnosticStatus.STARTED)


def respondent_pk(diagnostic: Diagnostic) -> int:
    """The main respondent of a diagnostic, fetched with it when it came from ``with_respondent``."""
    known = getattr(diagnostic, "respondent_id", None)
    if known is None:
        known = Respondent.objects.only("pk").get(diagnostic_id=diagnostic.pk, is_main=True).pk
    return int(known)


def respondent_name(diagnostic: Diagnostic) -> str:
    """Who answers, fetched with the diagnostic when it came with ``respondent_name``."""
    known = getattr(diagnostic, "respondent_name", None)
    if known is None:
        main = Respondent.objects.filter(diagnostic_id=diagnostic.pk, is_main=True)
        known = main.values_list("name", flat=True).first()
    return str(known or "")


def kept_answers(respondent_id: int) -> dict[str, KeptAnswer]:
    """Every answer of a respondent by question, in one query."""
    rows = AnswerRow.objects.filter(respondent_id=respondent_id).values_list(
        "question_code", "value", "not_applicable", "comment", "saved_at", "saved_by_id"
    )
    return {code: KeptAnswer(value, na, text, at, who) for code, value, na, text, at, who in rows}


def as_answers(definition: Definition, kept: Mapping[str, KeptAnswer]) -> Answers:
    """Kept answers as scoring and conditions read them.

    A value that its question no longer accepts counts as not given: a published definition never
    changes, so this only ever protects against a damaged row.
    """
    answers: dict[str, Answer] = {}
    for code, row in kept.items():
        question = definition.questions.get(code)
        if question is None:
            continue
        try:
            value = None if row.not_applicable else read_stored(question, row.value)
        except AnswerError:
            value = None
        answers[code] = Answer(value, row.not_applicable)
    return answers


def answers_of(definition: Definition, diagnostic: Diagnostic) -> Answers:
    """The answers that count for a diagnostic: its main respondent's."""
    return as_answers(definition, kept_answers(respondent_pk(diagnostic)))
