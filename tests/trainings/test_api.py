"""Sessions through the API."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from companies.models import Participation
from programme.enums import Role
from programme.models import Programme
from programme.services import issue_api_token
from tests.trainings.conftest import TODAY, trainee
from trainings.models import Session
from trainings.services import enrol

MakeSession = Callable[..., Session]
URL = "/api/v1/essai/sessions/"


@pytest.fixture
def get(programme: Programme) -> Callable[..., object]:
    """Read an address with a key of a person and a role."""

    def read(url: str, user: User, role: Role) -> object:
        _token, secret = issue_api_token(actor=None, programme=programme, user=user, role=role, name="essai")
        return Client().get(url, headers={"Authorization": f"Bearer {secret}"})

    return read


def test_a_session_is_read_with_its_counts_and_without_its_people(
    get: Callable[..., object], officer: User, make_session: MakeSession, company: Participation
) -> None:
    make_session(start=TODAY + timedelta(days=9))
    session = make_session(capacity=1)
    enrol(
        actor=None,
        session=session,
        participation=company,
        people=[trainee("ada"), trainee("luc")],
        notify=False,
    )
    body = get(URL, officer, Role.OFFICER).json()  # type: ignore[attr-defined]
    assert body["count"] == 2
    first = body["results"][0]
    assert {key: first[key] for key in ("id", "course_code", "stake", "registered", "waiting", "status")} == {
        "id": session.pk,
        "course_code": "tech-assistant",
        "stake": "technical",
        "registered": 1,
        "waiting": 1,
        "status": "open",
    }
    assert first["half_days"][0] == {
        "day": "2026-03-02",
        "part": "am",
        "starts_at": "09:00:00",
        "ends_at": "12:30:00",
        "minutes": 210,
    }
    one = get(f"{URL}{session.pk}/", officer, Role.OFFICER).json()  # type: ignore[attr-defined]
    assert one == first
    assert "ada" not in str(body).lower()


def test_trainers_read_their_own_and_others_nothing(
    get: Callable[..., object], trainer: User, manager: User, make_session: MakeSession
) -> None:
    mine, foreign = make_session(trainer=trainer), make_session()
    body = get(URL, trainer, Role.TRAINER).json()  # type: ignore[attr-defined]
    assert [row["id"] for row in body["results"]] == [mine.pk]
    assert get(f"{URL}{foreign.pk}/", trainer, Role.TRAINER).status_code == 404  # type: ignore[attr-defined]
    assert get(URL, manager, Role.COMPANY).status_code == 403  # type: ignore[attr-defined]
    assert Client().get(URL).status_code == 401
