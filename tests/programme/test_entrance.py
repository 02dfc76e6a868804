"""``/``, where sign-in leads: everybody finds the way to her own programme."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from programme.enums import Role
from programme.models import Programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outside_demonstration")]
SignIn = Callable[[User], Client]


def test_visitors_go_to_the_only_public_programme(programme: Programme) -> None:
    assert Client().get("/")["Location"] == "/essai/"


def test_a_signed_in_person_goes_to_her_only_programme(
    programme: Programme, other_programme: Programme, officer: User, signed_in: SignIn
) -> None:
    client = signed_in(officer)
    answer = client.get("/", follow=True)
    assert answer.redirect_chain == [("/essai/accueil/", 302), ("/essai/tableau-de-bord/", 302)]
    # The public pages show « Se connecter » to everybody: it must not lead round in circles.
    assert client.get("/comptes/login/")["Location"] == "/"


def test_who_works_in_several_programmes_chooses(
    programme: Programme, other_programme: Programme, make_user: Callable[..., User], signed_in: SignIn
) -> None:
    ada = make_user("ada", Role.ADVISOR, Role.OFFICER)
    make_user("ada", Role.FUNDER, in_programme=other_programme)
    page = signed_in(ada).get("/").content.decode()
    assert page.count("/essai/accueil/") == page.count("/voisin/accueil/") == 1
    assert "Se connecter" not in page


def test_a_person_without_any_role_sees_what_is_public(
    programme: Programme, make_user: Callable[..., User], signed_in: SignIn
) -> None:
    assert signed_in(make_user("visiteuse")).get("/")["Location"] == "/essai/"
