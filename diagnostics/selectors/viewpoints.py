"""Several points of view on one diagnostic: what each respondent said, and what was retained."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnostics.answers import Answer, Answers
from diagnostics.definition import Definition
from diagnostics.disagreement import Accord, Gaps, QuestionGap, View, map_gaps
from diagnostics.gaps_json import gaps_from_json
from diagnostics.models import Answer as AnswerRow
from diagnostics.models import Diagnostic, Respondent
from diagnostics.selectors.filling import KeptAnswer, as_answers, kept_answers, respondent_pk
from diagnostics.selectors.pages import State, saved_words, state_of
from diagnostics.wording import answer_words
from programme.links import programme_url


@dataclass(frozen=True)
class Voice:
    """One respondent who answered alone, with her answers as kept and as judged."""

    respondent: Respondent
    kept: Mapping[str, KeptAnswer]
    answers: Answers

    @property
    def name(self) -> str:
        """The point of view, as it is written everywhere."""
        return self.respondent.point_of_view


def voices_of(definition: Definition, diagnostic: Diagnostic) -> tuple[Voice, ...]:
    """The respondents who answered something alone, in the order they were invited."""
    voices = []
    for respondent in Respondent.objects.filter(diagnostic_id=diagnostic.pk, is_main=False).order_by("pk"):
        kept = kept_answers(respondent.pk)
        answers = as_answers(definition, kept)
        if any(each.is_given or each.not_applicable for each in answers.values()):
            voices.append(Voice(respondent, kept, answers))
    return tuple(voices)


def gaps_between(definition: Definition, voices: Iterable[Voice]) -> Gaps:
    """The map of their agreement."""
    return map_gaps(definition, [View(voice.name, voice.answers) for voice in voices])


def stored_gaps(definition: Definition, diagnostic: Diagnostic) -> Gaps | None:
    """The map kept with a result; None when the diagnostic was answered together."""
    stored = (diagnostic.result or {}).get("gaps")
    return gaps_from_json(definition, stored) if stored else None


@dataclass(frozen=True)
class Option:
    """One answer that may be retained: ``value`` names a respondent who gave it, ``by`` all who did."""

    value: int
    answer: str
    by: str
    note: str
    is_retained: bool


@dataclass(frozen=True)
class GapRow:
    """A question to settle, or settled; ``is_asked`` is false while the retained answers hide it."""

    code: str
    text: str
    section: str
    edit_url: str
    options: tuple[Option, ...]
    retained: str
    is_settled: bool
    is_asked: bool


@dataclass(frozen=True)
class ReconcilePage:
    """What is to be settled, what is, and what needed no discussion."""

    views: tuple[str, ...]
    different: tuple[GapRow, ...]
    agreed: tuple[GapRow, ...]
    left: int
    compared: int
    review_url: str


def reconcile_page(diagnostic: Diagnostic) -> ReconcilePage:
    """The comparison of points of view with what is retained so far."""
    state = state_of(diagnostic)
    definition = state.definition
    voices = voices_of(definition, diagnostic)
    gaps = gaps_between(definition, voices)
    retained = retained_words(definition, diagnostic)
    rows = {
        gap.question: _row(state, gap, voices, retained.get(gap.question))
        for gap in gaps.questions
        if gap.accord is not Accord.NOBODY
    }
    different = sorted((rows[gap.question] for gap in gaps.different), key=lambda row: not row.is_asked)
    return ReconcilePage(
        views=gaps.views,
        different=tuple(different),
        agreed=tuple(rows[g.question] for g in gaps.questions if g.accord in (Accord.AGREED, Accord.ALONE)),
        left=sum(not row.is_settled and row.is_asked for row in different),
        compared=gaps.compared,
        review_url=programme_url(diagnostic.programme, "diagnostics:space_review", pk=diagnostic.pk),
    )


@dataclass(frozen=True)
class Retained:
    """What the company's answer to a question is, whose point of view it was, who retained it and when."""

    answer: str
    view: str
    by: str
    when: str

    @property
    def words(self) -> str:
        """« réponse de l’Atelier, retenue par Inès Delattre »."""
        source = (
            _("réponse «\u00a0%(view)s\u00a0»") % {"view": self.view} if self.view else _("réponse commune")
        )
        return _("%(source)s, retenue par %(by)s") % {"source": source, "by": self.by} if self.by else source


def retained_words(definition: Definition, diagnostic: Diagnostic) -> dict[str, Retained]:
    """The company's answers with their authors, by question (one query)."""
    rows = AnswerRow.objects.filter(respondent_id=respondent_pk(diagnostic)).select_related(
        "saved_by", "retained_from"
    )
    found = {}
    for row in rows:
        question = definition.questions.get(row.question_code)
        if question is None or (row.value is None and not row.not_applicable):
            continue
        kept = {row.question_code: KeptAnswer(row.value, row.not_applicable, row.comment, row.saved_at)}
        answer = as_answers(definition, kept)[row.question_code]
        found[row.question_code] = Retained(
            answer=answer_words(question, answer),
            view=row.retained_from.point_of_view if row.retained_from else "",
            by=row.saved_by.full_name if row.saved_by else "",
            when=saved_words(row.saved_at),
        )
    return found


def _row(state: State, gap: QuestionGap, voices: tuple[Voice, ...], now: Retained | None) -> GapRow:
    question = state.definition.questions[gap.question]
    options = []
    for answer, givers in _groups(gap, voices):
        notes = (v.kept[gap.question].comment for v in givers if gap.question in v.kept)
        words = answer_words(question, answer)
        options.append(
            Option(
                value=givers[0].respondent.pk,
                answer=words,
                by=", ".join(voice.name for voice in givers),
                note=" / ".join(filter(None, notes)),
                is_retained=now is not None and now.answer == words,
            )
        )
    return GapRow(
        code=gap.question,
        text=question.text,
        section=state.definition.dimension_by_code[gap.dimension].title,
        edit_url=f"{state.section_url(gap.dimension)}#question-{gap.question}",
        options=tuple(options),
        retained=f"{now.answer} ({now.words})" if now else "",
        is_settled=now is not None,
        is_asked=gap.question in state.shown.questions,
    )


def _groups(gap: QuestionGap, voices: tuple[Voice, ...]) -> list[tuple[Answer, list[Voice]]]:
    """Who gave each different answer, in the order of the respondents."""
    groups: list[tuple[Answer, list[Voice]]] = []
    for voice in voices:
        answer = gap.given.get(voice.name)
        if answer is None:
            continue
        same = next((givers for known, givers in groups if known == answer), None)
        if same is None:
            groups.append((answer, [voice]))
        else:
            same.append(voice)
    return groups
