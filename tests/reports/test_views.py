"""Pages of reports: dashboards, list, request, funders, search, settings."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from core.formats import format_euros_round
from core.models import Job
from documents.models import Document
from funding.selectors import budget_overview
from programme.enums import Role
from programme.models import ApiToken, Programme, RoleGrant
from programme.services import set_targets
from reports.periods import Period
from reports.services import request_progress_report
from tests.funding.factories import make_expense

pytestmark = pytest.mark.django_db
SPRING = Period(date(2026, 4, 1), date(2026, 6, 30))
TODAY = "2026-08-15"


@pytest.fixture(autouse=True)
def _in_august() -> Any:
    with time_machine.travel(f"{TODAY}T10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def office(director: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(director)


@pytest.fixture
def funder(make_user: Callable[..., User], signed_in: Callable[[User], Client]) -> Client:
    return signed_in(make_user("financeur", Role.FUNDER))


def _html(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def _plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_dashboard_tells_the_office_where_the_programme_is(funded: Programme, office: Client) -> None:
    set_targets(actor=None, programme=funded, values={"diagnostics_submitted": 120})
    page = _html(office, "/essai/tableau-de-bord/")
    assert "Mois 14 sur 24" in page
    assert "objectif 120" in page
    assert "Chiffres lus à 10" in page
    assert format_euros_round(budget_overview(funded).total.validated_cents) in page
    assert "Demander un rapport" in page


def test_the_dashboard_costs_the_same_whatever_the_number_of_expenses(
    funded: Programme, office: Client, officer: User, count_queries: Callable[..., Any]
) -> None:
    costs = []
    for more in (0, 3):
        for _number in range(more):
            make_expense(funded, officer)
        with count_queries() as cold:
            _html(office, "/essai/tableau-de-bord/")
        with count_queries(after=lambda: _html(office, "/essai/tableau-de-bord/")) as warm:
            _html(office, "/essai/tableau-de-bord/")
        costs.append((len(cold), len(warm)))
    assert costs[0] == costs[1]
    assert costs[0][1] < costs[0][0]


def test_an_advisor_sees_her_own_companies_only(
    funded: Programme, advisor: User, signed_in: Callable[[User], Client]
) -> None:
    page = _html(signed_in(advisor), "/essai/tableau-de-bord/")
    assert "Mes entreprises" in page
    assert "Dépenses" not in page
    assert "Demander un rapport" not in page


def test_before_its_first_day_the_programme_says_when_it_begins(programme: Programme, office: Client) -> None:
    programme.starts_on = date(2026, 9, 1)
    programme.save()
    assert "La convention commence le 1er" in _html(office, "/essai/tableau-de-bord/")


def test_one_click_makes_the_report_of_the_last_quarter(funded: Programme, office: Client) -> None:
    form = office.get("/essai/rapports/demander/").context["form"]
    assert form["period"].value() == "2026-04-01_2026-06-30"
    values = {
        "period": form["period"].value(),
        "form_token": str(form["form_token"].value()),
        "for_funders": "on",
    }
    first = office.post("/essai/rapports/demander/", {**values, "narrative_2": "Bon rythme."})
    second = office.post("/essai/rapports/demander/", {**values, "narrative_2": "Bon rythme."})
    document = Document.objects.get()
    assert first["Location"] == second["Location"] == f"/essai/documents/{document.pk}/"
    assert document.snapshot["content"]["axes"][1]["narrative"] == "Bon rythme."
    assert Job.objects.filter(name="documents.render").count() == 1


def test_other_dates_are_checked_and_kept(funded: Programme, office: Client) -> None:
    token = "0b9a1a1e-7d3c-4c58-b0a3-5f3b8f1a2c3d"
    values = {"period": "autre", "start": "2020-01-01", "end": "2020-02-01", "form_token": token}
    refused = office.post("/essai/rapports/demander/", {**values, "introduction": "Mes mots"})
    assert refused.status_code == 400
    assert "en dehors de la convention" in refused.content.decode()
    assert "Mes mots" in refused.content.decode()
    missing = office.post("/essai/rapports/demander/", {**values, "start": ""})
    assert "Indiquez cette date" in missing.content.decode()
    assert not Document.objects.exists()


def test_only_the_director_writes_and_calls_it_final(
    funded: Programme, officer: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(officer)
    form = client.get("/essai/rapports/demander/").context["form"]
    assert "introduction" not in form.fields
    values = {"period": "debut", "form_token": str(form["form_token"].value()), "is_final": "on"}
    client.post("/essai/rapports/demander/", {**values, "narrative_1": "Non."})
    document = Document.objects.get()
    assert (document.is_final, document.for_funders) == (False, False)
    assert document.snapshot["content"]["axes"][0]["narrative"] == ""


def test_the_list_of_reports_filters_exports_and_costs_the_same(
    funded: Programme, office: Client, director: User, count_queries: Callable[..., Any]
) -> None:
    assert "Pas encore de rapport" in _html(office, "/essai/rapports/")
    costs = []
    for wanted in (1, 3):
        while Document.objects.count() < wanted:
            request_progress_report(actor=director, programme=funded, period=SPRING)
        with count_queries() as queries:
            page = _html(office, "/essai/rapports/")
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert page.count("Rapport d’avancement, 2e trimestre 2026") == 3
    assert "en préparation" in page
    assert "Aucun rapport ne correspond" in _html(office, "/essai/rapports/?q=inconnu")
    fragment = office.get("/essai/rapports/", headers={"HX-Request": "true", "HX-Target": "results"})
    assert "<html" not in fragment.content.decode()
    export = office.get("/essai/rapports/?export=csv")
    assert b"".join(export.streaming_content).decode("utf-8-sig").count("\n") == 4


def test_a_report_given_up_is_shown_as_such(funded: Programme, office: Client) -> None:
    request_progress_report(actor=None, programme=funded, period=SPRING)
    Job.objects.update(status="abandoned")
    assert "abandonné" in _html(office, "/essai/rapports/")


def test_funders_see_totals_and_their_reports_but_no_company(
    funded: Programme, funder: Client, run_jobs: Callable[[], int]
) -> None:
    request_progress_report(actor=None, programme=funded, period=SPRING)
    hidden = request_progress_report(actor=None, programme=funded, period=SPRING, for_funders=False)
    progress = _html(funder, "/essai/financeur/")
    assert "Indicateurs de la convention" in progress
    assert "/essai/entreprises/" not in progress
    assert "Pas encore de rapport" in _html(funder, "/essai/financeur/rapports/")
    run_jobs()
    reports = _html(funder, "/essai/financeur/rapports/")
    assert reports.count("2e trimestre 2026</a>") == 1
    assert str(hidden.pk) not in reports
    assert funder.get("/essai/tableau-de-bord/").status_code == 403


def test_search_groups_what_the_caller_may_see(funded: Programme, office: Client) -> None:
    document = request_progress_report(actor=None, programme=funded, period=SPRING)
    page = _html(office, "/essai/recherche/?q=trimestre")
    assert "Documents" in page
    assert f"/essai/documents/{document.pk}/" in page
    assert f"/essai/documents/{document.pk}/" in _html(office, f"/essai/recherche/?q={document.code}")
    assert "Rien ne correspond" in _html(office, "/essai/recherche/?q=zzzzzz")
    assert "Que cherchez-vous" in _html(office, "/essai/recherche/")
    target = {"HX-Request": "true", "HX-Target": "results"}
    assert "<html" not in _html(office, "/essai/recherche/?q=trimestre", **target)


def test_targets_are_set_from_the_settings_page(programme: Programme, office: Client) -> None:
    form = office.get("/essai/parametres/").context["targets_form"]
    index = form.codes.index("people_trained")
    assert (
        office.post("/essai/parametres/objectifs/", {f"target_{index}": "100", "source": "COPIL"}).status_code
        == 302
    )
    assert list(programme.targets.values_list("indicator", "value", "source")) == [
        ("people_trained", 100, "COPIL")
    ]
    bad = office.post("/essai/parametres/objectifs/", {f"target_{index}": "-3"})
    assert bad.status_code == 400
    assert programme.targets.get().value == 100


def test_the_team_is_invited_and_withdrawn(programme: Programme, office: Client, director: User) -> None:
    person = {"email": "lea@essai.example", "first_name": "Léa", "last_name": "Martin", "role": "advisor"}
    assert office.post("/essai/parametres/equipe/", person).status_code == 302
    assert office.post("/essai/parametres/equipe/", {**person, "email": "non"}).status_code == 400
    assert office.post("/essai/parametres/equipe/", {**person, "role": "funder"}).status_code == 400
    page = _html(office, "/essai/parametres/")
    assert "lea@essai.example" in page
    own, other = (RoleGrant.objects.get(role=role) for role in ("director", "advisor"))
    office.post(f"/essai/parametres/equipe/{other.pk}/retirer/")
    kept = office.post(f"/essai/parametres/equipe/{own.pk}/retirer/", follow=True).content.decode()
    assert "au moins une personne" in kept
    assert list(RoleGrant.objects.values_list("role", flat=True)) == ["director"]


def test_a_token_is_shown_once_and_revoked(
    programme: Programme, other_programme: Programme, office: Client, director: User
) -> None:
    values = {"name": "Tableau de suivi", "role": "officer"}
    answer = office.post("/essai/parametres/jetons/", values)
    secret, token = answer.context["secret"], ApiToken.objects.get()
    assert secret in answer.content.decode()
    assert secret not in _html(office, "/essai/parametres/")
    assert office.post("/essai/parametres/jetons/", values).status_code == 400
    office.post(f"/essai/parametres/jetons/{token.pk}/revoquer/")
    token.refresh_from_db()
    assert token.revoked_at is not None
    foreign = ApiToken.objects.create(
        programme=other_programme, user=director, role="officer", name="x", prefix="x", token_hash="x"
    )
    assert office.post(f"/essai/parametres/jetons/{foreign.pk}/revoquer/").status_code == 404
