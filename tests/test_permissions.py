"""Every address × every role. An address missing from the table fails: nothing opens by omission."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from programme.enums import Role
from programme.models import Programme
from programme.services import issue_api_token
from tests.permission_matrix import API, OPEN, PAGES, ROLE_LETTERS

DUMMIES: dict[str, Any] = {
    "pk": 0,
    "uuid": uuid.UUID(int=0),
    "token": "x",
    "code": "AAAAAAAAAA",
    "slug": "x",
    "role": "x",
}
THIRD_PARTY = ("account_", "mfa_", "socialaccount_", "openid_connect_", "proconnect_")


def _walk(
    resolver: URLResolver, prefix: str = "", namespace: str = ""
) -> Iterator[tuple[str, URLPattern, str]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, route, inner)
        elif entry.name:
            yield f"{namespace}{entry.name}", entry, route


def addresses(start: str) -> dict[str, str]:
    """Named addresses whose route begins so: name → route."""
    return {name: route for name, _entry, route in _walk(get_resolver()) if route.startswith(start)}


PROGRAMME_PAGES = addresses("<slug:programme_slug>/")
API_PAGES = addresses("api/v1/<slug:programme_slug>/")


def _path(name: str, route: str, slug: str) -> str:
    arguments: dict[str, Any] = {}
    for part in route.split("<")[1:]:
        kind, _colon, argument = part.split(">")[0].rpartition(":")
        if argument == "programme_slug":
            arguments[argument] = slug
        elif kind == "uuid":
            arguments[argument] = DUMMIES["uuid"]
        elif kind == "int":
            arguments[argument] = 0
        else:
            arguments[argument] = DUMMIES.get(argument, "x")
    return reverse(name, kwargs=arguments)


def test_the_table_names_every_address_and_no_other() -> None:
    assert set(PAGES) == set(PROGRAMME_PAGES)
    assert set(API) == set(API_PAGES)


def test_addresses_without_a_programme_are_known() -> None:
    known = {
        name
        for name, _entry, route in _walk(get_resolver())
        if "<slug:programme_slug>" not in route and not name.startswith(THIRD_PARTY)
    }
    assert known == set(OPEN)


@pytest.fixture
def people(make_user: Callable[..., User]) -> dict[str, User]:
    """One person per role, by its letter."""
    return {letter: make_user(f"role-{letter.lower()}", role) for letter, role in ROLE_LETTERS.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PAGES))
def test_pages_open_to_their_roles_only(
    name: str, programme: Programme, people: dict[str, User], signed_in: Callable[[User], Client]
) -> None:
    path = _path(name, PROGRAMME_PAGES[name], programme.slug)
    allowed = PAGES[name]
    client = Client(raise_request_exception=False)
    answer = client.get(path).status_code
    if allowed == "public":
        assert answer in (200, 302, 404, 405)
        return
    assert answer == 302, "a signed-out person is sent to sign in"
    for letter, user in people.items():
        status = signed_in(user).get(path).status_code
        if letter in allowed:
            assert status in (200, 302, 404, 405), f"{name} is for {letter}"
        else:
            assert status == 403, f"{name} is not for {letter}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PAGES))
def test_people_of_another_programme_enter_nowhere(
    name: str,
    programme: Programme,
    other_programme: Programme,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    if PAGES[name] == "public":
        return
    stranger = make_user("voisine", Role.DIRECTOR, in_programme=other_programme)
    path = _path(name, PROGRAMME_PAGES[name], programme.slug)
    assert signed_in(stranger).get(path).status_code == 403
    assert signed_in(stranger).post(path).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(API))
def test_api_answers_its_roles_in_their_programme_only(
    name: str, programme: Programme, other_programme: Programme, people: dict[str, User], client: Client
) -> None:
    path = _path(name, API_PAGES[name], programme.slug)
    assert client.get(path).status_code == 401
    for letter, user in people.items():
        role = ROLE_LETTERS[letter]
        _token, secret = issue_api_token(actor=None, programme=programme, user=user, role=role, name="essai")
        headers = {"authorization": f"Bearer {secret}"}
        expected = (200, 404) if letter in API[name] else (403,)
        assert client.get(path, headers=headers).status_code in expected, f"{name} × {letter}"
        elsewhere = _path(name, API_PAGES[name], other_programme.slug)
        assert client.get(elsewhere, headers=headers).status_code == 404
