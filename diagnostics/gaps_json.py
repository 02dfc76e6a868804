"""The map of disagreement as it is stored with a result: plain JSON, read back to the same value."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .answers import Answer, AnswerError, read_stored, stored_value
from .definition import Definition
from .disagreement import Accord, DimensionGap, Gaps, QuestionGap


def gaps_to_json(definition: Definition, gaps: Gaps) -> dict[str, Any]:
    """The JSON of a map."""
    return {
        "views": list(gaps.views),
        "tenths": dict(gaps.tenths),
        "questions": [
            {
                "question": each.question,
                "dimension": each.dimension,
                "accord": each.accord.value,
                "given": {name: _answer_to_json(definition, each, name) for name in each.given},
                "spread": None if each.spread is None else str(each.spread),
            }
            for each in gaps.questions
        ],
        "dimensions": [
            {
                "dimension": each.dimension,
                "tenths": dict(each.tenths),
                "compared": each.compared,
                "different": each.different,
            }
            for each in gaps.dimensions
        ],
    }


def gaps_from_json(definition: Definition, stored: Mapping[str, Any]) -> Gaps:
    """The map stored by `gaps_to_json` for the same definition."""
    return Gaps(
        views=tuple(stored["views"]),
        tenths=stored["tenths"],
        questions=tuple(
            QuestionGap(
                question=each["question"],
                dimension=each["dimension"],
                accord=Accord(each["accord"]),
                given={
                    name: _answer_from_json(definition, each["question"], given)
                    for name, given in each["given"].items()
                },
                spread=None if each["spread"] is None else Fraction(each["spread"]),
            )
            for each in stored["questions"]
        ),
        dimensions=tuple(
            DimensionGap(each["dimension"], each["tenths"], each["compared"], each["different"])
            for each in stored["dimensions"]
        ),
    )


def _answer_to_json(definition: Definition, gap: QuestionGap, name: str) -> dict[str, Any]:
    answer = gap.given[name]
    if answer.not_applicable:
        return {"not_applicable": True}
    return {"value": stored_value(definition.questions[gap.question], answer.value)}


def _answer_from_json(definition: Definition, code: str, stored: Mapping[str, Any]) -> Answer:
    if stored.get("not_applicable"):
        return Answer(not_applicable=True)
    try:
        return Answer(read_stored(definition.questions[code], stored["value"]))
    except AnswerError:
        return Answer()
