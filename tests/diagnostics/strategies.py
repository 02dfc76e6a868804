"""Random answers to a definition, for properties."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from diagnostics.answers import NOT_APPLICABLE, UNANSWERED, Answer
from diagnostics.definition import Definition, Kind, Question


def values(question: Question) -> st.SearchStrategy[Any]:
    """Possible values of one question."""
    alone = [frozenset({c.code}) for c in question.choices if c.exclusive]
    together = [c.code for c in question.choices if not c.exclusive]
    match question.kind:
        case Kind.SINGLE:
            return st.sampled_from([c.code for c in question.choices])
        case Kind.MULTIPLE:
            ticked = st.frozensets(st.sampled_from(together), min_size=1, max_size=question.most_ticked)
            return ticked | st.sampled_from(alone) if alone else ticked
        case Kind.SCALE:
            return st.sampled_from(list(question.scale.steps))
        case Kind.MATRIX:
            step = st.sampled_from(list(question.scale.steps))
            return st.dictionaries(st.sampled_from([r.code for r in question.rows]), step, min_size=1)
        case Kind.COLUMNS:
            ticked = st.frozensets(st.sampled_from(together), min_size=1)
            each = ticked | st.sampled_from(alone) if alone else ticked
            return st.dictionaries(st.sampled_from([c.code for c in question.columns]), each, min_size=1)
        case Kind.NOTE:
            return st.nothing()
        case Kind.NUMBER | Kind.PERCENTAGE | Kind.AMOUNT:
            low = int(question.minimum or 0)
            high = int(question.maximum or (100 if question.kind is Kind.PERCENTAGE else 10_000_000))
            return st.integers(low, high).map(Fraction)
        case Kind.DATE:
            return st.dates(date(2000, 1, 1), date(2030, 1, 1))
        case _:
            return st.text(min_size=1, max_size=5)


def answers_to(definition: Definition) -> st.SearchStrategy[dict[str, Answer]]:
    """Any set of answers: given, without object where allowed, or none."""
    each = {}
    for question in definition.questions.values():
        possible = values(question).map(Answer) | st.just(UNANSWERED)
        each[question.code] = possible | st.just(NOT_APPLICABLE) if question.not_applicable else possible
    return st.fixed_dictionaries(each)
