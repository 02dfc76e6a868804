"""Certificates: hours attended, one document per person, read by whom it concerns."""

from collections.abc import Callable
from datetime import date

from django.test import Client

from accounts.models import User
from companies.enums import EventKind
from companies.models import Participation, TimelineEvent
from documents.models import Document
from documents.rendering import render_html
from documents.selectors import visible_documents
from programme.models import Programme
from programme.selectors import caller_access
from tests.trainings.conftest import TODAY, trainee
from trainings.certificates import CertificateContext, certificate_context
from trainings.models import Session
from trainings.services import enrol, request_certificates, save_attendance, save_provider

MakeSession = Callable[..., Session]


def held_session(make_session: MakeSession, company: Participation) -> Session:
    """Ada came three half-days out of four, Luc never."""
    session = make_session(half_days=4)
    ada, _luc = enrol(
        actor=None,
        session=session,
        participation=company,
        people=[trainee("ada"), trainee("luc")],
        notify=False,
    )
    half_days = list(session.half_days.all())
    cells = {(ada.pk, half_day.pk) for half_day in half_days[:3]}
    save_attendance(actor=None, session=session, present=cells, today=session.ends_on)
    session.refresh_from_db()
    return session


def test_a_certificate_states_what_was_attended(make_session: MakeSession, company: Participation) -> None:
    session = held_session(make_session, company)
    ada, luc = session.enrolments.order_by("pk")
    assert certificate_context(ada) == CertificateContext(
        trainee="Ada Exemple",
        company="Atelier Un",
        provider="Institut d’essai",
        declaration_number="32590000000",
        representative="",
        course=session.course.title,
        starts_on=TODAY,
        ends_on=date(2026, 3, 3),
        minutes=630,
        half_days=3,
        place="",
    )
    assert certificate_context(luc) is None


def test_certificates_are_asked_for_once_and_again_when_the_sheet_is_corrected(
    signed_in: Callable[[User], Client],
    officer: User,
    manager: User,
    trainer: User,
    programme: Programme,
    make_session: MakeSession,
    company: Participation,
) -> None:
    session = held_session(make_session, company)
    client = signed_in(officer)
    for _click in range(2):
        answer = client.post(f"/essai/formations/{session.pk}/certificats/")
        assert answer.status_code == 302
    (document,) = Document.objects.filter(kind="training-certificate")
    html = render_html(document).replace("\u00a0", " ")
    for words in (
        "Ada Exemple",
        "Atelier Un",
        "10 h 30",
        "3 demi-journées suivies",
        "du 2 mars 2026 au 3 mars 2026",
    ):
        assert words in html
    assert "Certificat de réalisation" in client.get(f"/essai/formations/{session.pk}/").content.decode()
    readers = [officer, manager, trainer]
    seen = [visible_documents(caller_access(user, programme)).count() for user in readers]
    assert seen == [1, 1, 0]

    ada = session.enrolments.get(first_name="Ada")
    first = session.half_days.all()[0]
    save_attendance(actor=officer, session=session, present={(ada.pk, first.pk)}, today=session.ends_on)
    request_certificates(actor=officer, session=session)
    assert Document.objects.filter(kind="training-certificate").count() == 2


def test_a_signatory_named_since_gives_a_new_certificate(
    programme: Programme, officer: User, make_session: MakeSession, company: Participation
) -> None:
    session = held_session(make_session, company)
    (unsigned,) = request_certificates(actor=officer, session=session)
    save_provider(
        actor=officer,
        programme=programme,
        name="institut d’essai",
        representative="Zoé Exemple, directrice",
        city="",
    )
    (signed,) = request_certificates(actor=officer, session=session)
    assert signed != unsigned
    assert "Zoé Exemple, directrice" in render_html(signed)
    assert signed.snapshot["content"]["declaration_number"] == "32590000000"
    assert request_certificates(actor=officer, session=session) == [signed]


def test_nothing_is_certified_before_anybody_came(
    signed_in: Callable[[User], Client], officer: User, make_session: MakeSession
) -> None:
    session = make_session()
    answer = signed_in(officer).post(f"/essai/formations/{session.pk}/certificats/", follow=True)
    assert "il n’y a rien à certifier" in answer.content.decode()
    assert not Document.objects.exists()


def test_a_certificate_is_written_down_once_in_the_history_of_the_company(
    make_session: MakeSession, company: Participation, run_jobs: Callable[[], int]
) -> None:
    request_certificates(actor=None, session=held_session(make_session, company))
    run_jobs()
    document = Document.objects.get()
    [line] = TimelineEvent.objects.filter(participation=company, kind=EventKind.DOCUMENT)
    assert document.title in line.title
    assert str(document.pk) in line.url
    assert not line.visible_to_company
    run_jobs()
    assert TimelineEvent.objects.filter(kind=EventKind.DOCUMENT).count() == 1
