"""Pure parts of the editor: gestures, conditions as forms show them, differences, effect on answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics import editing
from diagnostics.answers import Answer
from diagnostics.author_conditions import after_gesture, name_of, read_group
from diagnostics.condition_editing import (
    ALL,
    ANY,
    MODES,
    NONE,
    NOT_ALL,
    Group,
    Statement,
    from_group,
    to_group,
)
from diagnostics.definition import MAX_DEPTH, Definition, DefinitionError, parse_definition
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


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    """Conditions nested at will, each group with two parts at least, as a form writes them."""

    def grouped(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        many = st.lists(inner, min_size=2, max_size=3)
        return (
            many.map(lambda parts: {"all": parts})
            | many.map(lambda parts: {"any": parts})
            | inner.map(lambda part: {"not": part})
        )

    return st.recursive(leaves(), grouped, max_leaves=12)


@settings(max_examples=200)
@given(conditions())
def test_a_condition_shown_by_form_is_written_back_the_same(condition: dict[str, Any]):
    shown = to_group(condition)
    assert shown is not None
    written = from_group(shown, QUESTIONS)
    assert written.condition == condition
    assert to_group(written.condition) == shown
    for path, place in written.places:
        assert shown.at(place) is not None, path


def shown_groups() -> st.SearchStrategy[Group]:
    """Whatever an author may have on screen: blank lines, groups of one, in any mode."""
    lines = leaves().map(to_group).map(lambda group: group.parts[0]) | st.just(Statement())
    modes = st.sampled_from(MODES)
    parts = st.recursive(
        lines, lambda inner: st.builds(Group, modes, st.lists(inner, max_size=3).map(tuple)), max_leaves=10
    )
    return st.builds(Group, modes, st.lists(parts, max_size=3).map(tuple))


def fields_of(group: Group, place: tuple[int, ...] = ()) -> Iterator[tuple[str, str]]:
    """What a browser sends of a group."""
    yield f"{name_of(place)}-mode", group.mode
    for rank, part in enumerate(group.parts):
        under = (*place, rank)
        if isinstance(part, Group):
            yield from fields_of(part, under)
        else:
            name = name_of(under)
            yield from ((f"{name}-sujet", part.subject), (f"{name}-mot", part.word))
            yield from ((f"{name}-part", part.part), *((f"{name}-valeur", value) for value in part.values))


def depth_of(part: Statement | Group) -> int:
    inside = part.parts if isinstance(part, Group) else ()
    return max((1 + depth_of(each) for each in inside), default=0)


@settings(max_examples=150)
@given(shown_groups().filter(lambda group: depth_of(group) <= MAX_DEPTH))
def test_what_a_form_sends_is_what_it_showed(group: Group):
    data = QueryDict(mutable=True)
    for name, value in fields_of(group):
        data.appendlist(name, value)
    assert read_group(data) == group


@settings(max_examples=150)
@given(shown_groups(), st.data())
def test_writing_a_condition_settles_it_without_changing_its_meaning(group: Group, data: st.DataObject):
    written = from_group(group, QUESTIONS).condition
    settled = to_group(written)
    assert settled is not None
    assert from_group(settled, QUESTIONS).condition == written
    truths: dict[str, bool] = {}

    def truth(leaf: dict[str, Any]) -> bool:
        return truths.setdefault(json.dumps(leaf), data.draw(st.booleans()))

    assert (written is None or says(written, truth)) == (said(group, truth) is not False)


def says(condition: dict[str, Any], truth: Callable[[dict[str, Any]], bool]) -> bool:
    match condition:
        case {"all": parts}:
            return all(says(part, truth) for part in parts)
        case {"any": parts}:
            return any(says(part, truth) for part in parts)
        case {"not": part}:
            return not says(part, truth)
    return truth(condition)


def said(part: Statement | Group, truth: Callable[[dict[str, Any]], bool]) -> bool | None:
    """What a form says, read from its groups; None when it says nothing."""
    if isinstance(part, Statement):
        written = from_group(Group(ALL, (part,)), QUESTIONS).condition
        return None if written is None else says(written, truth)
    inside = [each for each in (said(each, truth) for each in part.parts) if each is not None]
    if not inside:
        return None
    together = {ALL: all, NOT_ALL: lambda each: not all(each), ANY: any, NONE: lambda each: not any(each)}
    return bool(together[part.mode](inside))


def test_other_ways_to_write_a_condition_are_shown_too():
    usage, sources = {"question": "usage", "equals": "oui"}, {"question": "sources", "selected": "a"}
    side_by_side = {**usage, "any": [sources, {"question": "budget", "answered": True}]}
    shown = to_group(side_by_side)
    assert shown is not None
    assert from_group(shown, QUESTIONS).condition == {"all": [usage, {"any": side_by_side["any"]}]}
    assert from_group(to_group({"all": [usage]}) or Group(), QUESTIONS).condition == usage
    for nonsense in ([usage], {"all": usage}, {"any": []}, {"question": "usage"}, {"not": 3}, {"all": [3]}):
        assert to_group(nonsense) is None


def test_gestures_on_a_condition():
    line, other = Statement("usage", "answered"), Statement("budget", "answered")
    shown = Group(ANY, (line, Group(ALL, (other,))))
    added, focus = after_gesture(shown, "ligne:c-1")
    assert (added.at((1, 1)), focus) == (Statement(), "c-1-1-sujet")
    nested, focus = after_gesture(shown, "groupe:c-1")
    assert (nested.at((1, 1)), focus) == (Group(ALL, (Statement(),)), "c-1-1-mode")
    assert after_gesture(shown, "retirer:c-0") == (Group(ANY, (Group(ALL, (other,)),)), "c-ligne")
    assert after_gesture(shown, "retirer:c-1-0")[0] == Group(ANY, (line,)), "a group goes with its last line"
    assert after_gesture(shown, "montrer:c-1-0") == (shown, "c-1-0-mot")
    for nonsense in ("", "retirer:c", "retirer:c-9", "ligne:c-0", "ligne:x", "groupe:c-1-0-0", "ligne:c-²"):
        assert after_gesture(shown, nonsense) == (shown, "") or nonsense == "retirer:c-9"
        assert after_gesture(shown, nonsense)[0] == shown


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
