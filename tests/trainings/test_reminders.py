"""Trainees are reminded a week and a working day before, while they hold a place."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core import mail

from companies.models import Participation
from core import jobs
from notifications.models import SentReminder
from notifications.planning import last_working_day
from notifications.selectors.planner import planned
from notifications.services import send_reminders
from programme.models import Programme
from tests.trainings.conftest import trainee
from trainings import services
from trainings.enums import EnrolmentStatus
from trainings.models import Enrolment, Session

pytestmark = pytest.mark.django_db


def test_the_eve_of_a_monday_is_the_friday_before() -> None:
    assert last_working_day(date(2026, 11, 22)) == date(2026, 11, 20)
    assert last_working_day(date(2026, 11, 11)) == date(2026, 11, 10), "a public holiday"


def test_those_who_hold_a_place_are_told_twice_and_no_other(
    programme: Programme, company: Participation, make_session: Callable[..., Session]
) -> None:
    start = date(2026, 12, 7)  # a Monday
    with time_machine.travel("2026-11-02 09:00:00+01:00", tick=False):
        session = make_session(start=start, capacity=1)
        people = [trainee("ada"), trainee("lou")]
        services.enrol(actor=None, session=session, participation=company, people=people)
    waiting = Enrolment.objects.get(status=EnrolmentStatus.WAITING)
    with time_machine.travel("2026-11-23 09:00:00+01:00", tick=False):
        outcome = planned_messages(programme, date(2026, 11, 23))
        assert [each.day for each in outcome] == [date(2026, 11, 30), date(2026, 12, 4)]
        assert {each.matter.recipient.email for each in outcome} == {"ada@atelier.example"}
        assert waiting.email not in {each.matter.recipient.email for each in outcome}
    with time_machine.travel("2026-11-30 09:00:00+01:00", tick=False):
        jobs.drain()
        mail.outbox.clear()
        assert send_reminders(programme=programme, day=date(2026, 11, 30)) == 1
        assert "@" not in SentReminder.objects.get().key, "the ledger names nobody"
        jobs.drain()
        assert "lundi 7" in mail.outbox[0].body
        assert "List-Unsubscribe" not in mail.outbox[0].extra_headers, "she has no account to choose with"
    session.status = "cancelled"
    session.save()
    assert planned_messages(programme, date(2026, 12, 1)) == ()


def test_enrolled_within_the_week_one_is_told_on_the_eve_only(
    programme: Programme, company: Participation, make_session: Callable[..., Session]
) -> None:
    with time_machine.travel("2026-12-02 09:00:00+01:00", tick=False):
        session = make_session(start=date(2026, 12, 7))
        services.enrol(actor=None, session=session, participation=company, people=[trainee("ada")])
        days = [each.day for each in planned_messages(programme, date(2026, 12, 2))]
        assert days == [date(2026, 12, 4)]


def planned_messages(programme: Programme, first: date) -> Any:
    return planned(programme, first=first, days=30).messages
