"""A result as it is stored: plain JSON, exact (fractions as « n/d »), read back to the same value.

A stored result is what was told to the company that day; it is never computed again behind its
back, whatever becomes of the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .definition import Definition
from .recommending import BecauseOfAnswer, BecauseOfLevel, Proposal, Reason
from .scoring import Contribution, DimensionScore, Ignored, IgnoredBecause, Result


def result_to_json(result: Result) -> dict[str, Any]:
    """The JSON of a result; blocking criteria are kept by their rank in the definition."""
    return {
        "rule_version": result.rule_version,
        "exact": _text(result.exact),
        "tenths": result.tenths,
        "level": result.level,
        "level_before_caps": result.level_before_caps,
        "caps": [{"level": cap.level, "because": cap.because} for cap in result.caps],
        "dimensions": [
            {
                "code": each.code,
                "weight": _text(each.weight),
                "exact": _text(each.exact),
                "tenths": each.tenths,
                "level": each.level,
                "level_before_caps": each.level_before_caps,
                "because": list(each.because),
            }
            for each in result.dimensions
        ],
        "contributions": [
            {
                "question": each.question,
                "dimension": each.dimension,
                "share": _text(each.share),
                "weight": _text(each.weight),
                "obtained": _text(each.obtained),
                "possible": _text(each.possible),
                "part": each.part,
                "best": _text(each.best),
            }
            for each in result.contributions
        ],
        "ignored": [
            {"question": each.question, "because": each.because.value, "row": each.row}
            for each in result.ignored
        ],
        "strengths": list(result.strengths),
        "priorities": list(result.priorities),
    }


def result_from_json(definition: Definition, stored: Mapping[str, Any]) -> Result:
    """The result stored by `result_to_json` for the same definition."""
    applied = {(cap["level"], cap["because"]) for cap in stored["caps"]}
    return Result(
        rule_version=stored["rule_version"],
        exact=_fraction(stored["exact"]),
        tenths=stored["tenths"],
        level=stored["level"],
        level_before_caps=stored["level_before_caps"],
        caps=tuple(cap for cap in definition.caps if (cap.level, cap.because) in applied),
        dimensions=tuple(
            DimensionScore(
                code=each["code"],
                weight=Fraction(each["weight"]),
                exact=_fraction(each["exact"]),
                tenths=each["tenths"],
                level=each["level"],
                level_before_caps=each.get("level_before_caps", each["level"]),
                because=tuple(each.get("because", ())),
            )
            for each in stored["dimensions"]
        ),
        contributions=tuple(
            Contribution(
                question=each["question"],
                dimension=each["dimension"],
                share=Fraction(each["share"]),
                weight=Fraction(each["weight"]),
                obtained=Fraction(each["obtained"]),
                possible=Fraction(each["possible"]),
                part=each.get("part"),
                best=Fraction(each.get("best", 1)),
            )
            for each in stored["contributions"]
        ),
        ignored=tuple(
            Ignored(each["question"], IgnoredBecause(each["because"]), each["row"])
            for each in stored["ignored"]
        ),
        strengths=tuple(stored["strengths"]),
        priorities=tuple(stored["priorities"]),
    )


def proposals_to_json(proposals: tuple[Proposal, ...]) -> list[dict[str, Any]]:
    """The JSON of the proposed measures, in their order, with their reasons."""
    return [
        {"measure": each.measure.code, "reasons": [_reason_to_json(reason) for reason in each.reasons]}
        for each in proposals
    ]


def proposals_from_json(definition: Definition, stored: list[Any]) -> tuple[Proposal, ...]:
    """The proposals stored by `proposals_to_json` for the same definition."""
    return tuple(
        Proposal(
            definition.measure_by_code[each["measure"]],
            tuple(_reason_from_json(reason) for reason in each["reasons"]),
        )
        for each in stored
    )


def _reason_to_json(reason: Reason) -> dict[str, Any]:
    if isinstance(reason, BecauseOfLevel):
        return {"dimension": reason.dimension, "level": reason.level, "tenths": reason.tenths}
    return {"question": reason.question, "answered": reason.answered}


def _reason_from_json(stored: Mapping[str, Any]) -> Reason:
    if "dimension" in stored:
        return BecauseOfLevel(stored["dimension"], stored["level"], stored["tenths"])
    return BecauseOfAnswer(stored["question"], stored["answered"])


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
