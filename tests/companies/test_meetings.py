"""Meetings: planned, told, changed, minuted, cancelled; what the company sees of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from companies import services
from companies.enums import EventKind, MeetingKind, MeetingStatus, Stage
from companies.invites import MeetingEntry, meeting_calendar
from companies.models import Contact, Meeting, Membership, Participation
from companies.selectors.meetings import calendar_of
from core import jobs
from core.errors import BusinessError
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme
from tests.companies.conftest import Make

pytestmark = pytest.mark.django_db
LIST = "/essai/entreprises/"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=10)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(signed_in: Callable[[User], Client], officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def contact(enter: Make, officer: User) -> Contact:
    facts = services.ContactFacts("Delattre", "Inès", email="ines@tissages.example")
    return services.add_contact(actor=officer, participation=enter(1), facts=facts)


def plan(contact: Contact, officer: User, **changes: Any) -> Meeting:
    facts = services.MeetingFacts(
        kind=MeetingKind.RESTITUTION,
        starts_at=changes.pop("starts_at", LATER),
        place="12 rue des Tisserands, Tourcoing",
        led_by=officer,
        agenda="Lecture du résultat",
        people=[contact],
    )
    return services.plan_meeting(
        actor=officer, participation=contact.participation, facts=facts, **{"notify": True, **changes}
    )


def test_a_planned_meeting_is_told_and_becomes_the_next_step(contact: Contact, officer: User) -> None:
    meeting = plan(contact, officer)
    assert plan(contact, officer) == meeting
    participation = Participation.objects.get()
    assert (participation.next_step, participation.next_step_on) == (
        "Restitution du diagnostic",
        date(2026, 12, 3),
    )
    event = participation.timeline.get(kind=EventKind.MEETING)
    assert event.url == f"{LIST}{participation.pk}/rendez-vous/{meeting.pk}/"
    assert "3\u00a0décembre\u00a02026" in event.title
    message = Message.objects.get()
    assert (message.template, message.email) == ("meeting_planned", "ines@tissages.example")
    (attachment,) = message.attachments
    (entry,) = Calendar.from_ical(attachment["content"]).walk("VEVENT")
    assert (entry.decoded("dtstart"), int(entry["sequence"])) == (LATER, 0)
    assert entry["uid"] == f"{meeting.uid}@edec-ia.invalid"


def test_a_change_replaces_the_entry_and_no_change_tells_nobody(contact: Contact, officer: User) -> None:
    meeting = plan(contact, officer)
    facts = services.MeetingFacts(
        kind=MeetingKind.RESTITUTION, starts_at=LATER + timedelta(hours=1), led_by=officer, people=[contact]
    )
    for _click in range(2):
        services.change_meeting(actor=officer, meeting=meeting, facts=facts, notify=True)
    assert meeting.sequence == 1
    assert [message.template for message in Message.objects.order_by("created_at", "pk")].count(
        "meeting_changed"
    ) == 1
    services.cancel_meeting(actor=officer, meeting=meeting, reason="Salle fermée", notify=True)
    services.cancel_meeting(actor=officer, meeting=meeting, reason="Encore", notify=True)
    text = calendar_of(meeting)
    assert "METHOD:CANCEL" in text
    assert "SEQUENCE:2" in text
    assert Message.objects.filter(template="meeting_cancelled").count() == 1
    with pytest.raises(BusinessError) as caught:
        services.change_meeting(actor=officer, meeting=meeting, facts=facts)
    assert caught.value.code == "meeting-over"


def test_minutes_hold_the_meeting(contact: Contact, officer: User, advisor: User) -> None:
    participation = contact.participation
    meeting = plan(contact, officer)
    minutes = services.Minutes(
        "Résultat lu ensemble.",
        "Nommer un référent.",
        present=[contact],
        is_shared=True,
        next_step="Ouvrir le plan",
        next_step_on=date(2027, 1, 5),
    )
    with pytest.raises(BusinessError) as caught:
        services.write_minutes(actor=officer, meeting=meeting, minutes=minutes)
    assert caught.value.code == "not-begun"
    with time_machine.travel(LATER + timedelta(hours=2), tick=False):
        for _click in range(2):
            services.write_minutes(actor=advisor, meeting=meeting, minutes=minutes, notify=True)
    participation.refresh_from_db()
    meeting.refresh_from_db()
    assert (meeting.status, meeting.minutes_by, meeting.people.get().was_present) == (
        MeetingStatus.HELD,
        advisor,
        True,
    )
    assert (participation.stage, participation.next_step) == (Stage.CONTACTED, "Ouvrir le plan")
    assert Message.objects.filter(template="meeting_minutes").count() == 1
    written = participation.timeline.get(title="Restitution du diagnostic\u00a0: compte rendu")
    assert (written.at, written.text) == (LATER, "Résultat lu ensemble.\nNommer un référent.")
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        corrected = services.Minutes("Résultat lu et compris.")
        services.write_minutes(actor=officer, meeting=meeting, minutes=corrected)
    assert participation.timeline.filter(title__endswith="corrigé").count() == 1
    participation.refresh_from_db()
    assert participation.next_step == "Ouvrir le plan"
    with pytest.raises(BusinessError):
        services.cancel_meeting(actor=officer, meeting=meeting)


def test_only_the_team_and_the_people_of_the_company(
    contact: Contact, officer: User, enter: Make, make_user: Callable[..., User]
) -> None:
    stranger = services.add_contact(
        actor=officer, participation=enter(2), facts=services.ContactFacts("Ailleurs")
    )
    funder = make_user("financeuse", Role.FUNDER)
    for facts, field in (
        (services.MeetingFacts(MeetingKind.FIRST, LATER, people=[stranger]), "people"),
        (services.MeetingFacts(MeetingKind.FIRST, LATER, led_by=funder), "led_by"),
    ):
        with pytest.raises(BusinessError) as caught:
            services.plan_meeting(actor=officer, participation=contact.participation, facts=facts)
        assert caught.value.field == field
    assert Meeting.objects.count() == 0


def test_nobody_who_withdrew_is_written_to(contact: Contact, officer: User) -> None:
    from companies.enums import ConsentChannel

    services.give_consent(actor=officer, contact=contact, channel=ConsentChannel.PHONE)
    services.withdraw_consent(actor=officer, contact=contact)
    plan(contact, officer)
    assert Message.objects.count() == 0


def test_the_pages_of_a_meeting(office: Client, contact: Contact, officer: User) -> None:
    base = f"{LIST}{contact.participation_id}/rendez-vous/"
    entry = {
        "kind": "restitution",
        "starts_at": "2026-12-03T10:00",
        "duration": "45",
        "place": "Mairie",
        "led_by": officer.pk,
        "people": [contact.pk],
        "notify": "on",
        "is_next_step": "on",
    }
    assert office.get(base).status_code == 200
    assert office.post(base, {**entry, "starts_at": ""}).status_code == 422
    assert office.post(base, {**entry, "video_url": "javascript:alert(1)"}).status_code == 422
    for _click in range(2):
        assert office.post(base, entry).status_code == 302
    meeting = Meeting.objects.get()
    assert timezone.localtime(meeting.starts_at).hour == 10
    url = f"{base}{meeting.pk}/"
    page = office.get(url).content.decode()
    assert "Mairie" in page
    assert "Inès Delattre" in page
    assert "Écrire le compte rendu" not in page
    assert office.get(f"{url}modifier/").context["form"].initial["people"] == [contact.pk]
    assert office.post(f"{url}modifier/", {**entry, "duration": "60"}).status_code == 302
    ics = office.get(f"{url}invitation.ics")
    assert ics["Content-Type"].startswith("text/calendar")
    assert b"BEGIN:VEVENT" in ics.content
    assert office.post(f"{url}compte-rendu/", {"minutes": "x"}).status_code == 422
    detail = office.get(f"{LIST}{contact.participation_id}/").content.decode()
    assert url in detail
    with time_machine.travel(LATER + timedelta(days=1), tick=False):
        assert "à minuter" in office.get(f"{LIST}{contact.participation_id}/").content.decode()
        assert "Écrire le compte rendu" in office.get(url).content.decode()
        answer = office.post(f"{url}compte-rendu/", {"minutes": "Vu.", "present": [contact.pk]})
        assert answer.status_code == 302
        assert "Vu." in office.get(url).content.decode()
        assert office.post(f"{url}annuler/").status_code == 302
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.HELD


def test_meetings_of_others_do_not_exist(
    contact: Contact,
    officer: User,
    advisor: User,
    enter: Make,
    office: Client,
    signed_in: Callable[[User], Client],
) -> None:
    meeting = plan(contact, officer)
    other = enter(2)
    wrong = f"{LIST}{other.pk}/rendez-vous/{meeting.pk}/"
    right = f"{LIST}{contact.participation_id}/rendez-vous/{meeting.pk}/"
    stranger = signed_in(advisor)
    pages = ("", "modifier/", "compte-rendu/", "annuler/", "invitation.ics")
    assert {office.get(wrong + page).status_code for page in pages} == {404}
    assert {stranger.get(right + page).status_code for page in pages} == {404}
    services.assign_advisor(actor=officer, participation=contact.participation, advisor=advisor)
    assert {stranger.get(right + page).status_code for page in pages} == {200}


def test_what_a_company_sees(
    contact: Contact, officer: User, enter: Make, signed_in: Callable[[User], Client], programme: Programme
) -> None:
    planned = plan(contact, officer)
    held = plan(contact, officer, starts_at=NOW - timedelta(days=1))
    services.write_minutes(actor=officer, meeting=held, minutes=services.Minutes("Gardé pour l’équipe."))
    membership = services.open_access(actor=officer, contact=contact)
    client = signed_in(membership.user)
    space = "/essai/espace/rendez-vous/"
    home = client.get("/essai/espace/").content.decode()
    assert f"{space}{planned.pk}/" in home
    assert f"{space}{held.pk}/" not in home
    assert client.get(f"{space}{planned.pk}/").status_code == 200
    assert client.get(f"{space}{planned.pk}/invitation.ics").status_code == 200
    assert client.get(f"{space}{held.pk}/").status_code == 404
    services.write_minutes(
        actor=officer, meeting=held, minutes=services.Minutes("À partager.", is_shared=True)
    )
    assert "À partager." in client.get(f"{space}{held.pk}/").content.decode()
    elsewhere = services.add_contact(
        actor=officer, participation=enter(2), facts=services.ContactFacts("Autre", email="b@b.example")
    )
    other = plan(elsewhere, officer)
    assert client.get(f"{space}{other.pk}/").status_code == 404
    assert Membership.objects.count() == 1


def test_the_messages_read_well(contact: Contact, officer: User, mailoutbox: list[Any]) -> None:
    services.open_access(actor=officer, contact=contact)
    meeting = plan(contact, officer)
    services.cancel_meeting(actor=officer, meeting=meeting, reason="Grève", notify=True)
    held = plan(contact, officer, starts_at=NOW - timedelta(hours=3))
    services.write_minutes(
        actor=officer,
        meeting=held,
        minutes=services.Minutes("Vu ensemble.", "Former l’équipe.", is_shared=True),
        notify=True,
    )
    jobs.drain()
    bodies = {f"{rank} {mail.subject}": mail.body for rank, mail in enumerate(mailoutbox)}
    told = "\n".join(bodies.values())
    assert len(mailoutbox) == 4
    assert "/comptes/lien/" in told
    assert "Motif\u00a0: Grève" in told
    assert "Former l’équipe." in told
    assert all("{{" not in body for body in bodies.values())


def test_a_calendar_entry_escapes_what_was_typed() -> None:
    entry = MeetingEntry("u", 3, "Titre; avec, signes\nEND:VCALENDAR", NOW, LATER, place="A,B;C")
    (event,) = Calendar.from_ical(meeting_calendar(entry, now=NOW)).walk("VEVENT")
    assert str(event["summary"]) == "Titre; avec, signes\nEND:VCALENDAR"
    assert str(event["location"]) == "A,B;C"
