"""Pure parts of the editor: gestures, conditions as forms show them, differences, effect on answers."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics import editing
from diagnostics.answers import Answer
from diagnostics.condition_editing import from_groups, to_groups
from diagnostics.definition import Definition, DefinitionError, parse_definition
from diagnostics.differences import Change, Noun, differences
from diagnostics.effect import Effect, carried, compare_one, effect_from_json
from diagnostics.scoring import score

from .documents import dimension, document, full_document, rich_document, scale, single
from .strategies import answers_to

FULL = parse_definition(full_document())
QUESTIONS = {str(each["code"]): each for _section, each in editing.questions_of(full_document())}


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    usage = st.sampled_from(
        [
            {"question": "usage", "equals": "oui"},
            {"question": "usage", "in": ["peu", "oui"]},
            {"question": "sources", "selected": "a"},
            {"question": "ambition", "at_least": 3},
            {"question": "qualite", "row": "r1", "at_most": 2},
            {"question": "budget", "answered": False},
        ]
    )
    return usage | usage.filter(lambda leaf: "answered" not in leaf and "at_least" not in leaf).filter(
        lambda leaf: "at_most" not in leaf
    ).map(lambda leaf: {"not": leaf})


def groups() -> st.SearchStrategy[dict[str, Any]]:
    """Conditions of the shape a form shows."""
    many = st.lists(leaves(), min_size=2, max_size=3)
    inner = leaves() | many.map(lambda parts: {"all": parts})
    other = leaves() | many.map(lambda parts: {"any": parts})
    return (
        leaves()
        | many.map(lambda parts: {"all": parts})
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: {"any": parts})
        | st.lists(other, min_size=2, max_size=3).map(lambda parts: {"all": parts})
    )


@settings(max_examples=60)
@given(groups())
def test_a_condition_shown_by_form_is_written_back_the_same(condition: dict[str, Any]):
    shown = to_groups(condition)
    assert shown is not None
    assert from_groups(shown, QUESTIONS) == condition


SECTIONS = ["strategie", "donnees", "equipe"]
gestures = st.one_of(
    st.tuples(st.just("move"), st.sampled_from(sorted(QUESTIONS)), st.sampled_from([-1, 1])),
    st.tuples(st.just("duplicate"), st.sampled_from(sorted(QUESTIONS)), st.just(0)),
    st.tuples(
        st.just("section"), st.sampled_from(["strategie", "donnees", "equipe"]), st.sampled_from([-1, 1])
    ),
    st.tuples(st.just("copy"), st.sampled_from(["strategie", "donnees", "equipe"]), st.just(0)),
)


@settings(max_examples=40)
@given(st.lists(gestures, max_size=5))
def test_moving_and_copying_keep_a_questionnaire_valid_and_lose_nothing(steps: list[Any]):
    written = full_document()
    for gesture, code, by in steps:
        if gesture == "move":
            written = editing.move(written, editing.QUESTION, code, by)
        elif gesture == "section":
            written = editing.move(written, editing.SECTION, code, by)
        elif gesture == "duplicate":
            written, _fresh = editing.duplicate(written, editing.QUESTION, code)
        else:
            written, _fresh = editing.duplicate(written, editing.SECTION, code)
    # A question moved into the section that its own answer opens: told to the author, not prevented.
    assert problems_of(written) <= {"des conditions qui ne tournent pas en rond"}
    assert set(QUESTIONS) <= editing.question_codes(written)


def problems_of(written: Any) -> set[str]:
    try:
        parse_definition(written)
    except DefinitionError as refused:
        return {each.expected for each in refused.problems}
    return set()


def test_a_version_does_not_differ_from_itself():
    for written in (full_document(), rich_document()):
        definition = parse_definition(written)
        assert differences(definition, definition) == ()


def test_every_sort_of_difference_is_found():
    before = full_document()
    after = json.loads(json.dumps(before))
    after["levels"][1]["from"] = 25
    after["dimensions"][0]["questions"][0]["choices"][1]["points"] = 1.5
    after["dimensions"][0]["questions"][0]["choices"].append({"code": "nsp", "label": "Ne sait pas"})
    after["dimensions"][1]["weight"] = 2
    after["dimensions"][1]["questions"][0]["show_if"] = {"question": "usage", "equals": "oui"}
    after["dimensions"][2]["questions"].pop(1)
    after["measures"][0]["title"] = "Mieux ranger"
    after["caps"] = []
    found = {
        (each.change, each.noun) for each in differences(parse_definition(before), parse_definition(after))
    }
    assert found == {
        (Change.VALUE, Noun.LEVEL),
        (Change.VALUE, Noun.SECTION),
        (Change.VALUE, Noun.CHOICE),
        (Change.ADDED, Noun.CHOICE),
        (Change.CONDITION, Noun.QUESTION),
        (Change.REMOVED, Noun.QUESTION),
        (Change.TEXT, Noun.MEASURE),
        (Change.REMOVED, Noun.CAP),
    }


@settings(max_examples=30)
@given(st.lists(answers_to(FULL), min_size=1, max_size=5))
def test_the_same_text_has_no_effect(given_answers: list[dict[str, Answer]]):
    effect = Effect()
    for answers in given_answers:
        compare_one(effect, FULL, FULL, answers)
    assert (effect.companies, effect.changed, effect.raised, effect.lowered) == (len(given_answers), 0, 0, 0)
    assert not effect.lost
    assert not effect.dimensions
    assert effect_from_json(json.loads(json.dumps(effect.to_json()))) == effect


def two_versions() -> tuple[Definition, Definition]:
    before = document(dimension("d", single("a"), single("b"), scale("c")), dimension("e", single("f")))
    after = json.loads(json.dumps(before))
    after["dimensions"][0]["questions"][0]["weight"] = 9
    after["dimensions"][0]["questions"][1]["choices"].pop(1)
    after["dimensions"][0]["questions"].pop(2)
    return parse_definition(before), parse_definition(after)


def test_answers_are_carried_where_they_can_be_and_the_others_are_counted():
    before, after = two_versions()
    answers = {"a": Answer("oui"), "b": Answer("peu"), "c": Answer(5), "f": Answer("non")}
    kept, lost = carried(before, after, answers)
    assert (set(kept), lost) == ({"a", "f"}, ("b", "c"))
    effect = Effect()
    compare_one(effect, before, after, answers)
    old, new = score(before, answers), score(after, kept)
    assert effect.moves == ({(old.level, new.level): 1} if old.level != new.level else {})
    assert effect.lost == {"b": 1, "c": 1}
    assert effect.mean_change() == Fraction(new.tenths - old.tenths, 10)
