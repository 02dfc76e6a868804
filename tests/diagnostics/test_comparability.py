"""What may be compared between versions: whatever is said comparable gives the same score to all answers."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.comparability import Sameness, compare
from diagnostics.definition import Definition, parse_definition
from diagnostics.scoring import score

from .documents import dimension, full_document, single
from .strategies import answers_to

FULL = parse_definition(full_document())


def changed(**steps: Any) -> Definition:
    """The full questionnaire after ``steps``, each a function of its document."""
    document = copy.deepcopy(full_document())
    for step in steps.values():
        step(document)
    return parse_definition(document)


def question(document: dict[str, Any], code: str) -> dict[str, Any]:
    return next(q for d in document["dimensions"] for q in d["questions"] if q["code"] == code)


def sameness(after: Definition) -> dict[str, Sameness]:
    return {each.code: each.sameness for each in compare(FULL, after).dimensions}


def test_a_version_is_comparable_with_itself():
    told = compare(FULL, FULL)
    assert told.is_whole
    assert {each.sameness for each in told.dimensions} == {Sameness.SAME}


def test_words_do_not_matter():
    def reword(document: dict[str, Any]) -> None:
        question(document, "usage")["text"] = "Vos équipes utilisent-elles l’IA ?"
        question(document, "usage")["choices"][0]["label"] = "Pas du tout"
        document["dimensions"][1]["title"] = "Vos données"

    after = changed(step=reword)
    assert sameness(after) == {
        "strategie": Sameness.REWORDED,
        "donnees": Sameness.REWORDED,
        "equipe": Sameness.SAME,
    }
    assert compare(FULL, after).is_whole


def test_points_weights_and_conditions_do():
    after = changed(step=lambda d: question(d, "ambition").update(weight=3))
    told = compare(FULL, after)
    assert (told.overall, told.levels, told.comparable) == (False, False, {"donnees", "equipe"})
    assert next(each.questions for each in told.dimensions if each.code == "strategie") == ("ambition",)


def test_a_condition_reaches_the_sections_that_depend_on_it():
    """« equipe » is shown according to « usage », whose choices changed: it is not the same any more."""
    bof = {"code": "bof", "label": "Bof", "points": 1}
    after = changed(step=lambda d: question(d, "usage")["choices"].append(bof))
    assert sameness(after)["equipe"] is Sameness.CHANGED
    assert sameness(after)["donnees"] is Sameness.SAME


def test_an_unscored_question_changes_nothing():
    after = changed(step=lambda d: question(d, "outil").update(required=False, help="Un nom"))
    assert compare(FULL, after).is_whole
    assert sameness(after)["equipe"] is Sameness.REWORDED


def test_dimensions_come_and_go():
    def swap(document: dict[str, Any]) -> None:
        document["dimensions"].append(dimension("neuve", single("nouvelle")))

    after = changed(step=swap)
    assert sameness(after)["neuve"] is Sameness.ADDED
    assert not compare(FULL, after).overall
    back = compare(after, FULL)
    assert {each.code: each.sameness for each in back.dimensions}["neuve"] is Sameness.REMOVED


def test_moving_a_threshold_keeps_scores_and_not_levels():
    after = changed(step=lambda d: d["levels"][2].update({"from": 45}))
    told = compare(FULL, after)
    assert (told.overall, told.levels) == (True, False)


@st.composite
def edits(draw: st.DrawFn) -> dict[str, Any]:
    """The full questionnaire after a few edits, some of words, some of substance."""
    document = copy.deepcopy(full_document())
    codes = [q["code"] for d in document["dimensions"] for q in d["questions"]]
    for code in draw(st.lists(st.sampled_from(codes), max_size=3)):
        target = question(document, code)
        match draw(st.sampled_from(["text", "weight", "choice", "required", "order"])):
            case "text":
                target["text"] = "Autrement dit ?"
            case "weight" if target.get("weight"):
                target["weight"] = draw(st.integers(1, 3))
            case "choice" if target.get("choices"):
                target["choices"][-1]["points"] = draw(st.sampled_from([0, 2, 3]))
            case "required":
                target["required"] = False
            case _:
                document["dimensions"][1]["questions"][:2] = document["dimensions"][1]["questions"][1::-1]
    document["dimensions"][0]["weight"] = draw(st.sampled_from([1, 1, 2]))
    return document


@settings(max_examples=60)
@given(edits(), answers_to(FULL))
def test_what_is_said_comparable_gives_the_same_scores(document: dict[str, Any], answers: Any):
    after = parse_definition(document)
    told = compare(FULL, after)
    before_result, after_result = score(FULL, answers), score(after, answers)
    before_scores = {each.code: each.exact for each in before_result.dimensions}
    for each in after_result.dimensions:
        if each.code in told.comparable:
            assert each.exact == before_scores[each.code]
    if told.overall:
        assert before_result.exact == after_result.exact
    if told.levels:
        assert before_result.level == after_result.level
    assert compare(after, FULL).comparable == told.comparable
