"""Indicators, search and API."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from companies import services
from companies.enums import Stage
from core.registries import indicators, search_providers
from programme.access import Access
from programme.enums import Role
from programme.models import Programme
from programme.services import issue_api_token
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db


def _on(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def test_indicators_count_companies_once_when_they_first_reach_a_stage(
    programme: Programme, other_programme: Programme, enter: Make
) -> None:
    first = enter(1, at=_on(date(2026, 1, 5)))
    services.move_stage(actor=None, participation=first, stage=Stage.ENGAGED, at=_on(date(2026, 2, 28)))
    services.move_stage(actor=None, participation=first, stage=Stage.PLAN, at=_on(date(2026, 3, 10)))
    second = enter(2, stage=Stage.DIAGNOSTIC, at=_on(date(2026, 3, 31)))
    services.move_stage(actor=None, participation=second, stage=Stage.CLOSED, at=_on(date(2026, 4, 1)))
    closed = enter(3, at=_on(date(2026, 1, 1)))
    services.move_stage(actor=None, participation=closed, stage=Stage.CLOSED, at=_on(date(2026, 2, 1)))
    enter(4, programme=other_programme, stage=Stage.ENGAGED, at=_on(date(2026, 2, 2)))
    measure = indicators.get("companies.engaged").measure
    assert [
        measure(programme, date(2026, 2, 1), date(2026, 2, 28)),
        measure(programme, date(2026, 3, 1), date(2026, 3, 31)),
        measure(programme, date(2026, 1, 1), date(2026, 12, 31)),
        indicators.get("companies.contacted").measure(programme, date(2026, 1, 1), date(2026, 12, 31)),
    ] == [1, 1, 2, 2]


def test_search_finds_what_the_caller_may_see(
    enter: Make, officer: User, advisor: User, make_access: Callable[..., Access]
) -> None:
    mine = enter(1, name="Élan fictif", advisor=advisor)
    enter(2, name="Élan caché")
    services.add_contact(
        actor=officer,
        participation=mine,
        facts=services.ContactFacts("Exemple", "Ada", email="ada@e.example"),
    )
    everything, own = make_access("chargee", Role.OFFICER), make_access("conseiller", Role.ADVISOR)
    companies = search_providers.get("companies.companies").find
    people = search_providers.get("companies.contacts").find
    assert [hit.title for hit in companies(everything, "elan", 10)] == ["Élan caché", "Élan fictif"]
    (hit,) = companies(own, "ÉLAN", 10)
    assert (hit.title, hit.detail, hit.url) == (
        "Élan fictif",
        f"Tourcoing · {make_siret(make_siren(1))}",
        f"/essai/entreprises/{mine.pk}/",
    )
    assert [hit.title for hit in people(own, "ada exem", 10)] == ["Ada Exemple"]
    assert companies(make_access("financeur", Role.FUNDER), "elan", 10) == []
    assert (companies(everything, " ", 10), people(everything, "", 10)) == ([], [])
    assert len(companies(everything, "elan", 1)) == 1


def test_the_api_gives_what_the_token_may_read(
    programme: Programme,
    other_programme: Programme,
    officer: User,
    advisor: User,
    enter: Make,
    count_queries: Any,
) -> None:
    mine = enter(1, advisor=advisor)
    services.project_maturity(participation=mine, tenths=415, level="emergent", level_name="Émergent")
    enter(2, stage=Stage.PLAN)

    def ask(user: User, role: Role, path: str = "/api/v1/essai/companies/") -> Any:
        _token, secret = issue_api_token(actor=None, programme=programme, user=user, role=role, name="essai")
        return Client().get(path, headers={"Authorization": f"Bearer {secret}"})

    answer = ask(advisor, Role.ADVISOR).json()
    (row,) = answer["results"]
    assert {key: row[key] for key in ("siren", "siret", "name", "stage", "size_band", "maturity")} == {
        "siren": make_siren(1),
        "siret": make_siret(make_siren(1)),
        "name": "Tissages imaginés 1",
        "stage": "spotted",
        "size_band": "10-49",
        "maturity": 41.5,
    }
    assert ask(officer, Role.OFFICER).json()["count"] == 2
    assert [
        r["name"] for r in ask(officer, Role.OFFICER, "/api/v1/essai/companies/?stage=plan").json()["results"]
    ] == ["Tissages imaginés 2"]
    assert ask(officer, Role.FUNDER).status_code == 403
    assert ask(officer, Role.OFFICER, "/api/v1/voisin/companies/").status_code == 404
    assert Client().get("/api/v1/essai/companies/").status_code == 401
