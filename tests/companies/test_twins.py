"""The list of likely duplicates of a programme: every pair once, by pages, in few queries."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from companies import services
from companies.enums import Stage
from companies.selectors import twins
from programme.models import Programme
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db
PAGE = "/essai/entreprises/doublons/"


def names(page: twins.TwinsPage) -> list[tuple[str, str]]:
    return [(pair.first.name, pair.second.name) for pair in page.pairs]


def test_names_that_look_alike_in_one_postal_code(
    programme: Programme, other_programme: Programme, officer: User, enter: Make
) -> None:
    enter(1, name="Tissages Vanhoutte")
    late = enter(2, name="SARL Tissage Vanhoutte")
    enter(3, name="Tissages Vanhoutte", postal_code="80000", city="Amiens")
    enter(4, name="Menuiserie Delattre")
    enter(5, name="Tissages Vanhoutte", programme=other_programme, actor=None)
    services.move_stage(actor=officer, participation=late, stage=Stage.ENGAGED)
    page = twins.alike_names(programme)
    assert names(page) == [("SARL Tissage Vanhoutte", "Tissages Vanhoutte")], "the furthest is kept"
    assert page.next_url == ""
    assert page.pairs[0].compare_url.startswith(f"/essai/entreprises/{late.pk}/fusionner/?avec=")


def test_one_siren_twice_is_told_apart(programme: Programme, enter: Make) -> None:
    enter(1, name="Tissages Vanhoutte")
    enter(1, name="Tissages Vanhoutte", siret=make_siret(make_siren(1), 2))
    enter(2, name="Menuiserie Delattre")
    assert names(twins.alike_names(programme)) == []
    assert names(twins.same_companies(programme)) == [("Tissages Vanhoutte", "Tissages Vanhoutte")]


def test_pages_hold_every_pair_once_in_as_many_queries(
    programme: Programme, enter: Make, count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "PER_PAGE", 2)
    rank = 0
    for code in ("59000", "59100", "59200", "62000", "62100"):
        for name in ("Tissages Vanhoutte", "Tissage Vanhoute"):
            rank += 1
            enter(rank, name=f"{name} {code}", postal_code=code)
            enter(rank, name=f"Autre {name}", postal_code="", siret=make_siret(make_siren(rank), 2))
    for first_page, start in ((twins.alike_names, ""), (twins.same_companies, 0)):
        seen, after, counts = [], start, []
        while True:
            with count_queries() as queries:
                page = first_page(programme, after=after)
            counts.append(len(queries))
            seen += [(pair.first.pk, pair.second.pk) for pair in page.pairs]
            if not page.next_url:
                break
            after = type(start)(page.next_url.rpartition("=")[2])
        assert len(seen) == len(set(seen)) == (5 if start == "" else 10)
        assert len(counts) > 2
        assert max(counts) == (1 if start == "" else 2)


def test_a_full_page_is_the_last_one_when_no_pair_follows(
    programme: Programme, enter: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "PER_PAGE", 1)
    for rank, code in enumerate(("59000", "59100", "62000", "62100"), start=1):
        enter(rank, name=f"Menuiserie Delattre {rank}", postal_code=code)
    enter(11, name="Tissages Vanhoutte", postal_code="59000")
    enter(12, name="Tissage Vanhoutte", postal_code="59000")
    assert twins.alike_names(programme).next_url == "", "records follow, but no pair"
    enter(13, name="Tissages Vanhoutte", postal_code="62000")
    enter(14, name="Tissage Vanhoutte", postal_code="62000")
    first = twins.alike_names(programme)
    assert first.next_url == "?apres=59000"
    last = twins.alike_names(programme, after="59000")
    assert (len(last.pairs), last.next_url) == (1, "")
    # A full page whose reading stops says where to go on: past what it found empty.
    monkeypatch.setattr(twins, "READ_AT_ONCE", 4)
    assert twins.alike_names(programme).next_url == "?apres=59100"
    monkeypatch.setattr(twins, "READ_AT_ONCE", 8)
    assert twins.alike_names(programme, after="59000").next_url == "", "nothing at all is left to read"


def test_the_page_leads_to_the_comparison_and_says_when_there_is_nothing(
    signed_in: Callable[[User], Client], officer: User, enter: Make
) -> None:
    client = signed_in(officer)
    assert PAGE in client.get("/essai/entreprises/").content.decode()
    for address in (PAGE, f"{PAGE}?motif=siren", f"{PAGE}?motif=siren&apres=x"):
        assert "Aucun doublon probable" in client.get(address).content.decode() or "apres" in address
    first, second = enter(1, name="Tissages Vanhoutte"), enter(2, name="Tissage Vanhoute")
    page = client.get(PAGE)
    compare = f"/essai/entreprises/{first.pk}/fusionner/?avec={second.pk}"
    assert compare in page.content.decode()
    assert client.get(compare).status_code == 200
