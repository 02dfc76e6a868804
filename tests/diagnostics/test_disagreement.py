"""Where independent respondents agree and where they do not."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.answers import NOT_APPLICABLE, UNANSWERED, Answer
from diagnostics.definition import parse_definition
from diagnostics.disagreement import Accord, View, agreed_answers, map_gaps
from diagnostics.scoring import score

from .documents import full_document
from .strategies import answers_to

FULL = parse_definition(full_document())


def test_agreement_difference_and_silence():
    gaps = map_gaps(
        FULL,
        [
            View("Direction", {"usage": Answer("oui"), "ambition": Answer(4), "outil": Answer("Un tableur")}),
            View("Atelier", {"usage": Answer("non"), "ambition": Answer(4)}),
        ],
    )
    accords = {each.question: each.accord for each in gaps.questions}
    assert accords["usage"] is Accord.DIFFERENT
    assert accords["ambition"] is Accord.AGREED
    assert accords["outil"] is Accord.ALONE
    assert accords["sources"] is Accord.NOBODY
    assert [(each.question, each.spread) for each in gaps.different] == [("usage", Fraction(1))]
    assert agreed_answers(gaps) == {
        "ambition": ("Direction", Answer(4)),
        "outil": ("Direction", Answer("Un tableur")),
    }
    strategy = gaps.dimensions[0]
    assert (strategy.compared, strategy.different) == (2, 1)
    assert strategy.tenths == {"Direction": 833, "Atelier": 500}
    assert strategy.spread_tenths == 333


def test_without_object_differs_from_an_answer_and_a_hidden_answer_says_nothing():
    hidden = {"sources": Answer(frozenset({"b"})), "part": Answer(Fraction(90))}
    gaps = map_gaps(
        FULL,
        [
            View("A", {"usage": NOT_APPLICABLE, **hidden}),
            View(
                "B",
                {"usage": Answer("oui"), "sources": Answer(frozenset({"a"})), "part": Answer(Fraction(5))},
            ),
        ],
    )
    by_code = {each.question: each for each in gaps.questions}
    assert by_code["usage"].accord is Accord.DIFFERENT
    assert by_code["usage"].spread is None
    assert list(by_code["part"].given) == ["B"]


@settings(max_examples=60)
@given(st.lists(answers_to(FULL), min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_map_does_not_depend_on_the_order_of_respondents(several: list[Any], rng: Any):
    views = [View(f"v{rank}", answers) for rank, answers in enumerate(several)]
    gaps = map_gaps(FULL, views)
    mixed = list(views)
    rng.shuffle(mixed)
    other = map_gaps(FULL, mixed)
    assert [(each.question, each.accord, each.spread) for each in gaps.questions] == [
        (each.question, each.accord, each.spread) for each in other.questions
    ]
    assert [each.spread_tenths for each in gaps.dimensions] == [
        each.spread_tenths for each in other.dimensions
    ]
    assert gaps.compared == other.compared
    for view in views:
        assert gaps.tenths[view.name] == score(FULL, view.answers).tenths
    for gap in gaps.questions:
        assert gap.spread is None or 0 <= gap.spread <= 1
        assert (gap.spread or 0) == 0 or gap.accord is Accord.DIFFERENT


@settings(max_examples=60)
@given(answers_to(FULL), st.integers(2, 3))
def test_respondents_who_say_the_same_agree_everywhere(answers: Any, count: int):
    gaps = map_gaps(FULL, [View(f"v{rank}", answers) for rank in range(count)])
    assert not gaps.different
    assert not [each for each in gaps.dimensions if each.spread_tenths]
    kept = {code: answer for code, (_name, answer) in agreed_answers(gaps).items()}
    assert score(FULL, kept) == score(FULL, answers)
    assert all(answer != UNANSWERED for answer in kept.values())
