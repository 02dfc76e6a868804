"""A person asks what is held about her, then to be erased: everything is found, and nothing is left."""

import json
import uuid
from collections.abc import Callable
from datetime import date, time
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models
from django.test import Client

from accounts.models import User
from accounts.services import mint_personal_link
from companies import services as companies
from companies.enums import EventKind
from companies.models import Contact, Membership, Participation, TimelineEvent
from companies.services.imports import receive_file, stage_batch
from core import jobs
from core.errors import BusinessError
from core.models import AuditEvent, StoredFile
from core.persons import ERASED_NAME, unaccented
from core.registries import person_data
from diagnostics import services as diagnostics
from diagnostics.models import Answer, Respondent
from documents.models import Document
from notifications.models import Message
from programme.enums import Role
from programme.models import ErasureReceipt, ErasureRequest, Programme, RoleGrant
from programme.person_files import person_file
from programme.selectors import fingerprint, held_data
from programme.services.person_data import ask_erasure, erase_person, preview_erasure
from tests.companies.samples import make_siren, make_siret
from tests.diagnostics.conftest import COMPLETE, entries
from tests.diagnostics.documents import full_document
from tests.funding.factories import make_plan, make_validated
from trainings import services as trainings
from trainings.models import Attendance, Course, Enrolment
from trainings.timetable import PlannedHalfDay

pytestmark = pytest.mark.django_db
EMAIL = "ines.vandeputtelaere@filature.example"
FIRST, LAST = "Inès", "Vandeputtelaere"
NEEDLES = ("vandeputtelaere", EMAIL)


def make_company(programme: Programme, rank: int, name: str = "Filature imaginée") -> Participation:
    return companies.create_participation(
        actor=None,
        programme=programme,
        siret=make_siret(make_siren(rank)),
        name=name,
        postal_code="59200",
        city="Tourcoing",
        activity_code="13.20Z",
        workforce_band="12",
    )


def known_in(programme: Programme, rank: int, officer: User | None) -> Contact:
    """She is met in a company: contact, access, exchanges, a message, a diagnostic she answers."""
    participation = make_company(programme, rank)
    facts = companies.ContactFacts(last_name=LAST, first_name=FIRST, email=EMAIL, phone="06 12 34 56 78")
    contact = companies.add_contact(actor=officer, participation=participation, facts=facts)
    companies.invite_contact(actor=officer, contact=contact)
    companies.record_event(
        participation=participation,
        kind=EventKind.NOTE,
        title="Appel à Mme Vandeputtelaere",
        text=f"INÈS VANDEPUTTELAERE rappellera depuis {EMAIL.upper()}.",
        actor=officer,
    )
    companies.set_next_step(
        actor=officer, participation=participation, next_step="Rappeler Inès Vandeputtelaere"
    )
    return contact


@pytest.fixture
def contact(programme: Programme, officer: User) -> Contact:
    return known_in(programme, 1, officer)


@pytest.fixture
def answered(contact: Contact, officer: User) -> Respondent:
    imported = diagnostics.import_questionnaire(actor=None, document=full_document())
    version = diagnostics.publish_version(actor=None, version=imported)
    diagnostic = diagnostics.open_diagnostic(
        actor=officer,
        participation=contact.participation,
        questionnaire=version.questionnaire,
        contact=contact,
    )
    user = User.objects.get(email=EMAIL)
    diagnostics.save_answers(actor=user, diagnostic=diagnostic, entries=entries(**COMPLETE))
    return diagnostics.submit_diagnostic(actor=user, diagnostic=diagnostic).respondents.get()


def enrol_her(programme: Programme, contact: Contact, *, day: date, present: bool) -> Enrolment:
    trainings.install_catalogue(programme=programme)
    session = trainings.plan_session(
        actor=None,
        course=Course.objects.for_programme(programme).get(code="tech-assistant"),
        details=trainings.SessionDetails(
            provider=trainings.ensure_provider(actor=None, programme=programme, name="Institut d’essai"),
            trainer=None,
            place="Lens",
            capacity_min=1,
            capacity_max=8,
        ),
        half_days=[PlannedHalfDay(day, "am", time(9), time(12, 30))],
    )
    person = trainings.Trainee(first_name=FIRST, last_name=LAST, email=EMAIL, sex="f", age_band="26-44")
    (enrolment,) = trainings.enrol(
        actor=None, session=session, participation=contact.participation, people=[person]
    )
    if present:
        Attendance.objects.create(
            enrolment=enrolment, half_day=session.half_days.get(), present=True, marked_at=session.created_at
        )
    return enrolment


def traces(*, but: tuple[str, ...] = (), rows: Callable[[Any], Any] = lambda found: found) -> list[str]:
    """Every text and JSON column of the database where her address or her surname stands."""
    found = []
    for model in apps.get_models():
        label = model._meta.label_lower
        columns = [
            column.name
            for column in model._meta.concrete_fields
            if isinstance(column, models.CharField | models.TextField | models.JSONField)
        ]
        for values in rows(models.QuerySet(model=model)).values_list(*columns) if columns else ():
            for name, value in zip(columns, values, strict=True):
                text = unaccented(json.dumps(value, ensure_ascii=False, default=str)).lower()
                if any(needle in text for needle in NEEDLES) and label not in but:
                    found.append(f"{label}.{name}: {text[:80]}")
    return found


def test_everything_held_is_told_source_by_source(programme: Programme, answered: Respondent) -> None:
    found = {held.label: held for held in held_data(EMAIL.upper(), programme)}
    assert {"Compte", "Rôles et journal", "Entreprises", "Messages", "Diagnostics et plans d’actions"} <= set(
        found
    )
    assert all(held.purpose for held in found.values())
    text = person_file(EMAIL, programme, readable=False).text
    for expected in (LAST, "06 12 34 56 78", "Filature imaginée", "formation"):
        assert expected in text


def test_after_an_erasure_she_is_nowhere(
    programme: Programme, answered: Respondent, contact: Contact, director: User
) -> None:
    enrol_her(programme, contact, day=date(2027, 5, 4), present=False)
    mint_personal_link(user=User.objects.get(email=EMAIL), next_path="/", programme_id=programme.pk)
    file = f"SIRET;Nom;Contact;E-mail\n{make_siret(make_siren(8))};Neuve;{FIRST} {LAST};{EMAIL}\n"
    batch = receive_file(actor=director, programme=programme, name="a.csv", content=file.encode())
    stage_batch(batch=batch)
    answers = Answer.objects.count()
    Answer.objects.filter(pk=Answer.objects.first().pk).update(comment=f"Voir avec {FIRST} {LAST}")
    assert traces()
    receipt = erase_person(actor=director, email=EMAIL, programme=programme)
    assert traces() == []
    assert Answer.objects.count() == answers, "the company's answers are its own"
    assert Enrolment.objects.get().last_name == ERASED_NAME
    assert not User.objects.filter(email=EMAIL).exists()
    assert not RoleGrant.objects.filter(role=Role.COMPANY).exists()
    assert (receipt.erased_count > 5, receipt.fingerprint) == (True, fingerprint(EMAIL))
    event = AuditEvent.objects.get(verb="person.erased")
    assert (event.actor, event.object_label) == (director, receipt.reference)
    assert Participation.objects.filter(programme=programme).count() >= 1
    assert jobs.drain() == 0 or traces() == []


def test_a_sweep_asks_as_many_questions_for_many_texts_as_for_few(
    programme: Programme, contact: Contact, officer: User, count_queries: Callable[..., Any]
) -> None:
    def asked() -> int:
        with count_queries() as queries:
            preview_erasure(email=EMAIL, programme=programme)
        return len(queries)

    def name_her(times: int) -> None:
        for rank in range(times):
            companies.record_event(
                participation=contact.participation,
                kind=EventKind.NOTE,
                title=f"Appel {rank} à Mme Vandeputtelaere",
                text=f"{FIRST} {LAST} rappellera.",
                actor=officer,
            )

    name_her(2)
    few = asked()
    name_her(60)
    assert asked() == few
    erase_person(actor=None, email=EMAIL, programme=programme)
    assert traces() == []


def test_the_whole_installation_is_erased_at_once(
    programme: Programme, other_programme: Programme, contact: Contact, director: User
) -> None:
    known_in(other_programme, 2, director)
    erase_person(actor=None, email=EMAIL, programme=None)
    assert traces() == []


def test_what_the_law_keeps_is_kept_listed_and_explained(
    programme: Programme, contact: Contact, director: User
) -> None:
    enrolment = enrol_her(programme, contact, day=date(2026, 3, 2), present=True)
    preview = preview_erasure(email=EMAIL, programme=programme)
    receipt = erase_person(actor=director, email=EMAIL, programme=programme)
    enrolment.refresh_from_db()
    assert (enrolment.first_name, enrolment.last_name) == (FIRST, LAST)
    assert enrolment.email.endswith("@efface.invalid")
    assert traces(but=("trainings.enrolment",)) == []
    kept = [line for part in receipt.lines for line in part["kept"]]
    assert any("10 ans" in line["reason"] and line["count"] for line in kept)
    assert [line["what"] for line in kept] == [line.what for line in preview.kept]


def test_who_validated_an_expense_stays_named_and_comes_in_no_more(
    programme: Programme, officer: User, director: User, signed_in: Callable[[User], Client]
) -> None:
    plan = make_plan(programme)
    assert plan.pk
    make_validated(programme, director, officer)
    client = signed_in(officer)
    receipt = erase_person(actor=director, email=officer.email, programme=programme)
    officer.refresh_from_db()
    assert (officer.is_active, officer.last_name, officer.has_usable_password()) == (False, "Essai", False)
    assert any(line["kept"] for line in receipt.lines)
    assert client.get("/essai/budget/").status_code == 302


def test_a_dry_run_changes_nothing(programme: Programme, answered: Respondent) -> None:
    before = sorted(traces())
    rows = {model._meta.label: model._base_manager.count() for model in apps.get_models()}
    outcome = preview_erasure(email=EMAIL, programme=programme)
    assert outcome.erased
    assert sorted(traces()) == before
    assert rows == {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def test_another_programme_is_neither_shown_nor_touched(
    programme: Programme, other_programme: Programme, contact: Contact, director: User
) -> None:
    known_in(other_programme, 2, None)
    there = Contact.objects.get(participation__programme=other_programme)
    text = person_file(EMAIL, programme, readable=False).text
    assert "voisin" not in text.lower()
    erase_person(actor=director, email=EMAIL, programme=programme)
    there.refresh_from_db()
    assert (there.last_name, there.email) == (LAST, EMAIL)
    assert Membership.objects.get().participation.programme == other_programme
    user = User.objects.get(email=EMAIL)
    assert user.is_active
    assert user.last_name == LAST
    assert TimelineEvent.objects.filter(
        participation__programme=other_programme, text__icontains=LAST
    ).exists()
    assert held_data(EMAIL, programme) == []


def test_an_erasure_does_not_tell_whether_another_programme_knows_her(
    programme: Programme, other_programme: Programme, contact: Contact, director: User
) -> None:
    alone = preview_erasure(email=EMAIL, programme=programme).lines()
    known_in(other_programme, 2, None)
    assert preview_erasure(email=EMAIL, programme=programme).lines() == alone


def test_a_person_known_elsewhere_only_does_not_exist_here(
    programme: Programme, other_programme: Programme, director: User, signed_in: Callable[[User], Client]
) -> None:
    known_in(other_programme, 2, None)
    participation = make_company(programme, 3)
    companies.record_event(
        participation=participation, kind=EventKind.NOTE, title=f"{FIRST} {LAST}", actor=None
    )
    assert held_data(EMAIL, programme) == []
    page = signed_in(director).post("/essai/parametres/donnees-personnelles/", {"email": EMAIL})
    assert "Rien n’est détenu" in page.content.decode()
    assert LAST not in page.content.decode()
    with pytest.raises(BusinessError, match="Rien n’est détenu"):
        erase_person(actor=director, email=EMAIL, programme=programme)
    assert TimelineEvent.objects.filter(title=f"{FIRST} {LAST}").exists()


def test_a_namesake_keeps_her_name(programme: Programme, contact: Contact, director: User) -> None:
    other = make_company(programme, 4, "Autre filature")
    facts = companies.ContactFacts(last_name=LAST, first_name=FIRST, email="autre@filature.example")
    namesake = companies.add_contact(actor=None, participation=other, facts=facts)
    companies.record_event(
        participation=other, kind=EventKind.NOTE, title=f"Appel à {FIRST} {LAST}", actor=None
    )
    receipt = erase_person(actor=director, email=EMAIL, programme=programme)
    namesake.refresh_from_db()
    assert (namesake.first_name, namesake.last_name) == (FIRST, LAST)
    assert TimelineEvent.objects.filter(title=f"Appel à {FIRST} {LAST}").exists()
    assert any("porte le même nom" in note for line in receipt.lines for note in line["notes"])


def test_a_document_that_names_her_is_withdrawn_and_still_verifiable(
    programme: Programme,
    answered: Respondent,
    director: User,
    client: Client,
    django_capture_on_commit_callbacks: Any,
) -> None:
    document = diagnostics.request_result_document(actor=director, diagnostic=answered.diagnostic)
    jobs.drain()
    document.refresh_from_db()
    stored = document.file
    Document.objects.filter(pk=document.pk).update(
        snapshot={**document.snapshot, "content": {**document.snapshot["content"], "who": f"{FIRST} {LAST}"}}
    )
    path = Path(stored.content.path)
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(actor=director, email=EMAIL, programme=programme)
    document.refresh_from_db()
    assert (document.is_withdrawn, document.snapshot, document.file) == (True, {}, None)
    assert document.withdrawn_sha256 == stored.sha256
    assert not path.exists()
    assert not StoredFile.objects.filter(pk=stored.pk).exists()
    page = client.get(f"/verifier/{document.code}/").content.decode()
    assert stored.sha256 in page
    assert "retiré" in page


def test_an_author_keeps_the_documents_she_asked_for(
    programme: Programme, officer: User, director: User, answered: Respondent
) -> None:
    document = diagnostics.request_result_document(actor=officer, diagnostic=answered.diagnostic)
    jobs.drain()
    receipt = erase_person(actor=director, email=officer.email, programme=programme)
    document.refresh_from_db()
    assert document.is_ready
    assert any("empreinte" in line["reason"] for part in receipt.lines for line in part["kept"])


def test_the_last_director_is_refused(programme: Programme, director: User) -> None:
    with pytest.raises(BusinessError, match="seule à diriger"):
        erase_person(actor=director, email=director.email, programme=programme)
    assert User.objects.filter(email=director.email).exists()


def test_every_app_that_holds_people_is_a_source() -> None:
    expected = (
        "accounts companies diagnostics documents funding notifications observatory programme trainings"
    )
    assert set(person_data) == set(expected.split())


# Doors.


@pytest.fixture
def page(director: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(director)


def test_the_direction_searches_exports_and_erases(page: Client, contact: Contact, director: User) -> None:
    base = "/essai/parametres/donnees-personnelles/"
    assert page.get(base).status_code == 200
    shown = page.post(base, {"email": EMAIL}).content.decode()
    assert "06 12 34 56 78" in shown
    export = page.post(f"{base}exporter/", {"email": EMAIL})
    assert export["Content-Disposition"].startswith("attachment")
    assert json.loads(export.content)["email"] == EMAIL
    ask = page.post(f"{base}effacer/", {"email": EMAIL})
    assert "Effacer définitivement" in ask.content.decode()
    assert Contact.objects.exists(), "showing what will be done does nothing"
    token = str(uuid.uuid4())
    confirmation = {"email": EMAIL, "form_token": token, "confirmed": "on"}
    done = page.post(f"{base}effacer/", confirmation)
    again = page.post(f"{base}effacer/", confirmation)
    assert done.status_code == again.status_code == 302
    assert done["Location"] == again["Location"]
    assert ErasureReceipt.objects.count() == 1
    receipt = page.get(done["Location"]).content.decode()
    assert EMAIL not in receipt
    assert LAST not in receipt
    assert traces() == []


def test_a_wrong_address_is_told_and_nothing_is_done(page: Client, contact: Contact) -> None:
    base = "/essai/parametres/donnees-personnelles/"
    assert page.post(base, {"email": "pas une adresse"}).status_code == 400
    answer = page.post(f"{base}effacer/", {"email": "inconnue@nulle-part.example", "confirmed": "on"})
    assert answer.status_code == 400
    assert "Rien n’est détenu" in answer.content.decode()
    assert not ErasureReceipt.objects.exists()


def test_a_receipt_of_another_programme_does_not_exist(
    page: Client, other_programme: Programme, contact: Contact
) -> None:
    receipt = ErasureReceipt.objects.create(programme=other_programme, fingerprint="x")
    assert page.get(f"/essai/parametres/donnees-personnelles/recus/{receipt.pk}/").status_code == 404


def test_my_data_shows_mine_and_asks_once(
    contact: Contact, signed_in: Callable[[User], Client], page: Client, director: User
) -> None:
    user = User.objects.get(email=EMAIL)
    mine = signed_in(user)
    shown = mine.get("/essai/mes-donnees/").content.decode()
    assert "06 12 34 56 78" in shown
    assert director.email not in shown
    for _click in range(2):
        assert mine.post("/essai/mes-donnees/effacement/").status_code == 302
    assert ErasureRequest.objects.count() == 1
    dashboard = page.get("/essai/tableau-de-bord/").content.decode()
    assert "1 personne demande l’effacement" in dashboard
    receipt = erase_person(actor=director, email=EMAIL, programme=contact.participation.programme)
    assert ErasureRequest.objects.get().receipt == receipt
    assert mine.get("/essai/mes-donnees/").status_code == 302


def test_my_data_are_taken_away_to_be_read_or_computed_and_a_receipt_follows(
    contact: Contact, signed_in: Callable[[User], Client]
) -> None:
    Contact.objects.update(phone="<script>06")
    user = User.objects.get(email=EMAIL)
    mine, url = signed_in(user), "/essai/mes-donnees/exporter/"
    assert mine.get(url).status_code == 405, "an export is noted: reading a page does not make one"
    data = json.loads(mine.post(url, {"format": "json"}).content)
    readable = mine.post(url, {"format": "page"})
    assert data["email"] == EMAIL
    assert readable["Content-Disposition"] == 'attachment; filename="donnees-personnelles.html"'
    assert "no-store" in readable["Cache-Control"]
    page = readable.content.decode()
    assert "<script" not in page
    for source in data["data"]:
        assert f"{source['source']} ({len(source['records'])})" in unescape(page)
    assert "<script>06" in unescape(page)
    assert "Filature imaginée" in page

    assert jobs.drain() > 0
    sent = Message.objects.get(template="data_export_receipt")
    assert (sent.email, sent.status) == (EMAIL, "sent")
    assert "Ce message ne contient aucune de ces données" in sent.body
    assert f"– {data['data'][0]['source']}\u00a0: {len(data['data'][0]['records'])}\n" in sent.body
    assert "<script>" not in sent.body
    assert AuditEvent.objects.filter(verb="person.exported", actor=user).count() == 1


def test_asking_again_after_a_receipt_is_a_new_request(programme: Programme, officer: User) -> None:
    first = ask_erasure(user=officer, programme=programme)
    first.receipt = ErasureReceipt.objects.create(programme=programme, fingerprint="x")
    first.save()
    assert ask_erasure(user=officer, programme=programme) != first


def test_the_command_exports_tries_and_erases(programme: Programme, contact: Contact, tmp_path: Path) -> None:
    path = tmp_path / "elle.json"
    call_command("person_data", EMAIL, export=path, stdout=StringIO())
    assert json.loads(path.read_text(encoding="utf-8"))["data"]
    readable = tmp_path / "elle.html"
    call_command("person_data", EMAIL, export=readable, stdout=StringIO())
    assert "06 12 34 56 78" in readable.read_text(encoding="utf-8")
    told = StringIO()
    call_command("person_data", EMAIL, erase=True, dry_run=True, stdout=told)
    assert "rien n’a été effacé" in told.getvalue()
    assert traces()
    call_command("person_data", EMAIL, erase=True, programme="essai", stdout=StringIO())
    assert traces() == []
    with pytest.raises(CommandError, match="Rien n’est détenu"):
        call_command("person_data", EMAIL, erase=True, stdout=StringIO())
    with pytest.raises(CommandError, match="Aucun programme"):
        call_command("person_data", EMAIL, erase=True, programme="nulle-part", stdout=StringIO())
