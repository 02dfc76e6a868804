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
from diagnostics.answers import Answers
from diagnostics.definition import Definition, Measure
from diagnostics.models import Diagnostic
from diagnostics.plan_wording import effort_words, impact_words, stake_words
from diagnostics.recommending import Proposal
from diagnostics.scoring import Contribution, IgnoredBecause, Result
from diagnostics.selectors.filling import answers_of, respondent_name
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.results import stored_proposals, stored_result
from diagnostics.wording import answer_words, cost_words, ignored_because, reason_words, score_words


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


def result_context(diagnostic: Diagnostic) -> ResultContext | None:
    """The stored result of a diagnostic in words (two queries); None while it is not handed in."""
    definition = definition_of(diagnostic.version)
    result = stored_result(definition, diagnostic)
    if result is None or diagnostic.submitted_at is None:
        return None
    answers = answers_of(definition, diagnostic)
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
    )


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
                reading=dimension.reading_of(level) if level else "",
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
        question=question.text,
        answer=answer_words(question, answers[each.question]),
        weight=format_number(each.weight, 0 if each.weight.denominator == 1 else 1),
        obtained=format_number(each.obtained, 1),
        possible=format_number(each.possible, 1),
    )


def _gain(definition: Definition, answers: Answers, each: Contribution) -> GainRow:
    question = definition.questions[each.question]
    return GainRow(
        question=question.text,
        dimension=definition.dimension_by_code[each.dimension].title,
        answer=answer_words(question, answers[each.question]),
        gain=_("jusqu’à %(points)s points") % {"points": format_number(each.gain, 1)},
    )


def _levels(definition: Definition, result: Result) -> tuple[LevelRow, ...]:
    starts = [level.starts_at for level in definition.levels]
    ends = [*starts[1:], None]
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
