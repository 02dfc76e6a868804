"""The API of money: the page's own figures, drafts entered once, and every refusal."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from core.models import AuditEvent
from core.money import euros
from funding import services
from funding.models import Expense, Share
from funding.selectors import budget_overview
from programme.enums import Role
from programme.models import Programme
from programme.services import issue_api_token, revoke_api_token
from tests.funding.factories import (
    NOW,
    line_of,
    make_commitment,
    make_paid,
    make_plan,
    make_sent,
    make_validated,
)

pytestmark = pytest.mark.django_db
EXPENSES = "/api/v1/essai/budget/expenses/"
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def planned(programme: Programme) -> Programme:
    make_plan(programme)
    return programme


def key(programme: Programme, user: User, role: Role = Role.OFFICER, *, can_write: bool = True) -> str:
    _token, secret = issue_api_token(
        actor=None, programme=programme, user=user, role=role, name=f"{role} {uuid4()}", can_write=can_write
    )
    return secret


def post(client: Client, secret: str, body: Any, path: str = EXPENSES) -> Any:
    sent = body if isinstance(body, str) else json.dumps(body)
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return client.post(path, sent, content_type="application/json", headers=headers)


def body(programme: Programme, **changes: Any) -> dict[str, Any]:
    return {
        "request_key": str(uuid4()),
        "line": line_of(programme, 1).code,
        "label": "Acompte",
        "supplier": "Cabinet",
        "spent_on": "2026-03-15",
        "amount": "1234.56",
    } | changes


def test_a_draft_is_entered_once(planned: Programme, officer: User, client: Client) -> None:
    secret, sent = key(planned, officer), body(planned, tax="200", recoverable_tax="150.5", eligible="1000")
    first, second = post(client, secret, sent), post(client, secret, sent)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["status"] == "draft"
    expense = Expense.objects.get()
    assert (expense.amount_cents, expense.tax_cents, expense.eligible_cents) == (1_234_56, 200_00, 1_000_00)
    assert expense.entered_by == officer
    assert AuditEvent.objects.get(verb="expense.created").door == "api"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "12.345"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "99999999999999"}, "amount"),
        ({"amount": None}, "amount"),
        ({"spent_on": "15/03/2026"}, "spent_on"),
        ({"line": "9.9"}, "line"),
        ({"label": ""}, "label"),
        ({"supplier": "x" * 161}, "supplier"),
        ({"request_key": "moi"}, "request_key"),
    ],
)
def test_bad_values_are_told_by_field(
    planned: Programme, officer: User, client: Client, changes: dict[str, Any], field: str
) -> None:
    answer = post(client, key(planned, officer), body(planned, **changes))
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Expense.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"spent_on": "2030-01-01"}, "dates"),
        ({"amount": "0"}, "amount"),
        ({"eligible": "1234.57"}, "eligible"),
    ],
)
def test_rules_of_the_budget_answer_conflict(
    planned: Programme, officer: User, client: Client, changes: dict[str, Any], code: str
) -> None:
    answer = post(client, key(planned, officer), body(planned, **changes))
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_who_may_write(
    planned: Programme,
    other_programme: Programme,
    officer: User,
    make_user: Callable[..., User],
    client: Client,
) -> None:
    sent = body(planned)
    assert post(client, "", sent).status_code == 401
    assert post(client, "faux", sent).status_code == 401
    assert post(client, key(planned, officer, can_write=False), sent).status_code == 403
    for role in (Role.ADVISOR, Role.TRAINER, Role.FUNDER, Role.COMPANY):
        assert post(client, key(planned, make_user(f"x{role}", role), role), sent).status_code == 403
    neighbour = key(other_programme, officer)
    assert post(client, neighbour, sent).status_code == 404
    elsewhere = EXPENSES.replace("essai", "voisin")
    assert post(client, neighbour, sent, elsewhere).status_code == 400
    token, secret = issue_api_token(
        actor=None, programme=planned, user=officer, role=Role.OFFICER, name="clos", can_write=True
    )
    revoke_api_token(actor=None, token=token)
    assert post(client, secret, sent).status_code == 401
    assert post(client, key(planned, officer), "{").status_code == 400
    assert not Expense.objects.exists()


def test_a_key_of_another_programme_reveals_nothing(
    planned: Programme, other_programme: Programme, officer: User, client: Client
) -> None:
    make_plan(other_programme)
    sent = body(planned)
    assert post(client, key(planned, officer), sent).status_code == 201
    there = sent | {"line": line_of(other_programme, 1).code}
    path = EXPENSES.replace("essai", "voisin")
    answer = post(client, key(other_programme, officer), there, path)
    assert answer.status_code == 400
    assert "Acompte" not in answer.content.decode()


def test_lines_and_shares_are_those_of_the_page(
    planned: Programme, officer: User, director: User, client: Client
) -> None:
    for amount in (10_03, 1_99, 777_77):
        make_validated(planned, officer, director, amount=amount)
    headers = {"authorization": f"Bearer {key(planned, officer, can_write=False)}"}
    overview = budget_overview(planned)
    lines = client.get("/api/v1/essai/budget/lines/", headers=headers).json()
    assert [(row["code"], row["figures"]["validated"]) for row in lines] == [
        (line.code, str(euros(line.figures.validated_cents))) for line in overview.lines
    ]
    shares = client.get("/api/v1/essai/budget/shares/?funder__name=État", headers=headers).json()
    total = sum(Share.objects.filter(funder__is_state=True).values_list("amount_cents", flat=True))
    assert sum(Decimal(row["amount"]) for row in shares["results"]) == euros(total)
    assert client.get("/api/v1/essai/budget/?at=demain", headers=headers).status_code == 400


def test_a_past_day_has_its_own_claims_and_commitments(
    planned: Programme, officer: User, director: User, client: Client
) -> None:
    made = make_commitment(planned, officer, amount=20_000_00)
    services.approve_commitment(actor=director, commitment=made, at=NOW)
    make_paid(planned, officer, director, amount=10_03)
    claim = make_sent(planned.funders.get(is_state=True), officer, director)
    headers = {"authorization": f"Bearer {key(planned, officer, can_write=False)}"}

    def told(address: str) -> Any:
        return client.get(f"/api/v1/essai/budget/{address}", headers=headers).json()

    asked = str(euros(claim.gross_cents))
    for day, claimed, committed in (
        ("2026-06-29", "0.00", "0.00"),
        ("2026-06-30", asked, "20000.00"),
    ):
        budget = told(f"?at={day}")
        for figures in (
            budget["total"],
            budget["lines"][0]["figures"],
            told(f"lines/?at={day}")[0]["figures"],
        ):
            assert (figures["claimed"], figures["committed"]) == (claimed, committed)
        assert told(f"funders/?at={day}")[0]["claimed"] == claimed
    assert told("?at=2026-06-30") == told("")


def test_lists_ask_a_fixed_number_of_queries(
    planned: Programme, officer: User, director: User, client: Client, count_queries: Any
) -> None:
    headers = {"authorization": f"Bearer {key(planned, officer, can_write=False)}"}
    counts = []
    for _round in range(2):
        for _more in range(3):
            make_validated(planned, officer, director, amount=10_03)
        with count_queries() as queries:
            for path in ("expenses", "shares", "lines"):
                assert client.get(f"/api/v1/essai/budget/{path}/", headers=headers).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
