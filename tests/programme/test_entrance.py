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


class TestWhoEnters:
    """A page reads programme, person and roles at once: what was taken from her is gone at the next page."""

    LIST = "/essai/entreprises/"

    @pytest.fixture
    def client(self, programme: Programme, officer: User, signed_in: SignIn) -> Client:
        client = signed_in(officer)
        assert client.get(self.LIST).status_code == 200
        return client

    def test_a_role_withdrawn(self, client: Client, programme: Programme, officer: User) -> None:
        officer.role_grants.filter(programme=programme).delete()
        assert client.get(self.LIST).status_code == 403

    def test_an_account_closed(self, client: Client, officer: User) -> None:
        User.objects.filter(pk=officer.pk).update(is_active=False)
        assert "/comptes/login/" in client.get(self.LIST)["Location"]

    def test_an_account_removed(self, client: Client, officer: User) -> None:
        officer.delete()
        assert "/comptes/login/" in client.get(self.LIST)["Location"]

    def test_a_password_changed_elsewhere(self, client: Client, officer: User) -> None:
        officer.set_password("un autre mot de passe, assez long")
        officer.save()
        assert "/comptes/login/" in client.get(self.LIST)["Location"]

    def test_another_programme(self, client: Client, other_programme: Programme) -> None:
        assert client.get("/voisin/entreprises/").status_code == 403
        assert client.get("/ailleurs/entreprises/").status_code == 404

    def test_what_is_read_is_the_whole_row(
        self, client: Client, programme: Programme, officer: User, make_user: Callable[..., User]
    ) -> None:
        make_user(officer.email.partition("@")[0], Role.ADVISOR)
        access = client.get(self.LIST).context["access"]
        officer.refresh_from_db()
        programme.refresh_from_db()
        for read, row in ((access.programme, programme), (access.user, officer)):
            names = [field.attname for field in row._meta.concrete_fields]
            assert [getattr(read, name) for name in names] == [getattr(row, name) for name in names]
        assert access.roles == {Role.OFFICER, Role.ADVISOR}
