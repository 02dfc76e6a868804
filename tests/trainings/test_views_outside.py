"""Pages of trainings for companies and for the public."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from companies.models import Participation
from programme.models import Programme
from tests.trainings.conftest import TODAY, trainee
from tests.trainings.pages import BASE, MakeSession, SignIn, plan_data, text_of
from trainings.models import Course, Enrolment, Provider, Session
from trainings.services import enrol

pytestmark = pytest.mark.usefixtures("at_work")


def test_the_manager_enrols_her_people_and_sees_no_other(
    signed_in: SignIn,
    manager: User,
    make_session: MakeSession,
    company: Participation,
    make_company: Callable[..., Participation],
) -> None:
    session = make_session(start=TODAY + timedelta(days=4))
    begun = make_session(start=TODAY - timedelta(days=1))
    rival = make_company("Concurrent", 2)
    for each in (session, begun):
        enrol(actor=None, session=each, participation=rival, people=[trainee("zoe")], notify=False)
    client = signed_in(manager)
    space = "/essai/espace/formations/"
    page = text_of(client.get(space))
    assert page.count("Travailler avec un assistant") == 1
    assert "11 places" in page
    person = {"first_name": "Ada", "last_name": "Exemple", "email": "ada@atelier.example"}
    for _click in range(2):
        answer = client.post(f"{space}{session.pk}/", person, follow=True)
    text = text_of(answer)
    assert "Ada Exemple" in text
    assert "Zoe" not in text
    assert Enrolment.objects.filter(participation=company).count() == 1
    assert client.get(f"{space}{begun.pk}/").status_code == 200
    client.post(f"{space}{begun.pk}/", person)
    assert Enrolment.objects.filter(participation=company, session=begun).count() == 0

    ada = Enrolment.objects.get(email="ada@atelier.example")
    zoe = Enrolment.objects.get(email="zoe@atelier.example", session=session)
    assert client.get(f"{space}inscriptions/{zoe.pk}/annuler/").status_code == 404
    assert client.post(f"{space}inscriptions/{ada.pk}/annuler/").status_code == 302
    ada.refresh_from_db()
    assert ada.status == "cancelled"
    assert client.get(BASE).status_code == 403
    assert client.get(f"{BASE}{session.pk}/")["Location"] == f"{space}{session.pk}/"


def test_the_catalogue_is_public_the_same_for_everybody_and_never_names_people(
    programme: Programme,
    signed_in: SignIn,
    officer: User,
    make_session: MakeSession,
    company: Participation,
) -> None:
    session = make_session(start=TODAY + timedelta(days=4))
    enrol(actor=None, session=session, participation=company, people=[trainee("ada")], notify=False)
    pages = [client.get(f"{BASE}catalogue/").content for client in (Client(), signed_in(officer))]
    assert pages[0] == pages[1]
    page = text_of(Client().get(f"{BASE}catalogue/"))
    assert "Prochaine session : du 6" in page or "Prochaine session : 6" in page
    assert "Ada" not in page
    only = text_of(Client().get(f"{BASE}catalogue/?enjeu=legal"))
    assert "Tenir son registre RGPD" in only
    assert "Travailler avec un assistant" not in only
    detail = text_of(Client().get(f"{BASE}catalogue/tech-assistant/"))
    assert "11 places" in detail
    assert Client().get(f"{BASE}catalogue/inconnue/").status_code == 404


def test_calendar_file_is_for_those_who_may_see_the_session(
    signed_in: SignIn, manager: User, trainer: User, make_session: MakeSession
) -> None:
    session = make_session()
    response = signed_in(manager).get(f"{BASE}{session.pk}/agenda.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.content.count(b"BEGIN:VEVENT") == 2
    assert Client().get(f"{BASE}{session.pk}/agenda.ics").status_code == 302


LINK = f"https://visio.example/rejoindre?cle={'k' * 300}"


def test_the_address_of_a_remote_class_is_for_those_enrolled(
    signed_in: SignIn,
    officer: User,
    manager: User,
    company: Participation,
    make_session: MakeSession,
    course: Course,
    provider: Provider,
) -> None:
    data = plan_data(course, provider, place="", link=LINK)
    assert signed_in(officer).post(f"{BASE}planifier/", data).status_code == 302
    session = Session.objects.get()
    space, calendar = f"/essai/espace/formations/{session.pk}/", f"{BASE}{session.pk}/agenda.ics"

    def told(client: Client, path: str) -> bool:
        return "visio.example" in client.get(path).content.decode()

    client = signed_in(manager)
    assert not any(told(Client(), f"{BASE}catalogue/{end}") for end in ("", "tech-assistant/"))
    assert not any(told(client, path) for path in ("/essai/espace/formations/", space, calendar))
    assert told(signed_in(officer), f"{BASE}{session.pk}/")
    assert told(signed_in(officer), calendar)
    assert "à distance" in text_of(Client().get(f"{BASE}catalogue/tech-assistant/"))
    enrol(actor=None, session=session, participation=company, people=[trainee("ada")], notify=False)
    assert told(client, space)
    assert told(client, calendar)
