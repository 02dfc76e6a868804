"""Headers and behaviours that every page carries, whoever asks."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from programme.models import Programme

pytestmark = pytest.mark.django_db


def test_every_answer_carries_the_content_policy(client: Client) -> None:
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert response["X-Request-ID"]


def test_forms_are_refused_without_their_token(programme: Programme, officer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(f"/{programme.slug}/travaux/00000000-0000-0000-0000-000000000000/relancer/")
    assert response.status_code == 403
    assert "formulaire" in response.content.decode().lower()


def test_a_signed_out_htmx_caller_is_sent_to_sign_in_as_a_whole_page(
    programme: Programme, client: Client
) -> None:
    response = client.get(f"/{programme.slug}/emails/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/comptes/login/")


def test_an_unknown_programme_does_not_exist(client: Client) -> None:
    assert client.get("/nulle-part/emails/").status_code == 404


@pytest.mark.parametrize("role", ["director", "inconnu"])
def test_one_click_entry_needs_a_demonstration_person(
    role: str, client: Client, programme: Programme
) -> None:
    assert client.post(f"/comptes/entrer/{role}/").status_code == 404
    assert client.get(f"/comptes/entrer/{role}/").status_code == 405


def test_one_click_entry_is_closed_outside_demonstration(
    client: Client, programme: Programme, director: User, settings: object
) -> None:
    settings.EDEC_DEMO = False  # type: ignore[attr-defined]
    assert client.post("/comptes/entrer/director/").status_code == 404


def test_staff_without_a_second_factor_are_sent_to_it(
    programme: Programme, officer: User, signed_in: Callable[[User], Client], settings: object
) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = True  # type: ignore[attr-defined]
    response = signed_in(officer).get(f"/{programme.slug}/emails/")
    assert response.status_code == 302
    assert "2fa" in response["Location"]


@pytest.mark.parametrize("page", ["/comptes/login/", "/comptes/login/code/", "/comptes/password/reset/", "/"])
def test_entrance_pages_answer_in_french_without_inline_code(page: str, client: Client) -> None:
    response = client.get(page)
    assert response.status_code == 200
    text = response.content.decode()
    assert '<html lang="fr">' in text
    assert " style=" not in text
    assert text.count("<h1") == 1
