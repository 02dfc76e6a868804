"""The private address of a calendar: shown once, unguessable, closed for good."""

from collections.abc import Callable
from datetime import date
from typing import Any

import icalendar
import pytest
from django.test import Client

from accounts.models import User
from core.registries import CalendarEntry, calendar_sources
from notifications.models import CalendarFeed
from programme.enums import Role
from programme.models import Programme, RoleGrant

pytestmark = pytest.mark.django_db
TOKEN = {"form_token": "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0001"}


@pytest.fixture(autouse=True)
def _entries(monkeypatch: pytest.MonkeyPatch) -> None:
    def source(access: Any) -> list[CalendarEntry]:
        title = f"Action de {access.user.first_name} ; à ; échapper"
        return [CalendarEntry("action-1@essai", date(2026, 12, 24), title, "Texte\nsur deux lignes", "/x/")]

    monkeypatch.setattr(calendar_sources, "_entries", {"tests": source})


def address(page: Client) -> str:
    content = page.post("/essai/preferences/calendrier/", TOKEN).content.decode()
    start = content.index("/comptes/calendrier/")
    return content[start : content.index(".ics", start) + 4]


def test_the_address_gives_the_calendar_without_a_session(
    officer: User, programme: Programme, signed_in: Callable[[User], Client], client: Client
) -> None:
    path = address(signed_in(officer))
    answer = client.get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    (event,) = calendar.walk("VEVENT")
    assert str(event["summary"]) == "Action de Chargee ; à ; échapper"
    assert event.decoded("dtstart") == date(2026, 12, 24)
    feed = CalendarFeed.objects.get()
    assert feed.read_at is not None
    assert feed.token_hash not in path
    assert path.split("/")[-1].removesuffix(".ics") not in str(CalendarFeed.objects.values())


def test_a_second_click_shows_the_same_address_and_another_form_none(
    officer: User, signed_in: Callable[[User], Client]
) -> None:
    page = signed_in(officer)
    assert address(page) == address(page)
    other = page.post("/essai/preferences/calendrier/", {"form_token": "autre"})
    assert other.status_code == 409
    assert "déjà ouverte" in other.content.decode()
    assert CalendarFeed.objects.count() == 1
    assert "/comptes/calendrier/" not in page.get("/essai/preferences/").content.decode()


@pytest.mark.parametrize("gone", ["revoked", "inactive", "roleless"])
def test_a_closed_address_answers_nothing(
    officer: User, programme: Programme, signed_in: Callable[[User], Client], client: Client, gone: str
) -> None:
    page = signed_in(officer)
    path = address(page)
    if gone == "revoked":
        page.post("/essai/preferences/calendrier/fermer/")
    elif gone == "inactive":
        officer.is_active = False
        officer.save()
    else:
        RoleGrant.objects.filter(user=officer).delete()
    assert client.get(path).status_code == 404
    assert client.get("/comptes/calendrier/inconnue.ics").status_code == 404


def test_two_people_have_two_addresses_for_the_same_form(
    officer: User, make_user: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    other = make_user("lou", Role.ADVISOR)
    assert address(signed_in(officer)) != address(signed_in(other))
