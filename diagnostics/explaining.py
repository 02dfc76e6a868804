"""A whole result as JSON a person can read: for authors who check a scale, and for the API."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from diagnostics.answers import Answer
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition
from diagnostics.recommending import Proposal, recommend
from diagnostics.scoring import Contribution, Result, score
from diagnostics.wording import answer_words, ignored_because, reason_words


def explain(definition: Definition, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Score, levels, contribution of each question, what did not count and why, measures and reasons."""
    result = score(definition, answers)
    proposals = recommend(definition, answers, result)
    return {
        "questionnaire": f"{definition.code}@{definition.version}",
        **explain_result(definition, result),
        "set": _explain_settings(definition, answers),
        "measures": explain_proposals(definition, answers, proposals),
    }


def explain_result(definition: Definition, result: Result) -> dict[str, Any]:
    """The score and everything that made it."""
    levels, dimensions = definition.level_by_code, definition.dimension_by_code
    return {
        "rule_version": result.rule_version,
        "score": _points(result.tenths),
        "exact": _exact(result.exact),
        "level": result.level,
        "level_name": levels[result.level].name if result.level else None,
        "level_before_caps": result.level_before_caps,
        "caps": [{"level_at_most": cap.level, "because": cap.because} for cap in result.caps],
        "dimensions": [
            {
                "code": each.code,
                "title": dimensions[each.code].title,
                "weight": _exact(each.weight),
                "score": _points(each.tenths),
                "exact": _exact(each.exact),
                "level": each.level,
                "level_before_caps": each.level_before_caps,
                "caps": list(each.because),
                "reading": dimensions[each.code].reading_of(levels[each.level]) if each.level else None,
            }
            for each in result.dimensions
        ],
        "contributions": [_contribution(each) for each in result.contributions],
        "ignored": [
            {
                "question": each.question,
                "row": each.row,
                "because": each.because.value,
                "said": ignored_because(each.because),
            }
            for each in result.ignored
        ],
        "best_gains": [_contribution(each) for each in result.best_gains()],
        "strengths": list(result.strengths),
        "priorities": list(result.priorities),
    }


def _explain_settings(definition: Definition, answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """The answers that others set, in the order of the questionnaire."""
    shown = what_is_shown(definition, answers)
    return [
        {
            "question": code,
            "by": list(shown.set_by[code]),
            "answer": answer_words(question, shown.answers[code]),
        }
        for code, question in definition.questions.items()
        if code in shown.set_by
    ]


def explain_proposals(
    definition: Definition, answers: Mapping[str, Answer], proposals: tuple[Proposal, ...]
) -> list[dict[str, Any]]:
    """The proposed measures in their order, with the reasons in words."""
    return [
        {
            "code": each.measure.code,
            "title": each.measure.title,
            "dimension": each.measure.dimension,
            "reasons": [reason_words(definition, answers, reason) for reason in each.reasons],
        }
        for each in proposals
    ]


def _contribution(each: Contribution) -> dict[str, Any]:
    return {
        "question": each.question,
        "part": each.part,
        "dimension": each.dimension,
        "share": _exact(each.share),
        "weight": _exact(each.weight),
        "points": _exact(each.obtained),
        "points_possible": _exact(each.possible),
        "points_to_gain": _exact(each.gain),
    }


def _points(tenths: int | None) -> float | None:
    return None if tenths is None else tenths / 10


def _exact(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
