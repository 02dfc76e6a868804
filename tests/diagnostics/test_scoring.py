"""The score: exact on a worked example, and its promises as properties."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diagnostics.answers import NOT_APPLICABLE, Answer
from diagnostics.conditions import visible_choices, what_is_shown
from diagnostics.definition import Kind, parse_definition
from diagnostics.result_json import result_from_json, result_to_json
from diagnostics.scoring import Ignored, IgnoredBecause, level_at, score
from diagnostics.services import read_document, write_document

from .documents import dimension, document, full_document, matrix, multiple, rich_document, scale, single
from .strategies import answers_to

FULL = parse_definition(full_document())
RICH = parse_definition(rich_document())

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


BOTH = pytest.mark.parametrize("definition", [FULL, RICH], ids=["full", "rich"])


@BOTH
@given(data=st.data())
def test_scores_are_bounded_and_contributions_add_up(definition, data):
    answers = data.draw(answers_to(definition))
    result = score(definition, answers)
    assert result.tenths is None or 0 <= result.tenths <= 1000
    assert all(each.exact is None or 0 <= each.exact <= 100 for each in result.dimensions)
    assert all(0 <= each.obtained <= each.possible * each.best for each in result.contributions)
    if result.exact is not None:
        assert sum(each.obtained for each in result.contributions) == result.exact
        assert sum(each.possible for each in result.contributions) == 100
        # Rounded once: what is printed is within half a tenth of the exact value, never two roundings away.
        assert abs(Fraction(result.tenths, 10) - result.exact) <= Fraction(1, 20)
    assert not set(result.strengths) & set(result.priorities)
    counted = {each.question for each in result.contributions}
    asked = {code for code, question in definition.questions.items() if question.kind is not Kind.NOTE}
    assert counted | {each.question for each in result.ignored} == asked


@BOTH
@given(data=st.data())
def test_a_hidden_question_changes_nothing(definition, data):
    answers, others = data.draw(answers_to(definition)), data.draw(answers_to(definition))
    hidden = set(definition.questions) - what_is_shown(definition, answers).questions
    changed = {**answers, **{code: others[code] for code in hidden}}
    assert score(definition, changed) == score(definition, answers)


@BOTH
@given(data=st.data())
def test_the_order_of_sections_changes_nothing(definition, data):
    answers, dimensions = data.draw(answers_to(definition)), data.draw(st.permutations(definition.dimensions))
    moved = score(replace(definition, dimensions=tuple(dimensions)), answers)
    there = score(definition, answers)
    assert (moved.exact, moved.tenths, moved.level) == (there.exact, there.tenths, there.level)
    assert sorted(moved.dimensions, key=lambda d: d.code) == sorted(there.dimensions, key=lambda d: d.code)
    assert set(moved.contributions) == set(there.contributions)


@BOTH
@given(data=st.data())
def test_a_better_answer_never_lowers_the_score(definition, data):
    answers = data.draw(answers_to(definition))
    shown = what_is_shown(definition, answers)
    result = score(definition, answers)
    scored = sorted({each.question for each in result.contributions} - shown.set_by.keys())
    assume(scored)
    code = data.draw(st.sampled_from(scored))
    question = visible_choices(definition.questions[code], shown)
    better = {**answers, code: Answer(_better(question, shown.answers[code].value))}
    after = what_is_shown(definition, better)
    assume((after.questions, after.hidden_choices) == (shown.questions, shown.hidden_choices))
    assume({**after.answers, code: 0} == {**shown.answers, code: 0})  # and it sets nothing else
    assert score(definition, better).exact >= result.exact


def _better(question, value):
    match question.kind:
        case Kind.SINGLE:
            return "oui"
        case Kind.MULTIPLE:
            return _ticked_better(question, value)
        case Kind.COLUMNS:
            return {column: _ticked_better(question, ticked) for column, ticked in value.items()}
        case Kind.SCALE:
            return min(value + 1, question.scale.maximum)
        case Kind.MATRIX:
            return {row: min(step + 1, question.scale.maximum) for row, step in value.items()}
        case Kind.PERCENTAGE:
            return min(value + 7, Fraction(100))
        case Kind.AMOUNT:
            return value + 1_000_000
        case _:
            return min(value + 1, question.maximum)


def _ticked_better(question, value):
    """Without what costs points, and with one more good choice where there is room."""
    good = {c.code: c.points for c in question.choices if c.points > 0}
    kept = {code for code in value if code in good}
    others = sorted(good.keys() - kept, key=good.__getitem__)
    room = question.most_ticked is None or len(kept) < question.most_ticked
    return frozenset(kept | set(others[-1:])) if others and room else frozenset(kept) or value


@BOTH
@settings(max_examples=15)
@given(data=st.data())
def test_a_result_is_unchanged_by_reimport_of_its_own_export(definition, data):
    answers = data.draw(answers_to(definition))
    written = full_document() if definition is FULL else rich_document()
    again = parse_definition(read_document(write_document(written)))
    assert again == definition
    assert score(again, answers) == score(definition, answers)


@BOTH
@given(data=st.data())
def test_any_stored_result_reads_back_the_same(definition, data):
    result = score(definition, data.draw(answers_to(definition)))
    assert result_from_json(definition, json.loads(json.dumps(result_to_json(result)))) == result
