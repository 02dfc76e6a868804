"""The answers that would raise the result most, each really tried."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings

from diagnostics.answers import Answer
from diagnostics.definition import parse_definition
from diagnostics.levers import best_answer, best_levers
from diagnostics.scoring import score, share_of

from .documents import full_document
from .strategies import answers_to

FULL = parse_definition(full_document())
CAPPED = {
    "usage": Answer("peu"),
    "ambition": Answer(4),
    "sources": Answer(frozenset({"a", "b", "risque"})),
    "qualite": Answer({"r1": 4, "r2": 2, "r3": 4}),
    "budget": Answer(Fraction(600_000)),
    "part": Answer(Fraction(40)),
    "formation": Answer("oui"),
}


def test_lifting_a_blocking_criterion_comes_first():
    result = score(FULL, CAPPED)
    assert result.level == "n2"
    first, *others = best_levers(FULL, CAPPED, result)
    assert (first.question, first.level, first.raises_level) == ("sources", "n4", True)
    assert [each.raises_level for each in others] == [False, False]
    assert others[0].gain_tenths >= others[1].gain_tenths > 0


def test_a_perfect_result_has_no_lever():
    best = {code: best_answer(question, Answer()) or Answer() for code, question in FULL.questions.items()}
    result = score(FULL, best)
    assert (result.tenths, result.level) == (1000, "n5")
    assert best_levers(FULL, best, result) == ()


def test_every_scored_question_has_a_best_answer_worth_everything():
    for question in FULL.questions.values():
        best = best_answer(question, Answer())
        assert (best is not None) is question.is_scored
        if best is not None:
            assert share_of(question, best) == 1


@settings(max_examples=60)
@given(answers_to(FULL))
def test_each_lever_tells_what_its_answer_would_really_give(answers: Any):
    result = score(FULL, answers)
    levers = best_levers(FULL, answers, result)
    ranks = FULL.level_rank
    for lever in levers:
        changed = {
            **answers,
            lever.question: best_answer(FULL.questions[lever.question], answers[lever.question]),
        }
        tried = score(FULL, changed)
        assert (tried.tenths, tried.level) == (lever.tenths, lever.level)
        assert lever.raises_level is (ranks[tried.level] > ranks[result.level])
        assert lever.raises_level or lever.gain_tenths > 0
    assert [each.raises_level for each in levers] == sorted(
        (each.raises_level for each in levers), reverse=True
    )
