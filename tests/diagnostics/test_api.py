"""The API of diagnostics, its panel on a company's page and its lines of « À faire »."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from companies import services as companies
from companies.models import Contact, Participation
from diagnostics import services
from diagnostics.models import Diagnostic, QuestionnaireVersion
from diagnostics.panels import diagnostics_panel
from diagnostics.tasks_today import diagnostic_tasks
from programme.access import Access
from programme.enums import Role
from programme.models import Programme
from programme.services import issue_api_token

from .conftest import entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(programme: Programme, client: Client) -> Callable[..., Any]:
    """``api(user, role, path)``: the answer to a read with a token of that role."""

    def read(user: User, role: Role, path: str) -> Any:
        _token, secret = issue_api_token(actor=None, programme=programme, user=user, role=role, name="essai")
        return client.get(f"/api/v1/essai/{path}", headers={"Authorization": f"Bearer {secret}"})

    return read


def test_the_list_tells_where_each_stands(api: Any, officer: User, submitted: Diagnostic):
    answer = api(officer, Role.OFFICER, "diagnostics/")
    [row] = answer.json()["results"]
    assert {
        name: row[name] for name in ("company", "questionnaire", "version", "status", "score", "level")
    } == {
        "company": "Tissages imaginés 1",
        "questionnaire": "essai",
        "version": 1,
        "status": "submitted",
        "score": 66.1,
        "level": "n4",
    }
    assert "result" not in row
    assert api(officer, Role.OFFICER, "diagnostics/?status=open").json()["count"] == 0


def test_one_diagnostic_has_its_whole_result(api: Any, officer: User, submitted: Diagnostic):
    row = api(officer, Role.OFFICER, f"diagnostics/{submitted.pk}/").json()
    assert (row["result"]["score"], row["result"]["exact"], row["result"]["level_name"]) == (
        66.1,
        "992/15",
        "Pilotage",
    )
    assert len(row["result"]["contributions"]) == 7


def test_an_advisor_reads_only_her_companies(api: Any, advisor: User, officer: User, submitted: Diagnostic):
    assert api(advisor, Role.ADVISOR, "diagnostics/").json()["count"] == 0
    assert api(advisor, Role.ADVISOR, f"diagnostics/{submitted.pk}/").status_code == 404
    companies.assign_advisor(actor=officer, participation=submitted.participation, advisor=advisor)
    assert api(advisor, Role.ADVISOR, "diagnostics/").json()["count"] == 1


def test_queries_of_the_list_do_not_depend_on_rows(
    api: Any,
    officer: User,
    enter: Any,
    version: QuestionnaireVersion,
    diagnostic: Diagnostic,
    count_queries: Any,
):
    with count_queries() as one:
        api(officer, Role.OFFICER, "diagnostics/")
    for rank in (2, 3):
        services.open_diagnostic(
            actor=officer, participation=enter(rank), questionnaire=version.questionnaire
        )
    with count_queries() as three:
        assert api(officer, Role.OFFICER, "diagnostics/").json()["count"] == 3
    assert len(one) == len(three)


def test_the_panel_shows_a_company_s_diagnostics(
    make_access: Callable[..., Access], participation: Participation, submitted: Diagnostic
):
    panel = diagnostics_panel(make_access("une", Role.OFFICER), participation)
    assert [(row.status, row.score, row.level, row.url) for row in panel.diagnostics] == [
        ("remis", "66,1", "Pilotage", f"/essai/diagnostics/{submitted.pk}/")
    ]
    assert panel.open_url == f"/essai/diagnostics/ouvrir/{participation.pk}/"


def test_what_is_to_do_today(
    make_access: Callable[..., Access], diagnostic: Diagnostic, contact: Contact, officer: User, manager: User
):
    access = make_access("une", Role.OFFICER)
    assert [task.text for task in diagnostic_tasks(access)] == ["1 diagnostic ouvert sans invitation"]
    services.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contact)
    assert diagnostic_tasks(access) == []
    services.save_answers(
        actor=manager,
        diagnostic=diagnostic,
        entries=entries(usage="oui"),
        at=timezone.now() - timedelta(days=15),
    )
    [task] = diagnostic_tasks(access)
    assert (task.text, task.url) == (
        "1 questionnaire commencé, sans réponse depuis deux semaines",
        "/essai/diagnostics/?etat=started",
    )
    assert diagnostic_tasks(make_access("autre", Role.FUNDER)) == []
