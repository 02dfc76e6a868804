"""Finding a person in a text and taking her out of it, whatever the text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.persons import ERASED_NAME, Identity, unaccented

INES = Identity("ines.delattre@filature.example", frozenset({("Inès", "Delattre")}))


@pytest.mark.parametrize(
    "text",
    [
        "Appel d’Inès Delattre ce matin",
        "INÈS DELATTRE",
        "ines delattre ines.delattre@filature.example",
        "Delattre, Inès",
        "Delattre Inès",
        "Mme Delattre rappellera",
        "voir avec M. Delattre.",
        "I. Delattre (gérante)",
        "Écrire à INES.Delattre@filature.example.",
        "Ine\u0300s Delattre",
        "Inès\u00a0Delattre",
    ],
)
def test_every_way_of_naming_her_is_found_and_taken_out(text: str) -> None:
    assert INES.mentioned_in(text)
    clean = INES.scrub(text, address="efface-1@efface.invalid")
    assert not INES.mentioned_in(clean)
    assert "delattre" not in unaccented(clean).lower()


@pytest.mark.parametrize(
    "text",
    [
        "Delattre SARL",
        "rue Delattre",
        "Inès Martin",
        "Delattreau Inès-Marie",
        "autre.ines.delattre@filature.example",
        "ines.delattre@filature.example.org",
        "",
    ],
)
def test_what_is_not_her_is_left_alone(text: str) -> None:
    assert not INES.mentioned_in(text)
    assert INES.scrub(text, address="x@efface.invalid") == text


def test_json_is_searched_whole_keys_included() -> None:
    value = {"people": [{"name": "Inès Delattre"}, 3, None], "ines.delattre@filature.example": True}
    assert INES.mentioned_in(value)
    clean = INES.scrub(value, address="efface-1@efface.invalid")
    assert clean == {"people": [{"name": ERASED_NAME}, 3, None], "efface-1@efface.invalid": True}


words = st.text(st.characters(categories=("Lu", "Ll")), min_size=1, max_size=12)
texts = st.text(max_size=40)


@settings(max_examples=150)
@given(first=words, last=words, before=texts, after=texts, upper=st.booleans())
def test_scrubbing_leaves_no_mention_and_needles_lose_none(
    first: str, last: str, before: str, after: str, *, upper: bool
) -> None:
    person = Identity("someone@place.example", frozenset({(first, last)}))
    name = f"{first} {last}".upper() if upper else f"{first} {last}"
    for text in (f"{before} {name} {after}", f"{before} someone@place.example {after}"):
        if person.mentioned_in(text):
            stored = (text.lower(), json.dumps([text]).lower())
            needles = person.needles()
            # What a database is asked for must be in every text that names her, plain or as JSON.
            if needles and text.isascii():
                assert all(any(each.lower() in form for each in needles) for form in stored)
        clean = person.scrub(text, address="efface-1@efface.invalid")
        assert not person.mentioned_in(clean) or person.mentioned_in(ERASED_NAME)


@given(value=st.recursive(st.none() | st.integers() | texts, lambda inner: st.lists(inner, max_size=3)))
@settings(max_examples=80)
def test_scrubbing_twice_is_scrubbing_once(value: object) -> None:
    once = INES.scrub(value, address="efface-1@efface.invalid")
    assert INES.scrub(once, address="efface-1@efface.invalid") == once
