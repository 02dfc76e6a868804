"""The score: exact on a worked example, and its promises as properties."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from diagnostics.answers import NOT_APPLICABLE, Answer
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Kind, parse_definition
from diagnostics.result_json import result_from_json, result_to_json
from diagnostics.scoring import Ignored, IgnoredBecause, level_at, score

from .documents import dimension, document, full_document, matrix, multiple, scale, single
from .strategies import answers_to

FULL = parse_definition(full_document())

WORKED = {
    "usage": Answer("peu"),  # 1/2, weight 1
    "ambition": Answer(4),  # 3/4, weight 2
    "sources": Answer(frozenset({"a", "b", "risque"})),  # (1 + 1.5 − 1) / 3 = 1/2, weight 1
    "qualite": Answer({"r1": 4, "r2": 2}),  # (1 + 1/2) / 2 = 3/4, weight 2
    "budget": Answer(Fraction(600_000)),  # 1/2, weight 1
    "part": Answer(Fraction(40)),  # 2/5, weight 1
    "formation": Answer("oui"),  # 1, weight 1
    "effectif": Answer(Fraction(12)),
}


def test_a_worked_example_by_hand():
    result = score(FULL, WORKED)

    strategy = Fraction(1, 3) * (Fraction(1, 2) + 2 * Fraction(3, 4)) * 100
    data = Fraction(1, 5) * (Fraction(1, 2) + 2 * Fraction(3, 4) + Fraction(1, 2) + Fraction(2, 5)) * 100
    overall = (strategy + 3 * data + 100) / 5
    assert [(d.code, d.exact, d.tenths, d.level) for d in result.dimensions] == [
        ("strategie", strategy, 667, "n4"),
        ("donnees", data, 580, "n3"),
        ("equipe", Fraction(100), 1000, "n5"),
    ]
    assert (result.exact, result.tenths, result.level_before_caps) == (overall, 681, "n4")
    assert (result.level, [cap.because for cap in result.caps]) == (
        "n2",
        ["Sans règle d’usage, le niveau est limité."],
    )
    assert result.ignored == (
        Ignored("pourquoi", IgnoredBecause.UNANSWERED),
        Ignored("qualite", IgnoredBecause.UNANSWERED, "r3"),
        Ignored("effectif", IgnoredBecause.UNSCORED),
        Ignored("depuis", IgnoredBecause.UNANSWERED),
        Ignored("outil", IgnoredBecause.UNANSWERED),
    )
    assert (result.strengths, result.priorities) == (("equipe",), ("donnees", "strategie"))
    assert [each.question for each in result.best_gains()] == ["part", "sources", "qualite"]


def test_hidden_and_without_object_leave_the_denominator():
    result = score(FULL, {**WORKED, "usage": NOT_APPLICABLE, "sources": Answer(frozenset({"b"}))})
    ignored = {each.question: each.because for each in result.ignored}
    assert ignored["usage"] is IgnoredBecause.NOT_APPLICABLE
    assert ignored["part"] is IgnoredBecause.HIDDEN
    assert {each.question for each in result.contributions} == {
        "ambition",
        "sources",
        "qualite",
        "budget",
        "formation",
    }


def test_nothing_answered_gives_no_score_rather_than_zero():
    result = score(FULL, {})
    assert (result.exact, result.tenths, result.level, result.strengths, result.priorities) == (
        None,
        None,
        None,
        (),
        (),
    )
    assert all(each.tenths is None and each.level is None for each in result.dimensions)


def test_sums_count_points_where_means_count_weights():
    questions = [single("petite"), single("grande")]
    questions[1]["choices"] = [
        {"code": "non", "label": "Non", "points": 0},
        {"code": "oui", "label": "Oui", "points": 10},
    ]
    answers = {"petite": Answer("oui"), "grande": Answer("non")}
    mean = parse_definition(document(dimension("d", *questions)))
    by_sum = parse_definition(document(dimension("d", *questions, aggregation="sum")))
    assert score(mean, answers).exact == 50
    assert score(by_sum, answers).exact == Fraction(2, 12) * 100

    written = document(
        dimension("d", questions[0], aggregation="sum"), dimension("e", questions[1], aggregation="sum")
    )
    assert score(parse_definition(written), answers).exact == 50
    assert score(parse_definition({**written, "aggregation": "sum"}), answers).exact == Fraction(200, 12)


def test_full_at_reverse_scale_and_negative_points():
    written = document(
        dimension(
            "d",
            multiple("m", full_at=2),
            scale("inverse", scale={"min": 0, "max": 4, "reverse": True}),
        )
    )
    definition = parse_definition(written)
    full = {"m": Answer(frozenset({"a", "b"})), "inverse": Answer(0)}
    assert score(definition, full).exact == 100
    bad = {"m": Answer(frozenset({"risque"})), "inverse": Answer(4)}
    assert score(definition, bad).exact == 0


def test_rounding_is_half_up_and_the_level_is_read_from_what_is_printed():
    assert [level_at(FULL, tenths).code for tenths in (0, 199, 200, 799, 800, 1000)] == [
        "n1",
        "n1",
        "n2",
        "n4",
        "n5",
        "n5",
    ]
    definition = parse_definition(
        document(dimension("d", matrix("m", rows=[{"code": f"r{i}", "label": "x"} for i in range(40)])))
    )
    answer = {f"r{i}": 4 if i < 15 else 0 for i in range(40)} | {"r39": 2}
    # 15.5 / 40 = 38.75 %: halves go up.
    assert (
        score(definition, {"m": Answer(answer)}).exact,
        score(definition, {"m": Answer(answer)}).tenths,
    ) == (
        Fraction(155, 4),
        388,
    )


def test_stored_result_reads_back_the_same():
    result = score(FULL, WORKED)
    assert result_from_json(FULL, json.loads(json.dumps(result_to_json(result)))) == result


@given(answers_to(FULL))
def test_scores_are_bounded_and_contributions_add_up(answers):
    result = score(FULL, answers)
    assert result.tenths is None or 0 <= result.tenths <= 1000
    assert all(each.exact is None or 0 <= each.exact <= 100 for each in result.dimensions)
    if result.exact is not None:
        assert sum(each.obtained for each in result.contributions) == result.exact
        assert sum(each.possible for each in result.contributions) == 100
    assert not set(result.strengths) & set(result.priorities)
    counted = {each.question for each in result.contributions}
    assert counted | {each.question for each in result.ignored} == set(FULL.questions)


@given(answers_to(FULL), answers_to(FULL))
def test_a_hidden_question_changes_nothing(answers, others):
    hidden = set(FULL.questions) - what_is_shown(FULL, answers).questions
    assert score(FULL, {**answers, **{code: others[code] for code in hidden}}) == score(FULL, answers)


@given(answers_to(FULL), st.permutations(FULL.dimensions))
def test_the_order_of_sections_changes_nothing(answers, dimensions):
    moved = score(replace(FULL, dimensions=tuple(dimensions)), answers)
    there = score(FULL, answers)
    assert (moved.exact, moved.tenths, moved.level) == (there.exact, there.tenths, there.level)
    assert sorted(moved.dimensions, key=lambda d: d.code) == sorted(there.dimensions, key=lambda d: d.code)
    assert set(moved.contributions) == set(there.contributions)


@given(st.data(), answers_to(FULL))
def test_a_better_answer_never_lowers_the_score(data, answers):
    shown = what_is_shown(FULL, answers)
    scored = [c for c in sorted(shown.questions) if FULL.questions[c].is_scored and answers[c].is_given]
    assume(scored)
    code = data.draw(st.sampled_from(scored))
    better = {**answers, code: Answer(_better(FULL.questions[code], answers[code].value))}
    assume(what_is_shown(FULL, better).questions == shown.questions)
    assert score(FULL, better).exact >= score(FULL, answers).exact


def _better(question, value):
    match question.kind:
        case Kind.SINGLE:
            return "oui"
        case Kind.MULTIPLE:
            return (value - {"risque", "aucun"}) | {"b"}
        case Kind.SCALE:
            return min(value + 1, question.scale.maximum)
        case Kind.MATRIX:
            return {row: min(step + 1, question.scale.maximum) for row, step in value.items()}
        case Kind.PERCENTAGE:
            return min(value + 7, Fraction(100))
        case _:
            return value + 1_000_000


def test_a_hundred_questions_are_scored_in_milliseconds():
    written = document(
        *(dimension(f"d{d}", *(single(f"q{d}-{q}", weight=1 + q % 3) for q in range(10))) for d in range(10))
    )
    definition = parse_definition(written)
    answers = {code: Answer("peu") for code in definition.questions}
    score(definition, answers)
    started = time.perf_counter()
    for _ in range(20):
        score(definition, answers)
    assert (time.perf_counter() - started) / 20 < 0.05  # ten times the aim: no timed test on shared machines
