"""What money gives to the pages above: search, indicators, « à faire », API."""

from datetime import date

import pytest
from django.urls import reverse

from core.registries import indicators, search_providers, today_tasks
from funding import services
from programme.enums import Role
from programme.services import issue_api_token
from tests.funding.factories import make_expense, make_plan, make_submitted, make_validated

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(programme):
    make_plan(programme)
    return programme


def test_search_finds_expenses_for_the_office_only(planned, officer, make_access):
    make_expense(planned, officer, supplier="Imprimerie Saulduvray", label="Affiches", amount=12_34)
    provider = search_providers.get("funding.expenses")
    access = make_access("cheffe", Role.OFFICER)
    (hit,) = provider.find(access, "saulduvray affiches", 5)
    assert (hit.title, hit.detail) == ("D00001 Affiches", "Imprimerie Saulduvray · 12,34\u00a0€")
    assert [len(provider.find(access, words, 5)) for words in ("D00001", "1", "autre", " ")] == [1, 1, 0, 0]
    assert provider.find(make_access("conseil", Role.ADVISOR), "saulduvray", 5) == []


def test_indicators_count_whole_euros_by_axis_and_period(planned, officer, director):
    make_validated(planned, officer, director, amount=1_000_50, spent_on=date(2026, 1, 10))
    make_validated(planned, officer, director, amount=500_00, axis=2, spent_on=date(2026, 2, 10))
    values = [
        indicators.get(f"euros_charged_{axis}").measure(planned, date(2026, 1, 1), date(2026, 1, 31))
        for axis in (1, 2, 3, 4)
    ]
    assert values == [1_000, 0, 0, 0]


def test_today_tells_what_waits_for_the_caller(planned, officer, director, make_access):
    access = make_access("collegue", Role.OFFICER)
    make_submitted(planned, officer)
    make_submitted(planned, access.user)
    make_validated(planned, officer, director)
    back = make_submitted(planned, access.user)
    services.return_expense(actor=director, expense=back, reason="Illisible")
    tasks = today_tasks.get("funding.money")(access)
    assert [task.text for task in tasks] == [
        "1 dépense à valider",
        "1 dépense renvoyée à corriger",
        "1 dépense validée, paiement à enregistrer",
    ]
    assert today_tasks.get("funding.money")(make_access("conseil", Role.ADVISOR)) == []


@pytest.fixture
def token(planned, officer):
    return issue_api_token(actor=None, programme=planned, user=officer, role=Role.OFFICER, name="essai")[1]


def test_api_gives_the_budget_of_the_page(planned, officer, director, token, client):
    make_validated(planned, officer, director, amount=1_000_01)
    path = reverse("api_budget", kwargs={"programme_slug": planned.slug})
    body = client.get(path, headers={"authorization": f"Bearer {token}"}).json()
    assert body["agreed"] == "1046100.00"
    assert body["total"] == {
        "planned": "1046100.00",
        "submitted": "0.00",
        "validated": "1000.01",
        "paid": "0.00",
        "claimed": "0.00",
        "committed": "0.00",
        "remaining": "1045099.99",
        "available": "1045099.99",
    }
    assert [funder["figures"]["validated"] for funder in body["funders"]] == ["484.98", "286.78", "228.25"]
    assert [line["code"] for line in body["lines"]] == ["1.1", "2.1", "3.1", "4.1"]


@pytest.mark.parametrize("count", [1, 3])
def test_api_lists_expenses_with_their_shares(
    planned, officer, director, token, client, count_queries, count
):
    for _rank in range(count):
        make_validated(planned, officer, director, amount=10_00)
    path = reverse("api_expenses", kwargs={"programme_slug": planned.slug})
    with count_queries() as queries:
        body = client.get(path, headers={"authorization": f"Bearer {token}"}).json()
    assert (body["count"], len(queries)) == (count, 5)
    first = body["results"][0]
    assert (first["number"], first["line"], first["amount"], first["status"]) == (
        1,
        "1.1",
        "10.00",
        "validated",
    )
    assert [share["funder"] for share in first["shares"]] == ["État", "Région", "Branches professionnelles"]
    filtered = client.get(f"{path}?status=draft", headers={"authorization": f"Bearer {token}"}).json()
    assert filtered["count"] == 0
