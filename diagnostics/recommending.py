"""Which measures to propose, in which order, and why: a pure function of the answers.

The order is the one an advisor would defend: the further behind its dimension is, the stronger its
effect and the lighter its effort, the earlier a measure comes: what is missing to 100 in the dimension,
times the effect (1 to 3), over the effort (1 to 3). Ties go to the lower cost, then to the author's order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction

from .answers import Answers
from .conditions import holds, levels_at_most, what_is_shown
from .definition import (
    AllOf,
    AnyOf,
    Condition,
    Definition,
    DimensionAtMost,
    Measure,
    Not,
    Predicate,
)
from .scoring import HUNDRED, Result, levels_by_dimension


@dataclass(frozen=True)
class BecauseOfLevel:
    """Proposed because of where a dimension stands."""

    dimension: str
    level: str
    tenths: int


@dataclass(frozen=True)
class BecauseOfAnswer:
    """Proposed because of an answer, or of the want of one (`answered` false)."""

    question: str
    answered: bool


Reason = BecauseOfLevel | BecauseOfAnswer


@dataclass(frozen=True)
class Proposal:
    """One proposed measure with its reasons, in the order the condition names them."""

    measure: Measure
    reasons: tuple[Reason, ...]


def recommend(definition: Definition, answers: Answers, result: Result) -> tuple[Proposal, ...]:
    """The measures whose condition holds, the most useful first.

    A measure of a dimension that was not scored is proposed only when its condition speaks of
    answers: nothing is known of a level that was not reached.
    """
    counted = what_is_shown(definition, answers).answers
    levels = levels_at_most(definition, levels_by_dimension(result.dimensions))
    scores = {each.code: each for each in result.dimensions}

    def order(measure: Measure) -> tuple[Fraction, int]:
        exact = scores[measure.dimension].exact
        behind = Fraction(0) if exact is None else HUNDRED - exact
        usefulness = behind * (measure.impact.rank + 1) / (measure.effort.rank + 1)
        return -usefulness, measure.cost_min_cents

    proposed = [m for m in definition.measures if holds(m.propose_if, counted, levels)]
    proposals = []
    for measure in sorted(proposed, key=order):
        named = _true_leaves(measure.propose_if, counted, levels, wanted=True)
        reasons = (_reason(leaf, counted, result) for leaf in named)
        proposals.append(Proposal(measure, tuple(dict.fromkeys(reasons))))
    return tuple(proposals)


def _true_leaves(
    condition: Condition,
    answers: Answers,
    levels: Collection[tuple[str, str]],
    *,
    wanted: bool,
) -> Iterator[Predicate | DimensionAtMost]:
    """The leaves that make the condition hold (`wanted`) or, under a negation, fail."""
    match condition:
        case Predicate() | DimensionAtMost():
            if holds(condition, answers, levels) is wanted:
                yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                if holds(part, answers, levels) is wanted:
                    yield from _true_leaves(part, answers, levels, wanted=wanted)
        case Not(part):
            yield from _true_leaves(part, answers, levels, wanted=not wanted)


def _reason(leaf: Predicate | DimensionAtMost, answers: Answers, result: Result) -> Reason:
    if isinstance(leaf, Predicate):
        answer = answers.get(leaf.question)
        return BecauseOfAnswer(leaf.question, answer is not None and answer.is_given)
    reached = next(each for each in result.dimensions if each.code == leaf.dimension)
    return BecauseOfLevel(leaf.dimension, reached.level or "", reached.tenths or 0)
