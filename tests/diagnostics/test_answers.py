"""Answers from forms, files and the database."""

from __future__ import annotations

import contextlib
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.answers import (
    NOT_APPLICABLE,
    UNANSWERED,
    Answer,
    AnswerError,
    Typed,
    keep_exclusive,
    read_authored,
    read_stored,
    read_typed,
    stored_value,
)
from diagnostics.definition import parse_definition

from .documents import full_document

DEFINITION = parse_definition(full_document())
QUESTIONS = DEFINITION.questions


@pytest.mark.parametrize(
    ("code", "texts", "value", "stored"),
    [
        ("usage", ["oui"], "oui", "oui"),
        ("usage", [], None, None),
        ("usage", [""], None, None),
        ("ambition", ["4"], 4, 4),
        ("sources", ["b", "a"], frozenset({"a", "b"}), ["a", "b"]),
        ("sources", ["aucun"], frozenset({"aucun"}), ["aucun"]),
        ("budget", ["1 200,50 €"], Fraction(120050), 120050),
        ("budget", ["20000"], Fraction(2_000_000), 2_000_000),
        ("part", ["12,5 %"], Fraction(25, 2), "12.5"),
        ("effectif", ["1 250"], Fraction(1250), "1250"),
        ("depuis", ["29/01/2019"], date(2019, 1, 29), "2019-01-29"),
        ("depuis", ["2019-01-29"], date(2019, 1, 29), "2019-01-29"),
        ("outil", ["  Un tableur "], "Un tableur", "Un tableur"),
    ],
)
def test_what_is_typed_is_read_and_kept(code, texts, value, stored):
    question = QUESTIONS[code]
    read = read_typed(question, Typed(texts))
    assert (read, stored_value(question, read)) == (value, stored)
    assert read_stored(question, stored) == value


def test_a_matrix_is_read_row_by_row():
    read = read_typed(QUESTIONS["qualite"], Typed(rows={"r2": "4", "r1": "0", "r3": ""}))
    assert read == {"r1": 0, "r2": 4}
    assert stored_value(QUESTIONS["qualite"], read) == {"r1": 0, "r2": 4}


@pytest.mark.parametrize(
    ("code", "texts", "message"),
    [
        ("usage", ["peut-être"], "Choisissez une des réponses proposées."),
        ("ambition", ["9"], "Choisissez un degré de 1 à 5."),
        ("ambition", ["x"], "Choisissez un degré de l’échelle."),
        ("sources", ["a", "aucun"], "«\u00a0Aucun\u00a0» ne peut être coché qu’à lui seul."),
        ("budget", ["12,345"], "Écrivez au plus 2 décimales."),
        ("budget", ["-3"], "Écrivez au moins 0."),
        ("part", ["101"], "Écrivez au plus 100."),
        ("effectif", ["douze"], "Écrivez un nombre, par exemple 12 ou 12,5."),
        ("effectif", ["NaN"], "Ce nombre est trop grand."),
        ("effectif", ["1e400000"], "Ce nombre est trop grand."),
        ("effectif", ["10001"], "Écrivez au plus 10000."),
        ("depuis", ["31/02/2019"], "Écrivez une date, par exemple 29/01/2019."),
        ("depuis", ["0019-01-01"], "Cette date est trop éloignée\u00a0: vérifiez l’année."),
        ("outil", ["x" * 301], "Écrivez au plus 300 caractères."),
    ],
)
def test_what_does_not_suit_is_refused_in_plain_words(code, texts, message):
    with pytest.raises(AnswerError) as refused:
        read_typed(QUESTIONS[code], Typed(texts))
    assert str(refused.value) == message


def test_an_authors_file_speaks_of_euros_lists_and_objects():
    assert read_authored(QUESTIONS["budget"], 5000) == Answer(Fraction(500_000))
    assert read_authored(QUESTIONS["part"], 12.5) == Answer(Fraction(25, 2))
    assert read_authored(QUESTIONS["sources"], ["a"]) == Answer(frozenset({"a"}))
    assert read_authored(QUESTIONS["qualite"], {"r1": 3}) == Answer({"r1": 3})
    assert read_authored(QUESTIONS["usage"], {"not_applicable": True}) == NOT_APPLICABLE
    assert read_authored(QUESTIONS["usage"], None) == UNANSWERED
    with pytest.raises(AnswerError):
        read_authored(QUESTIONS["ambition"], {"not_applicable": True})


@pytest.mark.parametrize(
    ("ticked", "before", "kept"),
    [
        ({"a", "b"}, set(), {"a", "b"}),
        ({"aucun"}, {"a"}, {"aucun"}),
        ({"a", "aucun"}, {"a"}, {"aucun"}),
        ({"a", "aucun"}, {"aucun"}, {"a"}),
        ({"a", "aucun"}, {"a", "aucun"}, {"a"}),
        (set(), {"a"}, set()),
    ],
)
def test_the_last_gesture_wins_between_aucun_and_the_rest(ticked, before, kept):
    question = QUESTIONS["sources"]
    assert keep_exclusive(question, frozenset(ticked), frozenset(before)) == kept


@given(
    st.sampled_from(sorted(QUESTIONS)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=5,
    ),
)
def test_anything_stored_or_typed_is_read_or_refused_never_a_crash(code, raw):
    question = QUESTIONS[code]
    for read in (read_stored, read_authored):
        with contextlib.suppress(AnswerError):
            value = read(question, raw)
            kept = stored_value(question, value.value if isinstance(value, Answer) else value)
            assert stored_value(question, read_stored(question, kept)) == kept
