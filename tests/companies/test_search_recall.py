"""What a search must find whatever road it takes: the indexed one, the ordinary list, many answers or one."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from companies import services
from companies.gazetteer import fold
from companies.models import Company, Establishment, Participation
from companies.person_data import forget_contact
from companies.selectors.searching import MAX_KEYS, Found, holding, search, words_of
from core.jobs import enqueue
from programme.models import Programme
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db
LIST = "/essai/entreprises/"


def found_by(programme: Programme, text: str, *, whole: bool = True, rows: Any = None) -> Found:
    among = Participation.objects.for_programme(programme) if rows is None else rows
    return search(among, text, programme_id=programme.pk, whole=whole)


def names_of(found: Found) -> list[str]:
    order = "closeness" if found.is_approximate else "name_key"
    return [row.name for row in found.rows.order_by(order, "pk")]


def enter_many(programme: Programme, names: list[str], *, first: int = 1000) -> list[Participation]:
    """Many companies at once, their text as the services write it."""
    legal = Company.objects.bulk_create(
        Company(siren=make_siren(first + rank), name=name) for rank, name in enumerate(names)
    )
    places = Establishment.objects.bulk_create(
        Establishment(company=company, siret=make_siret(company.siren)) for company in legal
    )
    return Participation.objects.bulk_create(
        Participation(
            programme=programme,
            establishment=place,
            name=place.company.name,
            search_text=f"{place.siret} {fold(place.company.name)}",
        )
        for place in places
    )


@pytest.fixture
def mill(enter: Make, officer: User) -> Participation:
    participation = enter(1, name="Tissages Élégants de l’Œuvre", city="Saint-André-lez-Lille")
    facts = services.ContactFacts(
        "Wattrelos-Lefèvre", "Jérôme", email="j.wattrelos@elegants.example", phone="+33 (0)3 20 11 22 33"
    )
    services.add_contact(actor=officer, participation=participation, facts=facts)
    enter(2, name="Menuiserie Vanhoutte", city="Amiens", postal_code="80000")
    return participation


@pytest.mark.parametrize(
    "text",
    [
        *("elegants", "ÉLÉGANTS", "legant", "oeuvre", "Œuvre", "élégants tissages", "lille elegants jerome"),
        *("saint andre", "saint-andré-lez", "lefevre", "wattrelos-lefèvre", "jerome w"),
        *("000", "000 000", "00000001", make_siren(1), make_siret(make_siren(1)), "000 000 018 00010"),
        *("j.wattrelos@elegants.example", "elegants.example", "wattrelos@", "@elegants"),
        *("0320112233", "03 20 11 22 33", "03.20.11.22.33", "+33 3 20 11 22 33", "0033320112233", "03 20 11"),
    ],
)
def test_an_exact_search_finds_it_by_every_road(programme: Programme, mill: Participation, text: str) -> None:
    for whole in (True, False):
        found = found_by(programme, text, whole=whole)
        assert not found.is_approximate
        assert mill.pk in (found.keys or ())
        assert list(found.rows.order_by("name_key", "pk").values_list("pk", flat=True)) == list(
            found.keys or ()
        )


@pytest.mark.parametrize(
    "text",
    [
        *("tisages", "tissagse", "fissages", "ttissages", "tissajes", "elegents tisages", "tisages elegant"),
        *("watrelos", "watrellos", "vattrelos", "jerome watrelos", "elegents de l"),
        *("tisages 000000018", "j.watrelos@elegants.example"),
    ],
)
def test_a_typing_error_is_forgiven_by_every_road(
    programme: Programme, mill: Participation, text: str
) -> None:
    for whole in (True, False):
        found = found_by(programme, text, whole=whole)
        assert found.is_approximate
        assert names_of(found) == [mill.name]
        assert found.keys == (mill.pk,)


def test_every_part_of_every_text_is_found(programme: Programme, mill: Participation) -> None:
    """The indexed road finds what reading each text would."""
    enter_many(programme, ["Élégance", "Atelier 3D 59", "A B C", "Œ", "de", "Tissages 1", "Saint Élégant"])
    rows = Participation.objects.for_programme(programme)
    texts = dict(rows.values_list("pk", "search_text"))
    asked = {
        word[start:end]
        for text in texts.values()
        for word in text.split()
        for start, end in itertools.combinations(range(0, len(word) + 1, 2), 2)
    }
    for word in asked:
        expected = {pk for pk, text in texts.items() if word in text}
        assert set(found_by(programme, word).rows.values_list("pk", flat=True)) == expected, word
    # Several words, of every length, at once.
    found = found_by(programme, "saint an 000 legan wattrelos 3320 le")
    assert found.is_approximate or set(found.keys or ()) <= {mill.pk}
    assert found_by(programme, "3 20 11 saint an 000 legan").keys == (mill.pk,)


def test_many_answers_are_counted_and_sorted_as_the_list_does(programme: Programme) -> None:
    names = [f"Tissages {rank * 7919 % 1000:03d}" for rank in range(MAX_KEYS + 30)]
    enter_many(programme, names)
    found = found_by(programme, "tissages")
    ordinary = holding(Participation.objects.for_programme(programme), words_of("tissages"))
    expected = list(ordinary.order_by("name_key", "pk").values_list("pk", flat=True))
    assert (found.total, len(found.keys or ())) == (len(names), MAX_KEYS)
    assert list(found.keys or ()) == expected[:MAX_KEYS]
    assert found.rows.count() == len(names)
    # Somebody who sees only some of them is given those, not what is left of the first.
    kept = Participation.objects.filter(pk__in=expected[-3:])
    assert set(found_by(programme, "tissages", whole=False, rows=kept).rows) == set(kept)


def test_pages_beyond_the_known_keys_follow_on(
    programme: Programme, officer: User, signed_in: Callable[[User], Client]
) -> None:
    names = [f"Tissages {rank * 7919 % 1000:03d}" for rank in range(MAX_KEYS + 30)]
    enter_many(programme, names)
    office, seen = signed_in(officer), []
    for page in range(1, 23):
        context = office.get(f"{LIST}?q=tissages&page={page}").context
        assert context["listing"].count == len(names)
        seen += [row.name for row in context["rows"]]
    assert seen == sorted(names)
    sorted_otherwise = office.get(f"{LIST}?q=tissages&tri=-nom").context["rows"]
    assert [row.name for row in sorted_otherwise] == sorted(names, reverse=True)[:25]


def test_closest_first_is_kept_on_every_page(
    programme: Programme, officer: User, signed_in: Callable[[User], Client]
) -> None:
    enter_many(programme, [f"Tissages {rank:02d}" for rank in range(40)])
    enter_many(programme, ["Tisagges"], first=2000)
    office = signed_in(officer)
    first, second = (
        [row.name for row in office.get(f"{LIST}?q=tisagges+&page={page}").context["rows"]] for page in (1, 2)
    )
    assert first == ["Tisagges"], "an exact answer stays alone"
    Participation.objects.filter(name="Tisagges").delete()
    first, second = (
        [row.name for row in office.get(f"{LIST}?q=tisagges&page={page}").context["rows"]] for page in (1, 2)
    )
    assert first + second == [f"Tissages {rank:02d}" for rank in range(40)]


def test_an_advisor_finds_hers_among_many_closer_ones(
    programme: Programme, officer: User, advisor: User
) -> None:
    enter_many(programme, [f"Tisseges {rank}" for rank in range(320)])
    [mine] = enter_many(programme, ["Tissages confiés"], first=3000)
    services.assign_advisor(actor=officer, participation=mine, advisor=advisor)
    rows = Participation.objects.for_programme(programme).filter(advisor=advisor)
    assert names_of(found_by(programme, "tissegs", whole=False, rows=rows)) == ["Tissages confiés"]


def test_facets_narrow_a_search(
    programme: Programme, mill: Participation, officer: User, signed_in: Callable[[User], Client]
) -> None:
    office = signed_in(officer)
    for text in ("elegants", "elegents"):
        shown = office.get(f"{LIST}?q={text}&departement=59").context["rows"]
        assert [row.name for row in shown] == [mill.name]
        assert office.get(f"{LIST}?q={text}&departement=80").context["rows"] == []


@pytest.mark.parametrize("text", ["elegants", "0320112233", "elegents", "xylophonistes"])
def test_typing_asks_few_questions(
    mill: Participation, officer: User, signed_in: Callable[[User], Client], count_queries: Any, text: str
) -> None:
    office = signed_in(officer)
    ask = {"headers": {"HX-Request": "true", "HX-Target": "results"}}
    with count_queries(after=lambda: office.get(f"{LIST}?q={text}", **ask)) as asked:
        assert office.get(f"{LIST}?q={text}", **ask).status_code == 200
    # Session, person, programme, roles, team; then what holds, what resembles (three at most), the page.
    assert len(asked) <= (7 if text in ("elegants", "0320112233") else 10)


known_words = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps words")


def is_known(word: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM companies_search_word WHERE word = %s", [word])
        return bool(cursor.fetchone()[0])


@known_words
def test_a_word_is_known_once_and_as_long_as_somebody_bears_it(
    programme: Programme, mill: Participation
) -> None:
    first, second = enter_many(programme, ["Brasserie Lefèvre", "Brasserie Durand"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT word, count(*) FROM companies_search_word GROUP BY word HAVING count(*) > 1")
        assert cursor.fetchall() == []
    Participation.objects.filter(pk=first.pk).update(search_text="rien")
    assert [is_known(word) for word in ("brasserie", "lefevre", "rien", "durand")] == [True] * 4
    Participation.objects.filter(pk=second.pk).delete()
    assert [is_known(word) for word in ("brasserie", "lefevre", "durand")] == [False, True, False]


@known_words
def test_what_could_not_be_forgotten_at_once_is_at_night(
    programme: Programme, mill: Participation, run_jobs: Callable[[], int]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO companies_search_word (word) VALUES ('disparu'), ('tissages')")
    enqueue("companies.forget_words", key="companies.forget_words-night")
    run_jobs()
    assert not is_known("disparu")
    assert is_known("tissages")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM companies_search_word WHERE word = 'tissages'")
        assert cursor.fetchone() == (1,)


@known_words
@pytest.mark.django_db(transaction=True)
def test_a_word_written_while_it_is_forgotten_stays_known(programme: Programme) -> None:
    """One transaction forgets the last bearer while another writes the same word: neither waits."""
    [first, second] = enter_many(programme, ["Filature", "Atelier"])

    def write(text: str, step: Barrier, *, last: bool) -> None:
        try:
            with transaction.atomic():
                pk = (first if text == "rien" else second).pk
                if last:
                    step.wait(10)
                Participation.objects.filter(pk=pk).update(search_text=text)
                if not last:
                    step.wait(10)
                step.wait(10)
        finally:
            connection.close()

    for forgetting_first in (True, False):
        Participation.objects.filter(pk=first.pk).update(search_text="filature")
        Participation.objects.filter(pk=second.pk).update(search_text="atelier")
        step = Barrier(2)
        with ThreadPoolExecutor(2) as both:
            done = [
                both.submit(write, "rien", step, last=not forgetting_first),
                both.submit(write, "filature", step, last=forgetting_first),
            ]
            for each in done:
                each.result()
        assert found_by(programme, "filature").keys == (second.pk,)


@known_words
def test_a_person_forgotten_leaves_no_word_behind(mill: Participation) -> None:
    assert is_known("wattrelos")
    forget_contact(mill.contacts.get())
    assert not is_known("wattrelos")
    assert is_known("tissages")
