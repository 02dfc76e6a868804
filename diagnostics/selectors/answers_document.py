"""The answers of a diagnostic as they were handed in, in words: what the receipt carries."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from diagnostics.answers import UNANSWERED
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Kind
from diagnostics.models import Answer as AnswerRow
from diagnostics.models import AnswerFile, Diagnostic
from diagnostics.selectors.filling import KeptAnswer, as_answers, respondent_name
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.wording import answer_words


@dataclass(frozen=True)
class AnswerLine:
    """One question with what was answered: ``answer`` is empty when nothing was."""

    question: str
    answer: str
    comment: str
    files: tuple[str, ...]
    by: str
    for_company: bool
    point_of_view: str


@dataclass(frozen=True)
class AnswerSection:
    """A section that was shown."""

    title: str
    lines: tuple[AnswerLine, ...]


@dataclass(frozen=True)
class AnswersContext:
    """Everything the company answered, on the day it handed it in."""

    company: str
    siret: str
    questionnaire: str
    version: int
    submitted_at: datetime
    respondent: str
    sections: tuple[AnswerSection, ...]
    contributors: tuple[str, ...]


def answers_context(diagnostic: Diagnostic) -> AnswersContext:
    """The answers handed in (three queries). Raises ``ValueError`` while they are not."""
    if diagnostic.submitted_at is None:
        raise ValueError("only a diagnostic handed in has a receipt")
    definition = definition_of(diagnostic.version)
    rows = {
        row.question_code: row
        for row in AnswerRow.objects.filter(diagnostic=diagnostic, respondent__is_main=True).select_related(
            "saved_by", "retained_from"
        )
    }
    kept = {
        code: KeptAnswer(row.value, row.not_applicable, row.comment, row.saved_at)
        for code, row in rows.items()
    }
    answers = as_answers(definition, kept)
    shown = what_is_shown(definition, answers).questions
    files: dict[str, list[str]] = {}
    for attached in AnswerFile.objects.filter(respondent__diagnostic=diagnostic).select_related("file"):
        files.setdefault(attached.question_code, []).append(attached.file.name)
    sections = []
    for dimension in definition.dimensions:
        lines = tuple(
            _line(
                question.text,
                answer_words(question, answers.get(question.code, UNANSWERED)),
                rows.get(question.code),
                () if question.kind is Kind.FILE else tuple(files.get(question.code, ())),
            )
            for question in dimension.questions
            if question.code in shown
        )
        if lines:
            sections.append(AnswerSection(dimension.title, lines))
    people = [row.saved_by.full_name for row in rows.values() if row.saved_by]
    return AnswersContext(
        company=diagnostic.participation.name,
        siret=diagnostic.participation.establishment.siret,
        questionnaire=definition.title,
        version=definition.version,
        submitted_at=timezone.localtime(diagnostic.submitted_at),
        respondent=respondent_name(diagnostic),
        sections=tuple(sections),
        contributors=tuple(dict.fromkeys(people)),
    )


def _line(text: str, answer: str, row: AnswerRow | None, files: tuple[str, ...]) -> AnswerLine:
    return AnswerLine(
        question=text,
        answer=answer,
        comment=row.comment if row else "",
        files=files,
        by=row.saved_by.full_name if row and row.saved_by else "",
        for_company=bool(row and row.by_staff),
        point_of_view=row.retained_from.point_of_view if row and row.retained_from else "",
    )
