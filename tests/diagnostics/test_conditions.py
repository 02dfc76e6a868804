"""What is shown, what is proposed, what is left to do."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given

from diagnostics.answers import NOT_APPLICABLE, Answer
from diagnostics.conditions import holds, what_is_shown
from diagnostics.definition import AllOf, AnyOf, Not, Operator, Predicate, parse_definition
from diagnostics.progress import Missing, progress_of
from diagnostics.recommending import BecauseOfAnswer, BecauseOfLevel, recommend
from diagnostics.scoring import score

from .documents import dimension, document, full_document, measure, single
from .strategies import answers_to
from .test_scoring import FULL, WORKED


@pytest.mark.parametrize(
    ("operator", "expected", "value", "verdict"),
    [
        (Operator.EQUALS, "oui", "oui", True),
        (Operator.EQUALS, Fraction(3), 3, True),
        (Operator.EQUALS, "2019-01-29", date(2019, 1, 29), True),
        (Operator.SELECTED, "a", frozenset({"a", "b"}), True),
        (Operator.SELECTED, "c", frozenset({"a", "b"}), False),
        (Operator.SELECTED, "oui", "oui", True),
        (Operator.IN, frozenset({"x", "b"}), frozenset({"a", "b"}), True),
        (Operator.IN, frozenset({"oui", "peu"}), "non", False),
        (Operator.AT_LEAST, Fraction(4), 4, True),
        (Operator.AT_MOST, Fraction(4), Fraction(9, 2), False),
        (Operator.AT_LEAST, "2019-01-01", date(2019, 1, 29), True),
        (Operator.ANSWERED, True, "x", True),
        (Operator.ANSWERED, False, "x", False),
    ],
)
def test_predicates(operator, expected, value, verdict):
    assert holds(Predicate("q", operator, expected), {"q": Answer(value)}) is verdict


@pytest.mark.parametrize("answers", [{}, {"q": Answer()}, {"q": NOT_APPLICABLE}])
def test_nothing_said_makes_a_predicate_false_and_its_negation_true(answers):
    asked = Predicate("q", Operator.EQUALS, "oui")
    assert (holds(asked, answers), holds(Not(asked), answers)) == (False, True)
    assert holds(Predicate("q", Operator.ANSWERED, False), answers) is True
    assert holds(AllOf((asked, Not(asked))), answers) is False
    assert holds(AnyOf((asked, Not(asked))), answers) is True


def test_rows_of_a_matrix_have_their_own_predicate():
    predicate = Predicate("q", Operator.AT_LEAST, Fraction(3), row="r1")
    assert holds(predicate, {"q": Answer({"r1": 3})}) is True
    assert holds(predicate, {"q": Answer({"r2": 4})}) is False


def test_an_answer_to_a_hidden_question_shows_nothing_further():
    written = document(
        dimension(
            "d",
            single("a"),
            single("b", show_if={"question": "a", "equals": "oui"}),
            single("c", show_if={"question": "b", "equals": "oui"}),
        ),
        dimension("e", single("f"), show_if={"question": "c", "answered": True}),
    )
    definition = parse_definition(written)
    answers = {"a": Answer("non"), "b": Answer("oui"), "c": Answer("oui"), "f": Answer("oui")}
    shown = what_is_shown(definition, answers)
    assert (shown.questions, shown.dimensions) == ({"a"}, {"d"})
    opened = what_is_shown(definition, {**answers, "a": Answer("oui")})
    assert (opened.questions, opened.dimensions) == ({"a", "b", "c", "f"}, {"d", "e"})


def test_measures_are_ordered_and_say_why():
    answers = {**WORKED, "formation": Answer("non"), "ambition": Answer(2)}
    result = score(FULL, answers)
    proposals = recommend(FULL, answers, result)
    assert [(each.measure.code, each.reasons) for each in proposals] == [
        ("former", (BecauseOfAnswer("formation", True),)),
        ("cadrer", (BecauseOfLevel("strategie", "n2", 333), BecauseOfAnswer("ambition", True))),
        ("ranger", (BecauseOfLevel("donnees", "n3", 580),)),
    ]


def test_in_one_dimension_effect_over_effort_then_cost_decide():
    always = {"question": "q", "answered": True}
    written = document(
        dimension("d", single("q")),
        measures=[
            measure("cher", "d", always, cost={"min": 900, "max": 900}),
            measure("facile", "d", always, effort="low"),
            measure("utile", "d", always, impact="high", effort="high"),
            measure("gratuit", "d", always),
            measure("absent", "d", {"not": always}),
        ],
    )
    definition = parse_definition(written)
    answers = {"q": Answer("peu")}
    proposals = recommend(definition, answers, score(definition, answers))
    assert [each.measure.code for each in proposals] == ["facile", "utile", "gratuit", "cher"]


def test_a_missing_answer_is_a_reason_under_a_negation():
    written = document(
        dimension("d", single("q"), single("r")),
        measures=[measure("m", "d", {"not": {"question": "q", "equals": "oui"}})],
    )
    definition = parse_definition(written)
    [proposal] = recommend(definition, {"r": Answer("oui")}, score(definition, {"r": Answer("oui")}))
    assert proposal.reasons == (BecauseOfAnswer("q", False),)


def test_progress_counts_what_is_visible_and_must_be_answered():
    progress = progress_of(FULL, {})
    assert (progress.answered, progress.total, progress.percent) == (0, 5, 0)
    assert [(s.code, s.answered, s.total) for s in progress.sections] == [
        ("strategie", 0, 2),
        ("donnees", 0, 3),
    ]
    assert progress.minutes_left == 6

    partly = progress_of(FULL, WORKED)
    assert (partly.answered, partly.total, partly.percent, partly.sections_left) == (7, 9, 77, 2)
    assert partly.missing == (
        Missing("pourquoi", "strategie", required=False),
        Missing("qualite", "donnees", required=True, rows=("r3",)),
        Missing("depuis", "equipe", required=False),
        Missing("outil", "equipe", required=True),
    )
    assert [each.question for each in partly.missing_required] == ["qualite", "outil"]

    done = progress_of(FULL, {**WORKED, "outil": Answer("x"), "qualite": Answer({"r1": 1, "r2": 1, "r3": 1})})
    assert (done.percent, done.is_complete, done.minutes_left, done.sections_left) == (100, True, 0, 0)


def test_without_object_counts_as_answered():
    assert progress_of(FULL, {"usage": NOT_APPLICABLE}).answered == 1


@given(answers_to(FULL))
def test_progress_never_lies(answers):
    progress = progress_of(FULL, answers)
    shown = what_is_shown(FULL, answers)
    assert 0 <= progress.answered <= progress.total
    assert (progress.percent == 100) is progress.is_complete is (progress.minutes_left == 0)
    assert {each.question for each in progress.missing} <= shown.questions
    assert {section.code for section in progress.sections} == shown.dimensions
    assert 0 <= progress.minutes_left <= FULL.minutes


@given(answers_to(FULL))
def test_every_proposal_has_a_reason_and_is_proposed_once(answers):
    proposals = recommend(FULL, answers, score(FULL, answers))
    codes = [each.measure.code for each in proposals]
    assert len(codes) == len(set(codes))
    assert all(each.reasons for each in proposals)


def test_the_full_document_is_not_changed_by_reading():
    assert parse_definition(full_document()) == FULL
