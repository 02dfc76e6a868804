"""How long things are kept: the arithmetic, what is announced, what is purged and what is spared."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import PersonalLink, User
from accounts.services import mint_personal_link
from companies import services as companies
from companies.models import Contact, TimelineEvent
from core import jobs
from core.formats import format_date
from core.keeping import latest_start, months_after, years_after
from core.models import Job
from core.registries import retention_rules
from documents.models import Document
from documents.services import request_document
from programme.enums import Role
from programme.models import Programme, RetentionNotice
from programme.services import grant_role
from programme.services.retention import ask_review, review_retention, start_month
from tests.documents.conftest import SAMPLE, sample_kind
from tests.programme.test_person_data import enrol_her, make_company
from trainings.models import Attendance, Enrolment

__all__ = ["sample_kind"]

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))
spans = st.integers(0, 240)


@settings(max_examples=200)
@given(day=days, months=spans)
def test_a_span_is_never_shortened_and_never_more_than_a_day_long(day: date, months: int) -> None:
    end = months_after(day, months)
    whole = day.year * 12 + day.month - 1 + months
    assert (end.year * 12 + end.month - 1 - whole, end.day) in ((0, day.day), (1, 1))
    assert end >= day


@settings(max_examples=200)
@given(first=days, second=days, months=spans)
def test_who_began_earlier_is_over_earlier(first: date, second: date, months: int) -> None:
    early, late = sorted((first, second))
    assert months_after(early, months) <= months_after(late, months)


@settings(max_examples=100)
@given(day=days, years=st.integers(0, 20))
def test_a_year_is_twelve_months(day: date, years: int) -> None:
    assert years_after(day, years) == months_after(day, 12 * years)
    assert years_after(date(2024, 2, 29), 3) == date(2027, 3, 1)


@settings(max_examples=300)
@given(start=days, today=days, months=spans)
def test_the_limit_given_to_the_database_says_the_same(start: date, today: date, months: int) -> None:
    assert (start <= latest_start(today, months=months)) == (months_after(start, months) <= today)


TODAY = date(2026, 6, 30)


@pytest.fixture
def clock() -> Iterator[None]:
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


def made_on(model: Any, pk: Any, day: date) -> None:
    moment = timezone.make_aware(datetime.combine(day, time(12)))
    model._base_manager.filter(pk=pk).update(created_at=moment)


@pytest.fixture
def silent(programme: Programme, officer: User, clock: None) -> Contact:
    """A contact of whom nothing came since 30 June 2023."""
    participation = make_company(programme, 1)
    facts = companies.ContactFacts(last_name="Silencieuse", first_name="Ada", email="ada@silence.example")
    contact = companies.add_contact(actor=officer, participation=participation, facts=facts)
    companies.record_event(
        participation=participation, kind="note", title="Rappeler Ada Silencieuse", actor=officer
    )
    made_on(Contact, contact.pk, date(2023, 6, 30))
    contact.refresh_from_db()
    return contact


def due(code: str, programme: Programme | None, today: date = TODAY) -> list[str]:
    return [item.key for item in retention_rules.get(code).due(programme, today)]


@pytest.mark.django_db
def test_a_contact_is_due_to_the_day(programme: Programme, silent: Contact) -> None:
    assert due("inactive-contacts", programme) == [str(silent.pk)]
    assert due("inactive-contacts", programme, TODAY - timedelta(days=1)) == []
    assert due("inactive-contacts", None) == []


@pytest.mark.django_db
def test_her_own_act_begins_the_three_years_again(
    programme: Programme, silent: Contact, officer: User
) -> None:
    companies.open_access(actor=officer, contact=silent)
    User.objects.filter(email=silent.email).update(last_login=timezone.now() - timedelta(days=400))
    assert due("inactive-contacts", programme) == []


@pytest.mark.django_db
def test_staff_correcting_her_card_does_not(programme: Programme, silent: Contact, officer: User) -> None:
    facts = companies.ContactFacts(last_name="Silencieuse", first_name="Ada", email=silent.email, phone="06")
    companies.update_contact(actor=officer, contact=silent, facts=facts)
    assert due("inactive-contacts", programme) == [str(silent.pk)]


@pytest.mark.django_db
def test_nothing_is_purged_before_it_was_announced_long_enough(
    programme: Programme, silent: Contact, director: User, signed_in: Callable[[User], Client]
) -> None:
    for later in (0, 0, 29):
        review_retention(programme=programme, today=TODAY + timedelta(days=later))
        assert Contact.objects.exists()
    notice = RetentionNotice.objects.get(rule="inactive-contacts")
    assert (notice.keys, notice.purge_on) == ([str(silent.pk)], date(2026, 7, 30))
    client = signed_in(director)
    page = client.get("/essai/parametres/conservation/").content.decode()
    assert "Ada Silencieuse" in page
    assert format_date(date(2026, 7, 30)) in page
    assert "1 élément arrive au terme" in client.get("/essai/tableau-de-bord/").content.decode()
    review_retention(programme=programme, today=date(2026, 7, 30))
    assert not Contact.objects.exists()
    assert not TimelineEvent.objects.filter(title__icontains="silencieuse").exists()
    assert TimelineEvent.objects.exists(), "what was done for the company stays"
    notice.refresh_from_db()
    assert (notice.keys, notice.purged_count) == ([], 1)
    review_retention(programme=programme, today=date(2026, 7, 31))
    assert RetentionNotice.objects.filter(rule="inactive-contacts").count() == 1


@pytest.mark.django_db
def test_who_acts_after_the_announcement_is_spared(
    programme: Programme, silent: Contact, officer: User
) -> None:
    review_retention(programme=programme, today=TODAY)
    companies.open_access(actor=officer, contact=silent)
    User.objects.filter(email=silent.email).update(last_login=timezone.now())
    review_retention(programme=programme, today=date(2026, 8, 1))
    assert Contact.objects.filter(pk=silent.pk).exists()
    assert RetentionNotice.objects.get(rule="inactive-contacts").purged_count == 0


@pytest.mark.django_db
def test_who_works_for_the_programme_loses_her_card_and_keeps_her_role(
    programme: Programme, silent: Contact, make_user: Callable[..., User]
) -> None:
    works = make_user("ada", Role.OFFICER)
    User.objects.filter(pk=works.pk).update(email=silent.email)
    for day in (TODAY, date(2026, 8, 1)):
        review_retention(programme=programme, today=day)
    works.refresh_from_db()
    assert (works.is_active, works.email) == (True, silent.email)
    assert works.role_grants.count() == 1
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_another_programme_is_not_purged(
    programme: Programme, other_programme: Programme, silent: Contact
) -> None:
    other = make_company(other_programme, 2)
    facts = companies.ContactFacts(last_name="Silencieuse", first_name="Ada", email="ada@silence.example")
    there = companies.add_contact(actor=None, participation=other, facts=facts)
    for day in (TODAY, date(2026, 8, 1)):
        review_retention(programme=programme, today=day)
    assert list(Contact.objects.all()) == [there]


@pytest.mark.django_db
def test_links_and_sessions_go_without_notice(programme: Programme, officer: User, clock: None) -> None:
    for day in (date(2025, 6, 30), date(2025, 7, 1)):
        mint_personal_link(user=officer, next_path="/", programme_id=programme.pk)
        made_on(PersonalLink, PersonalLink.objects.latest("pk").pk, day)
    BrowserSession.objects.create(
        session_key="vieille", session_data="", expire_date=timezone.now() - timedelta(days=2)
    )
    review_retention(programme=programme, today=TODAY)
    assert PersonalLink.objects.count() == 1
    assert BrowserSession.objects.exists()
    review_retention(programme=None, today=TODAY)
    assert not BrowserSession.objects.exists()


@pytest.mark.django_db
def test_training_names_go_ten_years_after_the_agreement_and_hours_stay(
    programme: Programme, officer: User
) -> None:
    facts = companies.ContactFacts(last_name="Formée", first_name="Zoé", email="zoe@atelier.example")
    contact = companies.add_contact(actor=officer, participation=make_company(programme, 1), facts=facts)
    enrolment = enrol_her(programme, contact, day=date(2026, 3, 2), present=True)
    assert due("training-evidence", programme, date(2037, 6, 29)) == []
    assert due("training-evidence", programme, date(2037, 6, 30)) == [str(enrolment.pk)]
    for day in (date(2037, 6, 30), date(2037, 8, 1)):
        review_retention(programme=programme, today=day)
    enrolment = Enrolment.objects.get()
    assert (enrolment.first_name, enrolment.sex, enrolment.age_band) == ("", "f", "26-44")
    assert Attendance.objects.filter(present=True).count() == 1
    assert due("training-evidence", programme, date(2037, 8, 1)) == []


@pytest.mark.django_db
def test_a_document_is_withdrawn_by_the_years_of_its_kind(
    programme: Programme, director: User, sample_kind: None
) -> None:
    document = request_document(
        kind="sample", programme=programme, actor=director, title="Essai", context=SAMPLE
    )
    jobs.drain()
    made_on(Document, document.pk, date(2025, 6, 30))
    assert due("documents", programme, date(2026, 6, 29)) == []
    for day in (TODAY, date(2026, 7, 31)):
        review_retention(programme=programme, today=day)
    document.refresh_from_db()
    assert document.is_withdrawn
    assert len(document.withdrawn_sha256) == 64


@pytest.mark.django_db
def test_the_month_is_reviewed_once_for_each_programme(
    programme: Programme, other_programme: Programme, clock: None
) -> None:
    first = {job.pk for job in start_month(today=TODAY)}
    assert {job.pk for job in start_month(today=date(2026, 6, 1))} == first
    assert len(first) == 3
    assert first.isdisjoint(job.pk for job in start_month(today=date(2026, 7, 1)))
    assert ask_review(programme=programme, actor=None) == ask_review(programme=programme, actor=None)
    jobs.drain()
    assert not Job.objects.exclude(status="done").exists()


@pytest.mark.django_db
def test_the_day_asks_for_the_month(programme: Programme, clock: None) -> None:
    jobs.start_day()
    jobs.drain()
    assert Job.objects.filter(name="programme.retention", programme_id=programme.pk, status="done").exists()


@pytest.mark.django_db
def test_the_command_tries_then_does(programme: Programme, silent: Contact) -> None:
    told = StringIO()
    call_command("retention", dry_run=True, today=TODAY, stdout=told)
    assert "Contacts inactifs\u00a0: 1" in told.getvalue()
    assert not RetentionNotice.objects.exists()
    call_command("retention", programme="essai", today=TODAY, stdout=StringIO())
    assert RetentionNotice.objects.get().keys == [str(silent.pk)]


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_page_asks_a_constant_number_of_questions(
    programme: Programme,
    director: User,
    signed_in: Callable[[User], Client],
    count_queries: Any,
    clock: None,
) -> None:
    grant_role(actor=None, user=director, programme=programme, role=Role.DIRECTOR)
    client = signed_in(director)
    counts = []
    for rank in (1, 2, 3, 4):
        facts = companies.ContactFacts(last_name=f"Silence {rank}", email=f"p{rank}@silence.example")
        contact = companies.add_contact(
            actor=None, participation=make_company(programme, rank, f"Atelier {rank}"), facts=facts
        )
        made_on(Contact, contact.pk, date(2020, 1, rank))
        review_retention(programme=programme, today=TODAY + timedelta(days=rank))
        with count_queries() as queries:
            client.get("/essai/parametres/conservation/")
        counts.append(len(queries))
    assert len(set(counts[1:])) == 1
