"""Pages of trainings for staff and trainers."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from companies.models import Participation
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme
from tests.trainings.conftest import TODAY, trainee
from tests.trainings.pages import BASE, MakeSession, SignIn, plan_data, text_of
from trainings.models import Attendance, Course, Enrolment, Provider, Session
from trainings.services import enrol, save_attendance

pytestmark = pytest.mark.usefixtures("at_work")


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
    oldest_first = text_of(client.get(f"{BASE}?tri=date"))
    assert oldest_first.index(legal.title) < oldest_first.index("Travailler avec un assistant")
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


def test_a_trainer_finds_first_the_session_to_teach_next(
    make_session: MakeSession, trainer: User, officer: User, signed_in: SignIn
) -> None:
    for days in (-20, 30, -3, 0, 8):
        make_session(start=TODAY + timedelta(days=days), place=f"Salle {days}", trainer=trainer)
    shown = re.findall(r"Salle (-?\d+)", signed_in(trainer).get(BASE).content.decode())
    assert [int(days) for days in shown] == [0, 8, 30, -3, -20]
    shown = re.findall(r"Salle (-?\d+)", signed_in(officer).get(BASE).content.decode())
    assert [int(days) for days in shown] == [30, 8, 0, -3, -20]


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
        "list": 6,
        "export": 4,
        "detail": 7,
        "enrol": 7,
        "providers": 5,
        "space": 7,
        "space session": 10,
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


def seen_in(page: Any) -> str:
    """What the form of a sheet says its reader has seen."""
    found = re.search(r'name="vu" value="([^"]*)"', page.content.decode())
    assert found is not None
    return found[1]


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


def test_a_sheet_written_meanwhile_comes_back_with_both_hands_and_is_told(
    signed_in: SignIn, officer: User, trainer: User, make_session: MakeSession, company: Participation
) -> None:
    session = make_session(half_days=1, trainer=trainer)
    people = [trainee("ada"), trainee("luc"), trainee("zoe")]
    enrol(actor=None, session=session, participation=company, people=people[:2], notify=False)
    client, colleague = signed_in(trainer), signed_in(officer)
    url, page = f"{BASE}{session.pk}/presence/", f"{BASE}{session.pk}/"
    read = seen_in(client.get(page))
    column = session.half_days.get().pk
    enrol(actor=None, session=session, participation=company, people=people[2:], notify=False)
    colleague.post(url, sheet_of(session, "Luc") | {"vu": seen_in(colleague.get(page))})

    refused = client.post(url, {"tous": str(column), "vu": read})
    assert refused.status_code == 409
    text = text_of(refused)
    assert f"la feuille a été modifiée par {officer.full_name}." in text
    assert "2 cases modifiées entre-temps" in text
    assert "Luc Exemple, lundi" in text
    assert "présence notée" in text
    assert refused.content.decode().count(" checked") == 2
    assert Attendance.objects.filter(present=True).count() == 1

    saved = client.post(url, sheet_of(session, "Ada", "Luc") | {"vu": seen_in(refused)}, follow=True)
    assert "Feuille enregistrée : 1 présence notée." in text_of(saved)
    marks = Attendance.objects.order_by("enrolment__first_name").values_list("present", flat=True)
    assert list(marks) == [True, True, False]


def test_a_waiting_list_says_that_the_session_is_over(
    signed_in: SignIn, officer: User, make_session: MakeSession, company: Participation
) -> None:
    session = make_session(capacity=1, half_days=1)
    enrol(
        actor=None,
        session=session,
        participation=company,
        people=[trainee("ada"), trainee("luc")],
        notify=False,
    )
    client, said = signed_in(officer), "une place libérée n’est plus attribuée"
    assert said not in text_of(client.get(f"{BASE}{session.pk}/"))
    with time_machine.travel(f"{session.ends_on.isoformat()}T20:00:00+01:00", tick=False):
        assert said in text_of(client.get(f"{BASE}{session.pk}/"))


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


def test_bodies_and_trainers_are_kept_by_the_office(
    signed_in: SignIn, officer: User, provider: Provider, manager: User
) -> None:
    client = signed_in(officer)
    url = f"{BASE}organismes/"
    school = {"formulaire": "organisme", "organisme-name": "École d’essai"}
    client.post(url, school)
    client.post(url, school | {"organisme-representative": "Zoé Exemple, directrice"})
    client.post(url, school | {"organisme-city": "Lens"})
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
    assert page.count("École d’essai") == 2, "in the table, and in the list of the trainer's form"
    assert "Zoé Exemple, directrice · Lens" in page
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
