"""Headers and behaviours that every page carries, whoever asks."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client

from accounts.backends import PERSON_BACKEND
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
    client.force_login(officer, backend=PERSON_BACKEND)
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


@pytest.mark.usefixtures("outside_demonstration")
def test_one_click_entry_is_closed_outside_demonstration(
    client: Client, programme: Programme, director: User
) -> None:
    assert client.post("/comptes/entrer/director/").status_code == 404


@pytest.mark.django_db(transaction=True)  # the library tells of a new generator once it is committed
def test_staff_set_a_second_factor_up_once_then_give_its_code(
    programme: Programme,
    officer: User,
    signed_in: Callable[[User], Client],
    settings: object,
) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = True  # type: ignore[attr-defined]
    page = f"/{programme.slug}/emails/"
    client = signed_in(officer)
    setting_up = client.get(page, follow=True)
    assert setting_up.redirect_chain == [("/comptes/2fa/totp/activate/", 302)]
    assert "installez-le d’abord" in setting_up.content.decode()
    secret = client.session["mfa.totp.secret"]
    assert client.post("/comptes/2fa/totp/activate/", {"code": _code(secret)}).status_code == 302
    assert client.get(page).status_code == 200, "a code was just given: no second sign-in"

    # A personal link opens a session without any code.
    later = signed_in(officer)
    asked = later.get(page, follow=True)
    assert "Donnez le code" in asked.content.decode()
    cache.clear()
    answer = later.post(asked.redirect_chain[0][0], {"code": _code(secret)})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert later.get(page).status_code == 200


def _code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


@pytest.mark.parametrize("page", ["/comptes/login/", "/comptes/login/code/", "/comptes/password/reset/", "/"])
def test_entrance_pages_answer_in_french_without_inline_code(page: str, client: Client) -> None:
    response = client.get(page)
    assert response.status_code == 200
    text = response.content.decode()
    assert '<html lang="fr">' in text
    assert " style=" not in text
    assert text.count("<h1") == 1
