"""A version as a company would see it: the same drawn questions, with answers that are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnostics.answers import Answer, AnswerError, Answers, read_stored, stored_value
from diagnostics.conditions import Shown, what_is_shown
from diagnostics.definition import Definition, Question
from diagnostics.explaining import explain
from diagnostics.models import QuestionnaireVersion
from diagnostics.progress import Progress, progress_of
from diagnostics.selectors.pages import (
    ProgressView,
    QuestionView,
    SectionLink,
    progress_view,
    set_by_words,
    typed_value,
)
from diagnostics.stamps import Given, hidden_html, question_html
from programme.links import programme_url
from programme.models import Programme

Tried = dict[str, list[Any]]
"""What an author tried: by question, the JSON value, « sans objet » and the comment."""


@dataclass(frozen=True)
class PreviewPage:
    """A section as its reader would see it."""

    code: str
    title: str
    lead: str
    position: str
    questions: tuple[QuestionView, ...]
    sections: tuple[SectionLink, ...]
    progress: ProgressView
    previous_url: str
    next_url: str


class Preview:
    """One version with the answers tried on it."""

    def __init__(
        self, programme: Programme, version: QuestionnaireVersion, definition: Definition, tried: Tried
    ) -> None:
        self.programme, self.version, self.definition, self.tried = programme, version, definition, tried
        self.answers = _answers(definition, tried)
        self.shown: Shown = what_is_shown(definition, self.answers)
        self.progress: Progress = progress_of(definition, self.answers, self.shown)

    def url(self, section: str = "") -> str:
        """Address of a section of the preview, or of its result."""
        name = "diagnostics:author_preview_section" if section else "diagnostics:author_preview"
        arguments = {"pk": self.version.pk, **({"section": section} if section else {})}
        return programme_url(self.programme, name, **arguments)

    @property
    def codes(self) -> list[str]:
        """The sections that are shown."""
        return [each.code for each in self.definition.dimensions if each.code in self.shown.dimensions]

    def links(self, current: str = "") -> tuple[SectionLink, ...]:
        """The list of sections."""
        by_code = {each.code: each for each in self.progress.sections}
        links = []
        for code in self.codes:
            done, title = by_code[code].is_complete, self.definition.dimension_by_code[code].title
            state = "current" if code == current else ("done" if done else "todo")
            detail = _("terminé") if done else f"{by_code[code].answered} / {by_code[code].total}"
            links.append(SectionLink(title, self.url(code), state, detail))
        return tuple(links)

    def page(self, code: str, errors: Mapping[str, str]) -> PreviewPage | None:
        """One section; None when it is unknown or hidden."""
        codes = self.codes
        if code not in codes:
            return None
        rank, dimension = codes.index(code), self.definition.dimension_by_code[code]
        return PreviewPage(
            code=code,
            title=dimension.title,
            lead=dimension.lead,
            position=_("Partie %(rank)s sur %(count)s") % {"rank": rank + 1, "count": len(codes)},
            questions=tuple(self.question(each, errors.get(each.code, "")) for each in dimension.questions),
            sections=self.links(code),
            progress=progress_view(self.progress),
            previous_url=self.url(codes[rank - 1]) if rank else "",
            next_url=self.url(codes[rank + 1]) if rank + 1 < len(codes) else f"{self.url()}?resultat=1",
        )

    def question(self, question: Question, error: str = "", *, swapped: bool = False) -> QuestionView:
        """A question as its reader would see it."""
        code = question.code
        if code not in self.shown.questions:
            return QuestionView(code, "", "", hidden_html(question, swapped=swapped))
        answer, set_by = self.shown.answers[code], self.shown.set_by.get(code, ())
        value = stored_value(question, answer.value)
        given = Given(
            value=value,
            not_applicable=answer.not_applicable,
            comment=str(self.tried.get(code, [None, False, ""])[2]),
            typed=typed_value(question, value),
            error=error,
            set_by=set_by_words(self.definition, set_by),
            hidden_choices=self.shown.hidden_choices.get(code, frozenset()),
        )
        section = self.definition.dimension_of[code].code
        html = question_html(
            self.version.sha256,
            question,
            given,
            save_url=f"{self.url(section)}?question={code}",
            swapped=swapped,
            language=self.definition.language,
        )
        return QuestionView(code, question.text, error, html)

    def result(self) -> dict[str, Any]:
        """The result these answers would give, explained, with the words of its questions."""
        told = explain(self.definition, self.answers)
        for each in (*told["contributions"], *told["ignored"], *told["best_gains"]):
            each["text"] = self.definition.questions[each["question"]].text
            parts = self.definition.questions[each["question"]].parts
            part = next((p.label for p in parts if p.code in (each.get("part"), each.get("row"))), "")
            each["text"] += f" – {part}" if part else ""
        return told


def _answers(definition: Definition, tried: Tried) -> Answers:
    """What was tried, as far as this version still accepts it."""
    answers: dict[str, Answer] = {}
    for code, (value, not_applicable, _comment) in tried.items():
        question = definition.questions.get(code)
        if question is None:
            continue
        try:
            read = None if not_applicable else read_stored(question, value)
        except AnswerError:
            continue
        answers[code] = Answer(read, bool(not_applicable) and question.not_applicable)
    return answers
