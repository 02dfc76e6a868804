"""Reminders sent: once, to the right person, told in the ledger, stopped by a choice or a refusal."""

import smtplib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from accounts.models import User
from companies.models import Participation
from core import jobs
from core.models import Job
from core.registries import daily_jobs
from notifications import services
from notifications.enums import MessageStatus, Topic
from notifications.models import Message, MessageChoice, RefusedAddress, SentReminder
from notifications.planning import Matter
from notifications.selectors.planner import planned
from notifications.services.choices import choices_url
from programme.enums import Role
from programme.models import Programme
from tests.notifications.matters import FIRST

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with time_machine.travel("2026-11-23 09:00:00+01:00", tick=False):
        yield


def test_a_day_sent_twice_sends_once(
    programme: Programme, officer: User, reminded: list[Matter], about: Callable[..., Matter]
) -> None:
    reminded += [about(officer, "action:1"), about(officer, "action:2")]
    shown = planned(programme, first=FIRST, days=30)
    assert services.send_reminders(programme=programme, day=FIRST) == len(shown.messages) == 1
    assert services.send_reminders(programme=programme, day=FIRST) == 0
    assert SentReminder.objects.count() == 2
    jobs.drain()
    assert [message.to for message in mail.outbox] == [[officer.email]]
    body = mail.outbox[0].body
    assert "2 actions de votre plan vous attendent" in body
    assert "en un clic" in body
    assert planned(programme, first=FIRST, days=30).messages == ()


def test_two_workers_at_once_send_once(
    programme: Programme, officer: User, reminded: list[Matter], about: Callable[..., Matter]
) -> None:
    reminded.append(about(officer))
    (message,) = planned(programme, first=FIRST, days=1).messages
    from notifications.services.reminders import _send

    assert _send(programme, message) is not None
    assert _send(programme, message) is None
    assert Message.objects.count() == SentReminder.objects.count() == 1


def test_the_job_of_the_day_is_accepted_once_and_from_its_hour(programme: Programme) -> None:
    assert "notifications.daily" in daily_jobs
    with time_machine.travel("2026-11-23 06:00:00+01:00", tick=False):
        assert "notifications.daily" not in [job.name for job in jobs.start_day()]
    first, second = jobs.start_day(), jobs.start_day()
    assert [job.pk for job in first] == [job.pk for job in second]
    assert Job.objects.filter(name="notifications.daily").count() == 1
    jobs.drain()
    assert Job.objects.get(name="notifications.daily").status == "done"


def test_the_foot_of_an_e_mail_quietens_in_one_click(
    client: Client, programme: Programme, officer: User, reminded: list[Matter], about: Callable[..., Matter]
) -> None:
    reminded.append(about(officer))
    services.send_reminders(programme=programme, day=FIRST)
    jobs.drain()
    sent = Message.objects.get(template="reminder_actions")
    address = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    assert address == choices_url(sent)
    path = address.removeprefix("http://localhost:8000").removeprefix("http://testserver")
    path = path[path.index("/comptes/") :]
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(path).status_code == 200
    assert not MessageChoice.objects.exists(), "opening the page changes nothing"
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 302
    assert Topic.ACTIONS in MessageChoice.objects.get().preferences().muted
    assert "Vous ne recevez plus" in client.get(path).content.decode()
    client.post(path, {"act": "pause"})
    assert MessageChoice.objects.get().paused_until == FIRST + timedelta(days=30)
    client.post(path, {"act": "resume"})
    choice = MessageChoice.objects.get()
    assert (choice.preferences().muted, choice.paused_until) == (frozenset(), None)
    officer.is_active = False
    officer.save()
    assert client.get(path).status_code == 404
    assert client.get("/comptes/e-mails/faux/").status_code == 404


def test_a_choice_is_kept_and_obeyed(
    programme: Programme,
    officer: User,
    reminded: list[Matter],
    about: Callable[..., Matter],
    signed_in: Callable[[User], Client],
) -> None:
    reminded.append(about(officer))
    page = signed_in(officer)
    wanted = {"topics": ["diagnostics", "documents"], "weekdays": ["1", "3"], "paused_until": ""}
    assert page.post("/essai/preferences/", wanted).status_code == 302
    assert services.wants(user=officer, programme=programme, topic=Topic.DOCUMENTS)
    assert not services.wants(user=officer, programme=programme, topic=Topic.ACTIONS)
    assert planned(programme, first=FIRST, days=30).messages == ()
    refused = page.post("/essai/preferences/", {"topics": ["actions"]})
    assert refused.status_code == 409
    assert "Choisissez au moins un jour" in refused.content.decode()
    page.post("/essai/preferences/", {**wanted, "topics": ["actions"]})
    assert [m.day.weekday() for m in planned(programme, first=FIRST, days=30).messages] == [1]


class RefusingBackend:
    """A mail server that knows no such address."""

    def __init__(self, **_options: Any) -> None:
        pass

    def send_messages(self, messages: list[Any]) -> int:
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"5.1.1 No such user")})


def test_a_refused_address_is_kept_shown_and_lifted(
    settings: Any,
    programme: Programme,
    officer: User,
    reminded: list[Matter],
    about: Callable[..., Matter],
    signed_in: Callable[[User], Client],
) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.test_reminders.RefusingBackend"
    reminded.append(about(officer))
    services.send_reminders(programme=programme, day=FIRST)
    jobs.drain()
    assert Message.objects.get().status == MessageStatus.BOUNCED
    assert Job.objects.get(name="notifications.send").status == "done", "nothing to try again"
    refused = RefusedAddress.objects.get()
    assert refused.email == officer.email
    reminded.append(about(officer, "action:2"))
    outcome = planned(programme, first=FIRST, days=1)
    assert [str(each.why) for each in outcome.withheld] == ["refused"]
    page = signed_in(officer)
    assert officer.email in page.get("/essai/emails/").content.decode()
    for _click in range(2):
        answer = page.post(f"/essai/emails/adresses/{refused.pk}/reessayer/")
    assert answer.status_code == 404, "lifted already"
    assert len(planned(programme, first=FIRST, days=1).messages) == 1


def test_the_ledger_is_seen_by_the_company_and_by_no_other(
    programme: Programme,
    company: tuple[Participation, User],
    officer: User,
    make_user: Callable[..., User],
    reminded: list[Matter],
    about: Callable[..., Matter],
    signed_in: Callable[[User], Client],
) -> None:
    participation, manager = company
    stranger = make_user("ailleurs", Role.COMPANY)
    reminded.append(about(manager, participation_id=participation.pk))
    services.send_reminders(programme=programme, day=FIRST)
    jobs.drain()
    mine = signed_in(manager).get("/essai/espace/emails/").content.decode()
    assert "Nommer un référent" in mine
    assert "Nommer un référent" not in signed_in(stranger).get("/essai/espace/emails/").content.decode()
    export = signed_in(manager).get("/essai/espace/emails/?export=csv")
    assert "ines@tissages.example" in b"".join(export.streaming_content).decode()
    assert signed_in(manager).get("/essai/emails/").status_code == 403


def test_the_bell_counts_and_empties(
    programme: Programme,
    officer: User,
    reminded: list[Matter],
    about: Callable[..., Matter],
    signed_in: Callable[[User], Client],
) -> None:
    reminded.append(about(officer))
    services.send_reminders(programme=programme, day=FIRST)
    jobs.drain()
    officer.refresh_from_db()
    assert officer.unseen_messages == 1
    page = signed_in(officer)
    assert 'badge accent">nouveau' in page.get("/essai/notifications/").content.decode()
    officer.refresh_from_db()
    assert officer.unseen_messages == 0
    assert 'badge accent">nouveau' not in page.get("/essai/notifications/").content.decode()


def test_the_planner_page_tells_day_reason_and_silence_at_a_constant_cost(
    programme: Programme,
    officer: User,
    reminded: list[Matter],
    about: Callable[..., Matter],
    signed_in: Callable[[User], Client],
    count_queries: Callable[..., Any],
) -> None:
    page = signed_in(officer)
    costs = []
    for total in (1, 40):
        while len(reminded) < total:
            reminded.append(about(officer, f"action:{len(reminded)}", due_on=date(2026, 11, 23)))
        with count_queries() as queries:
            answer = page.get("/essai/emails/a-venir/")
        costs.append(len(queries))
        assert "Raison jour" in answer.content.decode()
    assert costs[0] == costs[1] <= 8
    assert "1 e-mail en 30 jours" in page.get("/essai/emails/a-venir/?q=tissages").content.decode()
    assert "Aucun e-mail prévu" in page.get("/essai/emails/a-venir/?q=inconnue").content.decode()
    assert "Aucun e-mail prévu" in page.get("/essai/emails/a-venir/?sujet=trainings").content.decode()
    export = page.get("/essai/emails/a-venir/?export=csv")
    assert "Tissages imaginés" in b"".join(export.streaming_content).decode()


def test_an_advisor_lifts_the_refusals_of_her_companies_only(
    programme: Programme,
    company: tuple[Participation, User],
    advisor: User,
    signed_in: Callable[[User], Client],
) -> None:
    participation, manager = company
    sent = services.send_message(
        template="company_invitation",
        programme=programme,
        recipient=manager,
        context={"company": participation.name, "sender": ""},
        participation_id=participation.pk,
    )
    refused = services.keep_refusal(message=sent, email=manager.email, code="550", detail="inconnue")
    address = f"/essai/emails/adresses/{refused.pk}/reessayer/"
    assert signed_in(advisor).post(address).status_code == 404
    participation.advisor = advisor
    participation.save()
    page = signed_in(advisor).get(f"/essai/entreprises/{participation.pk}/").content.decode()
    assert manager.email in page
    assert address in page
    assert signed_in(advisor).post(address).status_code == 302
    refused.refresh_from_db()
    assert refused.lifted_by == advisor
