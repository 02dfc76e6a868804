"""A result told in plain words: one frozen value for the page and for the PDF.

Everything is text and whole numbers, ready to print, so that a document freezes exactly what the
screen showed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import gettext as _

from core.formats import format_number, format_percent
from diagnostics.answers import UNANSWERED, Answer, Answers
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition, Measure, Question
from diagnostics.models import Diagnostic
from diagnostics.plan_wording import effort_words, impact_words, stake_words
from diagnostics.recommending import Proposal
from diagnostics.scoring import Contribution, IgnoredBecause, Result
from diagnostics.selectors.benchmark import BenchmarkView, benchmark_of
from diagnostics.selectors.evolution import EvolutionView, evolution_of
from diagnostics.selectors.filling import answers_of, respondent_name
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.result_gaps import GapsView, gaps_view
from diagnostics.selectors.results import stored_proposals, stored_result
from diagnostics.wording import (
    answer_words,
    cost_words,
    ignored_because,
    points_words,
    reason_words,
    score_words,
    signed_points,
)


@dataclass(frozen=True)
class ContributionRow:
    """What one answer brought: points obtained of those possible, out of 100."""

    question: str
    answer: str
    weight: str
    obtained: str
    possible: str


@dataclass(frozen=True)
class DimensionRow:
    """A dimension: its score in tenths (None when nothing counted), level and reading."""

    code: str
    title: str
    tenths: int | None
    score: str
    level: str
    reading: str
    weight: str
    contributions: tuple[ContributionRow, ...]


@dataclass(frozen=True)
class GainRow:
    """An answer whose improvement would raise the score most."""

    question: str
    dimension: str
    answer: str
    gain: str


@dataclass(frozen=True)
class LeverRow:
    """An answer that would raise the level or the score: what the best one would make of the result."""

    question: str
    dimension: str
    answer: str
    outcome: str
    raises_level: bool


@dataclass(frozen=True)
class IgnoredGroup:
    """Questions that counted for nothing, for the same reason."""

    reason: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class MeasureRow:
    """A proposed measure."""

    code: str
    title: str
    dimension: str
    why: str
    how: str
    facts: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class LevelRow:
    """A level of the scale; ``is_reached`` marks the company's."""

    name: str
    span: str
    reading: str
    is_reached: bool


@dataclass(frozen=True)
class ResultContext:
    """The whole result of a diagnostic. ``score`` and ``level`` are empty when nothing could be scored."""

    company: str
    siret: str
    questionnaire: str
    version: int
    rule_version: int
    submitted_on: date
    respondent: str
    tenths: int | None
    score: str
    level: str
    reading: str
    caps: tuple[str, ...]
    dimensions: tuple[DimensionRow, ...]
    levels: tuple[LevelRow, ...]
    strengths: tuple[DimensionRow, ...]
    priorities: tuple[DimensionRow, ...]
    gains: tuple[GainRow, ...]
    ignored: tuple[IgnoredGroup, ...]
    measures: tuple[MeasureRow, ...]
    is_sum: bool
    levers: tuple[LeverRow, ...] = ()
    gaps: GapsView | None = None
    benchmark: BenchmarkView | None = None
    evolution: EvolutionView | None = None


def result_context(diagnostic: Diagnostic) -> ResultContext | None:
    """The stored result of a diagnostic in words; None while it is not handed in.

    Two queries, and a few more for the comparison with peers, former diagnostics and points of view:
    their number depends neither on answers nor on companies.
    """
    definition = definition_of(diagnostic.version)
    result = stored_result(definition, diagnostic)
    if result is None or diagnostic.submitted_at is None:
        return None
    answers = what_is_shown(definition, answers_of(definition, diagnostic)).answers
    dimensions = _dimensions(definition, answers, result)
    by_code = {row.code: row for row in dimensions}
    return ResultContext(
        company=diagnostic.participation.name,
        siret=diagnostic.participation.establishment.siret,
        questionnaire=definition.title,
        version=definition.version,
        rule_version=result.rule_version,
        submitted_on=timezone.localdate(diagnostic.submitted_at),
        respondent=respondent_name(diagnostic),
        tenths=result.tenths,
        score="" if result.tenths is None else format_number(Fraction(result.tenths, 10), 1),
        level=diagnostic.level_name,
        reading=definition.level_by_code[result.level].reading if result.level else "",
        caps=tuple(cap.because for cap in result.caps),
        dimensions=dimensions,
        levels=_levels(definition, result),
        strengths=tuple(by_code[code] for code in result.strengths),
        priorities=tuple(by_code[code] for code in result.priorities),
        gains=tuple(_gain(definition, answers, each) for each in result.best_gains()),
        ignored=_ignored(definition, result),
        measures=measure_rows(definition, answers, stored_proposals(definition, diagnostic)),
        is_sum=definition.aggregation.value == "sum",
        levers=_levers(definition, answers, diagnostic),
        gaps=gaps_view(definition, diagnostic),
        benchmark=benchmark_of(definition, diagnostic, result),
        evolution=evolution_of(diagnostic),
    )


def _levers(definition: Definition, answers: Answers, diagnostic: Diagnostic) -> tuple[LeverRow, ...]:
    """The levers found when the diagnostic was handed in."""
    rows = []
    for each in (diagnostic.result or {}).get("levers", ()):
        question = definition.questions[each["question"]]
        score = points_words(each["tenths"])
        if each["raises_level"]:
            level = definition.level_by_code[each["level"]].name
            outcome = _("niveau «\u00a0%(level)s\u00a0», %(score)s") % {"level": level, "score": score}
        else:
            gain = signed_points(each["gain_tenths"])
            outcome = _("%(gain)s points, soit %(score)s") % {"gain": gain, "score": score}
        rows.append(
            LeverRow(
                question=question.text,
                dimension=definition.dimension_of[question.code].title,
                answer=answer_words(question, answers.get(question.code, UNANSWERED)),
                outcome=outcome,
                raises_level=each["raises_level"],
            )
        )
    return tuple(rows)


def _dimensions(definition: Definition, answers: Answers, result: Result) -> tuple[DimensionRow, ...]:
    counted = [each for each in result.dimensions if each.exact is not None]
    total = sum((each.weight for each in counted), Fraction(0))
    rows = []
    for each in result.dimensions:
        dimension = definition.dimension_by_code[each.code]
        level = definition.level_by_code.get(each.level or "")
        rows.append(
            DimensionRow(
                code=each.code,
                title=dimension.title,
                tenths=each.tenths,
                score=score_words(each.tenths),
                level=level.name if level else "",
                reading=" ".join([dimension.reading_of(level), *each.because]) if level else "",
                weight=format_percent(each.weight / total, decimals=0)
                if each.exact is not None and total
                else "–",
                contributions=tuple(
                    _contribution(definition, answers, one)
                    for one in result.contributions
                    if one.dimension == each.code
                ),
            )
        )
    return tuple(rows)


def _contribution(definition: Definition, answers: Answers, each: Contribution) -> ContributionRow:
    question = definition.questions[each.question]
    return ContributionRow(
        question=_asked(question, each),
        answer=answer_words(question, _answered(answers, each)),
        weight=format_number(each.weight, 0 if each.weight.denominator == 1 else 1),
        obtained=format_number(each.obtained, 1),
        possible=format_number(each.possible, 1),
    )


def _asked(question: Question, each: Contribution) -> str:
    """What was asked: the question, and its column where each counts as a question of its own."""
    labels = [part.label for part in question.parts if part.code == each.part]
    return " – ".join([question.text, *labels])


def _answered(answers: Answers, each: Contribution) -> Answer:
    answer = answers.get(each.question, UNANSWERED)
    if each.part is not None and isinstance(answer.value, dict):
        return Answer(answer.value.get(each.part))
    return answer


def _gain(definition: Definition, answers: Answers, each: Contribution) -> GainRow:
    question = definition.questions[each.question]
    return GainRow(
        question=_asked(question, each),
        dimension=definition.dimension_by_code[each.dimension].title,
        answer=answer_words(question, _answered(answers, each)),
        gain=_("jusqu’à %(points)s points") % {"points": format_number(each.gain, 1)},
    )


def _levels(definition: Definition, result: Result) -> tuple[LevelRow, ...]:
    starts = [level.starts_at for level in definition.levels]
    ends: list[Fraction | None] = [*starts[1:], None][: len(starts)]
    return tuple(
        LevelRow(
            name=level.name,
            span=_("à partir de %(start)s") % {"start": format_number(start)}
            if end is None
            else _("de %(start)s à moins de %(end)s")
            % {"start": format_number(start), "end": format_number(end)},
            reading=level.reading,
            is_reached=level.code == result.level,
        )
        for level, start, end in zip(definition.levels, starts, ends, strict=True)
    )


def _ignored(definition: Definition, result: Result) -> tuple[IgnoredGroup, ...]:
    groups = []
    for because in IgnoredBecause:
        questions: Iterable[str] = dict.fromkeys(
            definition.questions[each.question].text for each in result.ignored if each.because is because
        )
        if questions:
            groups.append(IgnoredGroup(ignored_because(because), tuple(questions)))
    return tuple(groups)


def measure_rows(
    definition: Definition, answers: Answers, proposals: Iterable[Proposal]
) -> tuple[MeasureRow, ...]:
    """Proposed measures in words, in their order."""
    return tuple(
        MeasureRow(
            code=each.measure.code,
            title=each.measure.title,
            dimension=definition.dimension_by_code[each.measure.dimension].title,
            why=each.measure.why,
            how=each.measure.how,
            facts=measure_facts(each.measure),
            reasons=tuple(reason_words(definition, answers, reason) for reason in each.reasons),
        )
        for each in proposals
    )


def measure_facts(measure: Measure) -> tuple[str, ...]:
    """Effort, effect, cost and training stake of a measure."""
    return (
        effort_words(measure.effort),
        impact_words(measure.impact),
        cost_words(measure.cost_min_cents, measure.cost_max_cents),
        stake_words(measure.stake),
    )
