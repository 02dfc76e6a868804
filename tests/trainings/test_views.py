"""Pages of trainings, seen by each role."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from companies.models import Participation
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme
from tests.trainings.conftest import TODAY, trainee
from trainings.models import Attendance, Course, Enrolment, Provider, Session
from trainings.services import enrol, save_attendance

MakeSession = Callable[..., Session]
SignIn = Callable[[User], Client]
BASE = "/essai/formations/"


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(f"{TODAY.isoformat()}T10:00:00+01:00", tick=False):
        yield


def text_of(response: Any) -> str:
    """What a person reads: no tags, single spaces."""
    html = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def plan_data(course: Course, provider: Provider, /, **changes: str) -> dict[str, str]:
    day = TODAY + timedelta(days=10)
    data = {
        "course": str(course.pk),
        "provider": str(provider.pk),
        "place": "Salle A, Lens",
        "capacity_min": "2",
        "capacity_max": "8",
        "price_cents": "120,50",
        "is_open": "on",
        "request_key": "7f7dc2a2-6b0a-4f0a-9a57-0c9f5d5a1111",
        "demi-journees": "2",
        "demi-0-day": day.isoformat(),
        "demi-0-part": "am",
        "demi-0-starts_at": "09:00",
        "demi-0-ends_at": "12:30",
        "demi-1-day": day.isoformat(),
        "demi-1-part": "pm",
        "demi-1-starts_at": "13:30",
        "demi-1-ends_at": "17:00",
    }
    return data | changes


def test_the_list_filters_sorts_and_exports_what_is_filtered(
    signed_in: SignIn, officer: User, make_session: MakeSession, courses: list[Course]
) -> None:
    legal = next(course for course in courses if course.stake == "legal")
    make_session(start=TODAY + timedelta(days=5), place="Salle Bleue, Arras")
    make_session(course=legal, start=TODAY - timedelta(days=5))
    client = signed_in(officer)
    page = text_of(client.get(BASE))
    assert "2 sessions" in page
    assert page.index("Travailler avec un assistant") < page.index(legal.title)
    assert page.index(legal.title) < text_of(client.get(f"{BASE}?tri=date")).index("Travailler") + 10_000
    filtered = text_of(client.get(f"{BASE}?enjeu=legal"))
    assert "1 session " in filtered
    assert "Retirer le filtre Enjeu : juridique" in filtered
    assert "1 session " in text_of(client.get(f"{BASE}?q=bleue"))
    assert "1 session " in text_of(client.get(f"{BASE}?moment=passees"))
    assert "Aucune session ne correspond" in text_of(client.get(f"{BASE}?q=introuvable"))
    export = b"".join(client.get(f"{BASE}?enjeu=legal&export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    lines = export.removeprefix("\ufeff").strip().splitlines()
    assert len(lines) == 2
    assert lines[1].split(";")[:5] == [legal.title, "juridique", "2026-02-25", "2026-02-25", "2"]
    fragment = client.get(BASE, headers={"HX-Request": "true", "HX-Target": "results"})
    assert b"<html" not in fragment.content


def test_sessions_whose_attendance_is_missing_can_be_found(
    signed_in: SignIn, officer: User, make_session: MakeSession, company: Participation
) -> None:
    to_mark, marked = make_session(half_days=1, place="À noter"), make_session(half_days=1, place="Notée")
    make_session(half_days=1, place="Sans inscrit")
    make_session(half_days=1, place="Future", start=TODAY + timedelta(days=1))
    for session in (to_mark, marked):
        enrol(actor=None, session=session, participation=company, people=[trainee("ada")], notify=False)
    ada = Enrolment.objects.get(session=marked)
    save_attendance(actor=None, session=marked, present={(ada.pk, marked.half_days.all()[0].pk)}, today=TODAY)
    page = text_of(signed_in(officer).get(f"{BASE}?moment=presence"))
    assert "1 session " in page
    assert "À noter" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_and_sheets_cost_the_same_whatever_their_length(
    signed_in: SignIn,
    officer: User,
    manager: User,
    make_session: MakeSession,
    company: Participation,
    count_queries: Any,
    rows: int,
) -> None:
    names = [f"personne{rank}" for rank in range(rows)]
    for rank in range(rows):
        session = make_session(half_days=1 + rank, start=TODAY + timedelta(days=rank))
        enrol(
            actor=None,
            session=session,
            participation=company,
            people=[trainee(name) for name in names],
            notify=False,
        )
    costs = {}
    for name, user, url in (
        ("list", officer, BASE),
        ("export", officer, f"{BASE}?export=xlsx"),
        ("detail", officer, f"{BASE}{session.pk}/"),
        ("enrol", officer, f"{BASE}{session.pk}/inscrire/?entreprise={company.pk}"),
        ("providers", officer, f"{BASE}organismes/"),
        ("space", manager, "/essai/espace/formations/"),
        ("space session", manager, f"/essai/espace/formations/{session.pk}/"),
        ("catalogue", officer, f"{BASE}catalogue/"),
    ):
        client = signed_in(user)
        client.get(url)
        with count_queries() as queries:
            assert client.get(url).status_code == 200
        costs[name] = len(queries)
    assert costs == {
        "list": 8,
        "export": 6,
        "detail": 9,
        "enrol": 9,
        "providers": 7,
        "space": 9,
        "space session": 12,
        "catalogue": 4,
    }


def test_a_session_is_planned_once_however_often_the_button_is_pressed(
    signed_in: SignIn, officer: User, course: Course, provider: Provider
) -> None:
    client = signed_in(officer)
    answers = [client.post(f"{BASE}planifier/", plan_data(course, provider)) for _click in range(2)]
    session = Session.objects.get()
    assert [(each.status_code, each["Location"]) for each in answers] == [(302, f"{BASE}{session.pk}/")] * 2
    assert (session.price_cents, session.half_days.count(), session.provider) == (12_050, 2, provider)


def test_planning_keeps_what_was_typed_and_says_what_to_correct(
    signed_in: SignIn, officer: User, course: Course, provider: Provider
) -> None:
    client = signed_in(officer)
    day = (TODAY + timedelta(days=10)).isoformat()
    data = plan_data(
        course,
        provider,
        **{"demi-1-part": "am", "capacity_max": "1", "place": "", "price_cents": "1,234", "provider": ""},
    )
    response = client.post(f"{BASE}planifier/", data)
    page, html = text_of(response), response.content.decode()
    assert response.status_code == 422
    for message in (
        "Cette demi-journée est déjà dans la session.",
        "L’effectif maximum doit être au moins égal au minimum.",
        "Indiquez un lieu, ou le lien de la classe à distance.",
        "Un montant a deux décimales au plus",
        "Choisissez un organisme, ou donnez le nom du nouveau.",
    ):
        assert message in page
    assert 'value="1,234"' in html
    assert html.count(f'value="{day}"') == 2
    assert not Session.objects.exists()

    outside = client.post(f"{BASE}planifier/", plan_data(course, provider, **{"demi-1-day": "2031-01-01"}))
    assert (
        "La convention va du 1er\u00a0juillet\u00a02025 au 30\u00a0juin\u00a02027."
        in outside.content.decode()
    )
    none = client.post(f"{BASE}planifier/", plan_data(course, provider, **{"demi-journees": "0"}))
    assert "Indiquez au moins une demi-journée." in text_of(none)
    unreadable = client.post(f"{BASE}planifier/", plan_data(course, provider, **{"demi-0-day": "hier"}))
    assert 'value="hier"' in unreadable.content.decode()
    assert not Session.objects.exists()


def test_a_half_day_is_added_without_script_and_without_loss(
    signed_in: SignIn, officer: User, course: Course, provider: Provider
) -> None:
    data = plan_data(course, provider, place="Salle <B>", ajouter="1")
    response = signed_in(officer).post(f"{BASE}planifier/", data)
    html = response.content.decode()
    assert response.status_code == 200
    assert 'name="demi-journees" value="3"' in html
    assert 'value="Salle &lt;B&gt;"' in html
    assert 'name="demi-2-starts_at" value="09:00"' in html
    assert "errorlist" not in html
    assert not Session.objects.exists()


def test_a_new_training_body_can_be_named_while_planning(
    signed_in: SignIn, officer: User, course: Course, provider: Provider
) -> None:
    data = plan_data(course, provider, provider="", new_provider="École d’essai")
    assert signed_in(officer).post(f"{BASE}planifier/", data).status_code == 302
    session = Session.objects.get()
    assert session.provider is not None
    assert session.provider.name == "École d’essai"


def test_a_session_is_changed_and_a_refusal_keeps_the_form(
    signed_in: SignIn, officer: User, make_session: MakeSession, company: Participation, provider: Provider
) -> None:
    session = make_session(start=TODAY + timedelta(days=10))
    enrol(
        actor=None,
        session=session,
        participation=company,
        people=[trainee("ada"), trainee("luc")],
        notify=False,
    )
    client = signed_in(officer)
    url = f"{BASE}{session.pk}/modifier/"
    form = client.get(url).content.decode()
    assert 'value="Salle A, Lens"' in form
    assert f'value="{session.starts_on.isoformat()}"' in form
    data = plan_data(session.course, provider, place="Salle C", capacity_min="1", capacity_max="1")
    refused = client.post(url, data)
    assert refused.status_code == 422
    assert "2 personnes sont déjà inscrites" in text_of(refused)
    assert 'value="Salle C"' in refused.content.decode()
    assert client.post(url, data | {"capacity_max": "6"}).status_code == 302
    session.refresh_from_db()
    assert (session.place, session.capacity_max) == ("Salle C", 6)


def test_staff_find_a_company_then_enrol_its_people(
    signed_in: SignIn, officer: User, make_session: MakeSession, company: Participation
) -> None:
    session = make_session(start=TODAY + timedelta(days=3), capacity=1)
    client = signed_in(officer)
    url = f"{BASE}{session.pk}/inscrire/"
    assert "Cherchez d’abord leur entreprise" in text_of(client.get(url))
    assert f"?entreprise={company.pk}" in client.get(f"{url}?q=atelier").content.decode()
    assert "Aucune entreprise ne correspond" in text_of(client.get(f"{url}?q=introuvable"))
    page = f"{url}?entreprise={company.pk}"
    person = {"first_name": "Ada", "last_name": "Exemple", "email": "Ada@atelier.example", "sex": "f"}
    first = client.post(page, person, follow=True)
    assert "Ada Exemple est inscrit : la confirmation part à ada@atelier.example." in text_of(first)
    client.post(page, person)
    second = client.post(page, person | {"first_name": "Luc", "email": "luc@atelier.example"}, follow=True)
    assert "Luc Exemple est en liste d’attente : la session est complète." in text_of(second)
    assert list(Enrolment.objects.order_by("pk").values_list("email", "status", "sex")) == [
        ("ada@atelier.example", "registered", "f"),
        ("luc@atelier.example", "waiting", "f"),
    ]
    wrong = client.post(page, person | {"email": "pas une adresse"})
    assert wrong.status_code == 422
    assert 'value="pas une adresse"' in wrong.content.decode()
    for foreign in ("999999", "x"):
        assert client.get(f"{url}?entreprise={foreign}").status_code == 404


def test_an_advisor_enrols_only_the_companies_she_follows(
    signed_in: SignIn,
    advisor: User,
    make_session: MakeSession,
    make_company: Callable[..., Participation],
) -> None:
    mine, other = make_company("Atelier suivi", 1, advisor), make_company("Atelier voisin", 2)
    session = make_session()
    enrol(actor=None, session=session, participation=mine, people=[trainee("ada")], notify=False)
    enrol(actor=None, session=session, participation=other, people=[trainee("luc")], notify=False)
    client = signed_in(advisor)
    url = f"{BASE}{session.pk}/inscrire/?entreprise="
    assert client.get(f"{url}{mine.pk}").status_code == 200
    assert client.get(f"{url}{other.pk}").status_code == 404
    page = text_of(client.get(f"{BASE}{session.pk}/"))
    assert "Ada Exemple" in page
    assert "Luc Exemple" not in page
    assert "1 autre personne vient d’une entreprise que vous ne suivez pas." in page
    foreign = Enrolment.objects.get(email="luc@atelier.example")
    assert client.get(f"{BASE}inscriptions/{foreign.pk}/annuler/").status_code == 404
    assert client.post(f"{BASE}{session.pk}/presence/").status_code == 409


def sheet_of(session: Session, *names: str) -> dict[str, str]:
    """Boxes ticked: every past half-day for the people named."""
    return {
        f"present-{enrolment.pk}-{half_day.pk}": "1"
        for enrolment in session.enrolments.filter(first_name__in=names)
        for half_day in session.half_days.filter(day__lte=TODAY)
    }


def test_the_trainer_marks_attendance_of_her_session_only(
    signed_in: SignIn, trainer: User, make_session: MakeSession, company: Participation
) -> None:
    session, foreign = make_session(trainer=trainer, half_days=3), make_session()
    enrol(
        actor=None,
        session=session,
        participation=company,
        people=[trainee("ada"), trainee("luc")],
        notify=False,
    )
    client = signed_in(trainer)
    assert "1 session " in text_of(client.get(BASE))
    assert client.get(f"{BASE}{foreign.pk}/").status_code == 404
    assert client.post(f"{BASE}{foreign.pk}/presence/").status_code == 404
    for denied in ("planifier/", "organismes/", f"{session.pk}/modifier/", f"{session.pk}/annuler/"):
        assert client.get(f"{BASE}{denied}").status_code == 403
    html = client.get(f"{BASE}{session.pk}/").content.decode()
    assert html.count('type="checkbox"') == 6
    assert html.count("disabled>") == 2
    assert "ada@atelier.example" not in html

    url = f"{BASE}{session.pk}/presence/"
    saved = client.post(url, sheet_of(session, "Ada"), follow=True)
    assert "Feuille enregistrée : 2 présences notées." in text_of(saved)
    again = client.post(url, sheet_of(session, "Ada"), follow=True)
    assert "La feuille était déjà enregistrée ainsi." in text_of(again)
    assert Attendance.objects.filter(present=True).count() == 2
    assert "7\u00a0h" in again.content.decode()
    column = session.half_days.all()[0].pk
    everybody = client.post(url, sheet_of(session, "Ada") | {"tous": str(column)}, follow=True)
    assert "Feuille enregistrée : 1 présence notée." in text_of(everybody)


def test_a_refused_sheet_shows_the_boxes_as_they_were_ticked(
    signed_in: SignIn, officer: User, make_session: MakeSession, company: Participation
) -> None:
    session, other = make_session(half_days=1), make_session(half_days=1)
    enrol(
        actor=None,
        session=session,
        participation=company,
        people=[trainee("ada"), trainee("luc")],
        notify=False,
    )
    foreign = other.half_days.all()[0].pk
    ada = Enrolment.objects.get(first_name="Ada")
    data = sheet_of(session, "Ada") | {f"present-{ada.pk}-{foreign}": "1", "present-x-1": "1"}
    response = signed_in(officer).post(f"{BASE}{session.pk}/presence/", data)
    assert response.status_code == 409
    assert "La feuille ne correspond plus à la session" in text_of(response)
    assert response.content.decode().count(" checked") == 1
    assert not Attendance.objects.exists()


def test_a_session_is_cancelled_after_saying_what_it_does(
    signed_in: SignIn, officer: User, make_session: MakeSession, company: Participation
) -> None:
    session = make_session()
    enrol(actor=None, session=session, participation=company, people=[trainee("ada")], notify=False)
    client = signed_in(officer)
    url = f"{BASE}{session.pk}/annuler/"
    assert "1 personne inscrite reçoit un message" in text_of(client.get(url))
    for _click in range(2):
        assert client.post(url, {"reason": "Salle fermée."}).status_code == 302
    assert Message.objects.filter(template="training_session_cancelled").count() == 1
    page = text_of(client.get(f"{BASE}{session.pk}/"))
    assert "annulée" in page
    assert "Enregistrer la présence" not in page


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


def test_bodies_and_trainers_are_kept_by_the_office(
    signed_in: SignIn, officer: User, provider: Provider, manager: User
) -> None:
    client = signed_in(officer)
    url = f"{BASE}organismes/"
    client.post(url, {"formulaire": "organisme", "organisme-name": "École d’essai"})
    trainer = {
        "formulaire": "formateur",
        "formateur-provider": str(provider.pk),
        "formateur-first_name": "Odile",
        "formateur-last_name": "Essai",
        "formateur-email": "odile@institut.example",
    }
    for _click in range(2):
        assert client.post(url, trainer).status_code == 302
    page = text_of(client.get(url))
    assert "École d’essai" in page
    assert "Odile Essai" in page
    assert Message.objects.filter(template="trainer_invitation").count() == 1
    refused = client.post(url, trainer | {"formateur-email": manager.email})
    assert refused.status_code == 422
    assert "utilisez-en une autre" in text_of(refused)


def test_another_programme_does_not_exist(
    signed_in: SignIn,
    make_user: Callable[..., User],
    other_programme: Programme,
    make_session: MakeSession,
    company: Participation,
) -> None:
    session = make_session()
    (ada,) = enrol(actor=None, session=session, participation=company, people=[trainee("ada")], notify=False)
    neighbour = make_user("voisine", Role.DIRECTOR, in_programme=other_programme)
    client = signed_in(neighbour)
    for path in (f"{session.pk}/", f"{session.pk}/modifier/", f"inscriptions/{ada.pk}/annuler/"):
        assert client.get(f"/voisin/formations/{path}").status_code == 404
        assert client.get(f"/essai/formations/{path}").status_code == 403
    assert "Aucune session" in text_of(client.get("/voisin/formations/"))
