"""The search: accents, typing errors, numbers, people; nothing that the caller may not see."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from companies import services
from companies.gazetteer import fold
from companies.likeness import NameIndex, answer_of, closest_word, likeness, name_core, trigrams
from companies.models import Participation
from companies.search_index import ensure_search_index
from companies.selectors.searching import MAX_APPROXIMATE, search
from programme.models import Programme
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

WORDS = st.text("abcdeéèîœ ", min_size=1, max_size=20).map(fold)


@given(WORDS, WORDS)
@settings(max_examples=60)
def test_likeness_is_a_share_the_same_both_ways(first: str, second: str) -> None:
    one, two = trigrams(first), trigrams(second)
    assert likeness(one, two) == likeness(two, one)
    assert 0 <= likeness(one, two) <= 1
    if one:
        assert likeness(one, one) == 1


@given(st.lists(WORDS.filter(bool), min_size=1, max_size=8), WORDS.filter(bool))
@settings(max_examples=40)
def test_an_index_finds_what_comparing_one_by_one_finds(names: list[str], asked: str) -> None:
    index: NameIndex[int] = NameIndex()
    for rank, name in enumerate(names):
        index.add(rank, name)
    core = trigrams(name_core(asked))
    expected = {rank for rank, name in enumerate(names) if likeness(core, trigrams(name_core(name))) >= 0.5}
    found = index.find(asked, threshold=0.5)
    assert {each.key for each in found} == expected
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_a_typing_error_stays_close_and_another_word_far() -> None:
    text = "00000001800010 tissages imagines tourcoing"
    assert closest_word("tisages", text) >= 0.5
    assert closest_word("tissagse", text) >= 0.5
    assert closest_word("boulangerie", text) < 0.3
    assert answer_of(["tisages", "boulangerie"], text) == 0
    assert name_core("SARL Les Ets Tissages") == "tissages"
    assert name_core("SAS") == "sas"


pytestmark = pytest.mark.django_db


def names(programme: Programme, text: str, rows: Any = None) -> tuple[list[str], bool]:
    found = search(
        Participation.objects.for_programme(programme) if rows is None else rows,
        text,
        programme_id=programme.pk,
    )
    order = ("closeness", "name_key") if found.is_approximate else ("name_key",)
    return [row.name for row in found.rows.order_by(*order)], found.is_approximate


@pytest.fixture
def known(enter: Make, officer: User) -> dict[str, Participation]:
    rows = {
        name: enter(rank, name=name, **changes)
        for rank, (name, changes) in enumerate(
            {
                "Tissages Élégants": {},
                "Menuiserie Vanhoutte": {"postal_code": "80000", "city": "Amiens"},
                "Cabinet Delattre & associés": {"activity_code": "69.20Z"},
                "Boulangerie 100 %": {},
            }.items(),
            start=1,
        )
    }
    services.add_contact(
        actor=officer,
        participation=rows["Menuiserie Vanhoutte"],
        facts=services.ContactFacts("Wattrelos", "Jérôme", email="jerome@vanhoutte.example"),
    )
    return rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("elegants", ["Tissages Élégants"]),
        ("TISSAGES élég", ["Tissages Élégants"]),
        ("amiens menuiserie", ["Menuiserie Vanhoutte"]),
        ("jérôme wattrelos", ["Menuiserie Vanhoutte"]),
        ("vanhoutte.example", ["Menuiserie Vanhoutte"]),
        ("de", ["Cabinet Delattre & associés"]),
        ("000 000 018", ["Tissages Élégants"]),
        (make_siret(make_siren(2)), ["Menuiserie Vanhoutte"]),
        ("%", []),
        ("_", []),
        ('"', []),
        ("'; --", []),
        ("100", ["Boulangerie 100 %"]),
    ],
)
def test_an_exact_search(
    programme: Programme, known: dict[str, Participation], text: str, expected: list[str]
) -> None:
    assert names(programme, text) == (expected, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tisages", "Tissages Élégants"),
        ("Tissagse elegents", "Tissages Élégants"),
        ("menuisserie", "Menuiserie Vanhoutte"),
        ("vanoute", "Menuiserie Vanhoutte"),
        ("delatre", "Cabinet Delattre & associés"),
        ("boulangrie", "Boulangerie 100 %"),
        ("wattrelot", "Menuiserie Vanhoutte"),
    ],
)
def test_a_typing_error_is_forgiven(
    programme: Programme, known: dict[str, Participation], text: str, expected: str
) -> None:
    found, approximate = names(programme, text)
    assert approximate
    assert found[0] == expected


def test_what_resembles_nothing_finds_nothing(programme: Programme, known: dict[str, Participation]) -> None:
    assert names(programme, "xylophone") == ([], True)
    assert names(programme, "999999") == ([], False)


def test_an_approximate_search_stays_within_what_is_visible(
    programme: Programme, other_programme: Programme, enter: Make, officer: User, advisor: User
) -> None:
    enter(1, name="Tissages cachés")
    mine = enter(2, name="Tissages confiés")
    enter(3, name="Tissages voisins", programme=other_programme, actor=None)
    services.assign_advisor(actor=officer, participation=mine, advisor=advisor)
    rows = Participation.objects.for_programme(programme).filter(advisor=advisor)
    assert names(programme, "tisages", rows) == (["Tissages confiés"], True)
    assert names(programme, "tisages")[0] == ["Tissages cachés", "Tissages confiés"]


def test_an_approximate_search_is_bounded(programme: Programme, enter: Make) -> None:
    for rank in range(1, MAX_APPROXIMATE + 5):
        enter(rank, name=f"Tissages {rank}")
    found, approximate = names(programme, "tisages")
    assert (approximate, len(found)) == (True, MAX_APPROXIMATE)


def test_the_index_follows_every_write(programme: Programme, enter: Make) -> None:
    participation = enter(1, name="Avant")
    Participation.objects.filter(pk=participation.pk).update(search_text="apres la mise a jour")
    assert [names(programme, text)[0] for text in ("avant", "apres")] == [[], ["Avant"]]
    Participation.objects.filter(pk=participation.pk).delete()
    assert names(programme, "apres")[0] == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite keeps a table beside")
def test_lost_triggers_are_put_back_and_the_table_filled(programme: Programme, enter: Make) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER companies_search_added")
    enter(1, name="Oubliée")
    assert names(programme, "oubliee")[0] == []
    ensure_search_index(connection)
    assert names(programme, "oubliee")[0] == ["Oubliée"]


def test_the_page_says_when_it_guessed(
    known: dict[str, Participation], officer: User, signed_in: Callable[[User], Any]
) -> None:
    page = signed_in(officer).get("/essai/entreprises/?q=tisages")
    assert [row.name for row in page.context["rows"]] == ["Tissages Élégants"]
    assert "voici ce qui s’en approche" in page.content.decode()
    assert (
        "voici ce qui s’en approche"
        not in signed_in(officer).get("/essai/entreprises/?q=tissages").content.decode()
    )
