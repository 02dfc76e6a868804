"""Sessions planned, people enrolled, attendance kept: what is written, what is refused, what is sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import User
from companies.models import Participation, TimelineEvent
from core.errors import BusinessError
from core.models import AuditEvent
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme, RoleGrant
from tests.trainings.conftest import TODAY, planned, trainee
from trainings.enums import EnrolmentStatus, SessionStatus
from trainings.models import Attendance, Course, Enrolment, Provider, ProviderMember, Session
from trainings.services import (
    SessionDetails,
    add_trainer,
    cancel_enrolment,
    cancel_session,
    change_session,
    enrol,
    ensure_provider,
    install_catalogue,
    plan_session,
    save_attendance,
)
from trainings.services.attendance import SheetOutcome

MakeSession = Callable[..., Session]
MakeCompany = Callable[..., Participation]


def statuses(session: Session) -> dict[str, str]:
    return dict(session.enrolments.order_by("pk").values_list("first_name", "status"))


def sent(template: str) -> list[str]:
    return sorted(Message.objects.filter(template=template).values_list("email", flat=True))


def test_the_catalogue_is_installed_once_and_left_as_its_team_made_it(programme: Programme) -> None:
    added = install_catalogue(programme=programme)
    Course.objects.filter(code="tech-assistant").update(title="Notre assistant")
    assert added == Course.objects.for_programme(programme).count() >= 16
    assert install_catalogue(programme=programme) == 0
    assert Course.objects.get(programme=programme, code="tech-assistant").title == "Notre assistant"


def test_a_training_body_has_one_row_and_its_trainers_a_role(
    programme: Programme, officer: User, run_jobs: Callable[[], int]
) -> None:
    provider = ensure_provider(actor=officer, programme=programme, name="  Institut   d’essai ")
    assert ensure_provider(actor=officer, programme=programme, name="institut d’essai") == provider
    for _click in range(2):
        add_trainer(actor=officer, provider=provider, email="Flore@institut.example", first_name="Flore")
    member = ProviderMember.objects.get(provider=provider)
    assert (member.user.email, member.is_coordinator) == ("flore@institut.example", False)
    assert RoleGrant.objects.filter(user=member.user, programme=programme, role=Role.TRAINER).count() == 1
    run_jobs()
    assert [message.to for message in mail.outbox] == [["flore@institut.example"]]
    assert "/comptes/" in mail.outbox[0].body


def test_a_person_of_a_company_is_not_made_a_trainer(provider: Provider, manager: User) -> None:
    with pytest.raises(BusinessError) as caught:
        add_trainer(actor=None, provider=provider, email=manager.email)
    assert (caught.value.code, caught.value.field) == ("trainer-is-company", "email")
    assert not ProviderMember.objects.exists()


def test_a_planned_session_keeps_its_half_days_in_order(
    course: Course, provider: Provider, trainer: User, officer: User
) -> None:
    key = uuid4()
    details = SessionDetails(provider=provider, trainer=trainer, place="Salle A", capacity_max=8)
    slots = [planned(TODAY + timedelta(days=1)), planned(TODAY, "pm"), planned(TODAY)]
    sessions = [
        plan_session(actor=officer, course=course, details=details, half_days=slots, request_key=key)
        for _click in range(2)
    ]
    session = Session.objects.get()
    assert {each.pk for each in sessions} == {session.pk}
    assert (session.starts_on, session.ends_on, session.trainer_name, session.status) == (
        TODAY,
        TODAY + timedelta(days=1),
        "Flore Essai",
        SessionStatus.OPEN,
    )
    assert [(row.day, row.part, row.minutes) for row in session.half_days.all()] == [
        (TODAY, "am", 210),
        (TODAY, "pm", 210),
        (TODAY + timedelta(days=1), "am", 210),
    ]
    assert AuditEvent.objects.filter(verb="session.planned", actor=officer).count() == 1


@pytest.mark.parametrize(
    ("slots", "code"),
    [
        ([], "no-half-day"),
        ([planned(TODAY), planned(TODAY)], "half-day-twice"),
        ([planned(date(2030, 1, 1))], "half-day-after_programme"),
        ([planned(date(2020, 1, 1))], "half-day-before_programme"),
        ([replace(planned(TODAY), ends_at=time(8))], "half-day-reversed"),
    ],
)
def test_a_timetable_at_fault_plans_nothing(
    course: Course, provider: Provider, slots: list[object], code: str
) -> None:
    with pytest.raises(BusinessError) as caught:
        plan_session(
            actor=None,
            course=course,
            details=SessionDetails(provider=provider),
            half_days=slots,  # type: ignore[arg-type]
        )
    assert caught.value.code == code
    assert not Session.objects.exists()


@pytest.mark.parametrize(("least", "most", "price"), [(0, 5, 0), (5, 4, 0), (1, 5, -100)])
def test_wrong_capacities_and_prices_are_refused(
    course: Course, provider: Provider, least: int, most: int, price: int
) -> None:
    details = SessionDetails(provider=provider, capacity_min=least, capacity_max=most, price_cents=price)
    with pytest.raises(BusinessError) as caught:
        plan_session(actor=None, course=course, details=details, half_days=[planned(TODAY)])
    assert caught.value.code == "session-invalid"


def test_enrolled_people_receive_their_dates(
    make_session: MakeSession, company: Participation, officer: User, run_jobs: Callable[[], int]
) -> None:
    session = make_session()
    for _click in range(2):
        people = enrol(
            actor=officer,
            session=session,
            participation=company,
            people=[trainee("ada", sex="f", age_band="45-54", occupation="6"), trainee("luc")],
        )
    assert [(each.full_name, each.status) for each in people] == [
        ("Ada Exemple", "registered"),
        ("Luc Exemple", "registered"),
    ]
    assert Enrolment.objects.count() == 2
    run_jobs()
    assert sorted(message.to[0] for message in mail.outbox) == ["ada@atelier.example", "luc@atelier.example"]
    message = next(each for each in mail.outbox if each.to == ["ada@atelier.example"])
    assert "Travailler avec un assistant" in message.subject
    assert "lundi 2\u00a0mars\u00a02026, matin, de 9\u00a0h\u00a000 à 12\u00a0h\u00a030" in message.body
    name, content, kind = message.attachments[0]
    assert (name, kind, str(content).count("BEGIN:VEVENT")) == ("formation.ics", "text/calendar", 2)
    event = TimelineEvent.objects.get(participation=company, kind="training")
    assert event.visible_to_company
    assert "Ada Exemple et Luc Exemple" in event.text
    assert AuditEvent.objects.filter(verb="session.enrolled", actor=officer).count() == 1


@pytest.mark.usefixtures("at_work")
def test_those_beyond_the_capacity_wait_and_are_promoted_in_order(
    make_session: MakeSession, make_company: MakeCompany
) -> None:
    session = make_session(capacity=2)
    first, second = make_company("Atelier Un", 1), make_company("Atelier Deux", 2)
    enrol(actor=None, session=session, participation=first, people=[trainee("a"), trainee("b"), trainee("c")])
    enrol(actor=None, session=session, participation=second, people=[trainee("d")])
    assert statuses(session) == {"A": "registered", "B": "registered", "C": "waiting", "D": "waiting"}
    assert sent("training_waiting") == ["c@atelier.example", "d@atelier.example"]

    enrolment = Enrolment.objects.get(first_name="A")
    promoted = [cancel_enrolment(actor=None, enrolment=enrolment) for _click in range(2)]
    assert [[each.first_name for each in batch] for batch in promoted] == [["C"], []]
    assert statuses(session) == {"A": "cancelled", "B": "registered", "C": "registered", "D": "waiting"}
    assert sent("training_promoted") == ["c@atelier.example"]
    assert sent("training_enrolment_cancelled") == ["a@atelier.example"]

    cancel_enrolment(actor=None, enrolment=Enrolment.objects.get(first_name="D"))
    assert statuses(session)["B"] == "registered"
    assert sent("training_promoted") == ["c@atelier.example"]


def test_nobody_gets_a_place_once_the_session_is_over(
    make_session: MakeSession, company: Participation
) -> None:
    session = make_session(capacity=1, half_days=2)
    enrol(actor=None, session=session, participation=company, people=[trainee("a"), trainee("b")])
    last = session.half_days.last()
    ends = timezone.make_aware(datetime.combine(last.day, last.ends_at))
    with time_machine.travel(ends, tick=False):
        assert cancel_enrolment(actor=None, enrolment=Enrolment.objects.get(first_name="A")) == []
    assert statuses(session) == {"A": "cancelled", "B": "waiting"}
    assert sent("training_promoted") == []


def test_a_place_given_back_before_the_very_end_is_given_again(
    make_session: MakeSession, company: Participation
) -> None:
    session = make_session(capacity=1, half_days=2)
    enrol(actor=None, session=session, participation=company, people=[trainee("a"), trainee("b")])
    last = session.half_days.last()
    before = timezone.make_aware(datetime.combine(last.day, last.ends_at)) - timedelta(minutes=1)
    with time_machine.travel(before, tick=False):
        promoted = cancel_enrolment(actor=None, enrolment=Enrolment.objects.get(first_name="A"))
    assert [each.first_name for each in promoted] == ["B"]


@pytest.mark.usefixtures("at_work")
def test_who_gave_the_place_back_may_come_again_behind_the_others(
    make_session: MakeSession, company: Participation
) -> None:
    session = make_session(capacity=1)
    enrol(actor=None, session=session, participation=company, people=[trainee("a"), trainee("b")])
    cancel_enrolment(actor=None, enrolment=Enrolment.objects.get(first_name="A"))
    enrol(actor=None, session=session, participation=company, people=[trainee("a")])
    rows = session.enrolments.order_by("pk").values_list("first_name", "status")
    assert list(rows) == [("A", "cancelled"), ("B", "registered"), ("A", "waiting")]


def test_an_address_of_another_company_is_refused_whole(
    make_session: MakeSession, make_company: MakeCompany
) -> None:
    session = make_session()
    first, second = make_company("Atelier Un", 1), make_company("Atelier Deux", 2)
    enrol(actor=None, session=session, participation=first, people=[trainee("a")])
    with pytest.raises(BusinessError) as caught:
        enrol(actor=None, session=session, participation=second, people=[trainee("b"), trainee("a")])
    assert (caught.value.code, caught.value.field) == ("enrolled-elsewhere", "email")
    assert statuses(session) == {"A": "registered"}


def test_a_company_of_another_programme_is_refused(
    make_session: MakeSession, company: Participation, other_programme: Programme
) -> None:
    session = make_session()
    Participation.objects.filter(pk=company.pk).update(programme=other_programme)
    company.refresh_from_db()
    with pytest.raises(BusinessError) as caught:
        enrol(actor=None, session=session, participation=company, people=[trainee("a")])
    assert caught.value.code == "other-programme"


def test_the_sheet_is_saved_once_and_only_where_it_changed(
    make_session: MakeSession, company: Participation, officer: User, trainer: User
) -> None:
    session = make_session(half_days=3, trainer=trainer)
    ada, luc = enrol(
        actor=officer, session=session, participation=company, people=[trainee("ada"), trainee("luc")]
    )
    morning, afternoon, tomorrow = session.half_days.all()
    present = {(ada.pk, morning.pk), (luc.pk, morning.pk), (ada.pk, afternoon.pk)}

    outcomes = [
        save_attendance(actor=trainer, session=session, present=present, today=TODAY) for _click in range(2)
    ]
    assert [(each.marked, each.unmarked) for each in outcomes] == [(3, 0), (0, 0)]
    assert sorted(Attendance.objects.values_list("enrolment_id", "half_day_id", "present")) == sorted(
        [
            (ada.pk, morning.pk, True),
            (luc.pk, morning.pk, True),
            (ada.pk, afternoon.pk, True),
            (luc.pk, afternoon.pk, False),
        ]
    )
    session.refresh_from_db()
    company.refresh_from_db()
    assert (session.status, company.trained_people_count, company.stage) == ("held", 2, "training")
    assert not Attendance.objects.filter(half_day=tomorrow).exists()
    assert AuditEvent.objects.filter(verb="session.attendance_saved", actor=trainer).count() == 1
    events = TimelineEvent.objects.filter(participation=company, title__startswith="Formation suivie")
    assert [event.text for event in events] == ["2\u00a0personnes, du 2 au 3\u00a0mars\u00a02026."]

    corrected = save_attendance(actor=trainer, session=session, present={(ada.pk, afternoon.pk)}, today=TODAY)
    company.refresh_from_db()
    assert (corrected.marked, corrected.unmarked, company.trained_people_count) == (0, 2, 1)
    assert events.count() == 1


def test_two_trainers_with_the_sheet_open_lose_nothing(
    make_session: MakeSession, company: Participation, officer: User, trainer: User
) -> None:
    session = make_session(half_days=2, trainer=trainer)
    ada, luc = enrol(
        actor=officer, session=session, participation=company, people=[trainee("ada"), trainee("luc")]
    )
    morning, afternoon = session.half_days.all()
    read = {(person.pk, half_day.pk): None for person in (ada, luc) for half_day in (morning, afternoon)}
    first = {(ada.pk, morning.pk)}
    second = {(luc.pk, afternoon.pk), (luc.pk, morning.pk)}

    def save(actor: User, present: set[tuple[int, int]], seen: Any) -> Any:
        return save_attendance(actor=actor, session=session, present=present, today=TODAY, seen=seen)

    save(officer, first, read)
    with pytest.raises(BusinessError) as caught:
        save(trainer, second, read)
    assert caught.value.code == "stale"
    assert f"modifiée par {officer.full_name}." in caught.value.message
    kept = {
        cell for cell in read if Attendance.objects.filter(enrolment=cell[0], half_day=cell[1], present=1)
    }
    assert kept == first
    # The page comes back with both hands' boxes and what is written now: sent again, it is saved.
    now = read | {(ada.pk, morning.pk): True, (luc.pk, morning.pk): False}
    assert save(trainer, first | second, now) == SheetOutcome(marked=2, unmarked=0)
    assert Attendance.objects.filter(present=True).count() == 3
    # A colleague who had ticked nothing of her own takes nothing away, and is not disturbed.
    assert save(officer, set(), read) == SheetOutcome(marked=0, unmarked=0)
    assert Attendance.objects.filter(present=True).count() == 3


def test_who_was_enrolled_since_the_sheet_was_read_is_not_noted_absent(
    make_session: MakeSession, company: Participation
) -> None:
    session = make_session(half_days=1)
    (ada,) = enrol(actor=None, session=session, participation=company, people=[trainee("ada")])
    morning = session.half_days.get()
    enrol(actor=None, session=session, participation=company, people=[trainee("luc")])
    cell = (ada.pk, morning.pk)
    save_attendance(actor=None, session=session, present={cell}, today=TODAY, seen={cell: None})
    assert [each.enrolment for each in Attendance.objects.all()] == [ada]


def test_unticking_everybody_opens_the_session_again(
    make_session: MakeSession, company: Participation
) -> None:
    session = make_session()
    (ada,) = enrol(actor=None, session=session, participation=company, people=[trainee("ada")])
    morning = session.half_days.first()
    assert morning is not None
    save_attendance(actor=None, session=session, present={(ada.pk, morning.pk)}, today=TODAY)
    save_attendance(actor=None, session=session, present=set(), today=TODAY)
    session.refresh_from_db()
    company.refresh_from_db()
    assert (session.status, company.trained_people_count) == ("open", 0)


def test_a_sheet_that_does_not_fit_the_session_is_refused_whole(
    make_session: MakeSession, company: Participation
) -> None:
    session, other = make_session(capacity=1), make_session(start=TODAY + timedelta(days=7))
    ada, luc = enrol(
        actor=None, session=session, participation=company, people=[trainee("ada"), trainee("luc")]
    )
    morning = session.half_days.all()[0]
    elsewhere = other.half_days.all()[0]
    cases = {
        (luc.pk, morning.pk): "not-enrolled",
        (ada.pk, elsewhere.pk): "not-enrolled",
        (10_000, morning.pk): "not-enrolled",
    }
    for cell, code in cases.items():
        with pytest.raises(BusinessError) as caught:
            save_attendance(actor=None, session=session, present={(ada.pk, morning.pk), cell}, today=TODAY)
        assert caught.value.code == code
    with pytest.raises(BusinessError) as caught:
        save_attendance(
            actor=None, session=session, present={(ada.pk, morning.pk)}, today=TODAY - timedelta(days=1)
        )
    assert caught.value.code == "to-come"
    assert not Attendance.objects.exists()


def test_who_was_present_keeps_the_place_and_the_session_its_existence(
    make_session: MakeSession, company: Participation
) -> None:
    session = make_session()
    (ada,) = enrol(actor=None, session=session, participation=company, people=[trainee("ada")])
    save_attendance(
        actor=None, session=session, present={(ada.pk, session.half_days.all()[0].pk)}, today=TODAY
    )
    with pytest.raises(BusinessError) as caught:
        cancel_enrolment(actor=None, enrolment=ada)
    assert caught.value.code == "already-attended"
    with pytest.raises(BusinessError) as caught:
        cancel_session(actor=None, session=session)
    assert caught.value.code == "session-held"
    assert statuses(session) == {"Ada": "registered"}


def test_a_cancelled_session_tells_everybody_once_and_takes_nobody(
    make_session: MakeSession, company: Participation
) -> None:
    session = make_session(capacity=1)
    enrol(actor=None, session=session, participation=company, people=[trainee("ada"), trainee("luc")])
    for _click in range(2):
        cancel_session(actor=None, session=session, reason="Formatrice malade.")
    session.refresh_from_db()
    assert (session.status, session.calendar_sequence) == (SessionStatus.CANCELLED, 1)
    assert sent("training_session_cancelled") == ["ada@atelier.example", "luc@atelier.example"]
    message = Message.objects.filter(template="training_session_cancelled").first()
    assert message is not None
    assert "METHOD:CANCEL" in message.attachments[0]["content"]
    with pytest.raises(BusinessError) as caught:
        enrol(actor=None, session=session, participation=company, people=[trainee("zoe")])
    assert caught.value.code == "session-cancelled"
    with pytest.raises(BusinessError) as caught:
        save_attendance(actor=None, session=session, present=set(), today=TODAY)
    assert caught.value.code == "session-cancelled"


def test_a_session_closed_to_companies_stays_so_until_held(
    course: Course, provider: Provider, company: Participation
) -> None:
    details = SessionDetails(provider=provider, place="Salle A", is_open=False)
    session = plan_session(actor=None, course=course, details=details, half_days=[planned(TODAY)])
    (ada,) = enrol(actor=None, session=session, participation=company, people=[trainee("ada")])
    save_attendance(actor=None, session=session, present=set(), today=TODAY)
    session.refresh_from_db()
    assert session.status == SessionStatus.PLANNED
    change_session(
        actor=None, session=session, details=replace(details, is_open=True), half_days=[planned(TODAY)]
    )
    session.refresh_from_db()
    assert session.status == SessionStatus.OPEN
    half_day = session.half_days.all()[0]
    save_attendance(actor=None, session=session, present={(ada.pk, half_day.pk)}, today=TODAY)
    change_session(
        actor=None, session=session, details=replace(details, place="Salle B"), half_days=[planned(TODAY)]
    )
    session.refresh_from_db()
    assert (session.status, session.place) == (SessionStatus.HELD, "Salle B")


@pytest.mark.usefixtures("at_work")
def test_changing_dates_tells_those_who_have_a_place_and_room_promotes(
    make_session: MakeSession, company: Participation, provider: Provider
) -> None:
    session = make_session(capacity=1)
    enrol(actor=None, session=session, participation=company, people=[trainee("ada"), trainee("luc")])
    kept = session.half_days.all()[0].pk
    details = SessionDetails(provider=provider, place="Salle B", capacity_min=1, capacity_max=2)
    slots = [planned(TODAY), planned(TODAY + timedelta(days=3))]
    for _click in range(2):
        change_session(actor=None, session=session, details=details, half_days=slots)
    session.refresh_from_db()
    assert (session.place, session.ends_on, session.calendar_sequence) == (
        "Salle B",
        TODAY + timedelta(days=3),
        1,
    )
    assert session.half_days.all()[0].pk == kept
    assert statuses(session) == {"Ada": "registered", "Luc": "registered"}
    assert sent("training_session_changed") == ["ada@atelier.example"]
    assert sent("training_promoted") == ["luc@atelier.example"]
    assert AuditEvent.objects.filter(verb="session.changed").count() == 1


def test_a_change_never_loses_people_nor_attendance(
    make_session: MakeSession, company: Participation, provider: Provider
) -> None:
    session = make_session()
    ada, _luc = enrol(
        actor=None, session=session, participation=company, people=[trainee("ada"), trainee("luc")]
    )
    afternoon = session.half_days.all()[1]
    save_attendance(actor=None, session=session, present={(ada.pk, afternoon.pk)}, today=TODAY)
    details = SessionDetails(provider=provider, capacity_min=1, capacity_max=1)
    with pytest.raises(BusinessError) as caught:
        change_session(
            actor=None, session=session, details=details, half_days=[planned(TODAY), planned(TODAY, "pm")]
        )
    assert (caught.value.code, caught.value.field) == ("capacity-below-enrolled", "capacity_max")
    with pytest.raises(BusinessError) as caught:
        change_session(
            actor=None,
            session=session,
            details=replace(details, capacity_max=5),
            half_days=[planned(TODAY)],
        )
    assert caught.value.code == "half-day-attended"
    assert session.half_days.count() == 2
    assert Enrolment.objects.filter(status=EnrolmentStatus.REGISTERED).count() == 2
