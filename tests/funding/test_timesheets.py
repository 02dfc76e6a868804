"""Time sheets to the cent, and drafts that services give rise to, once."""

import re
from collections.abc import Callable, Iterator
from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from companies import services as companies
from core.errors import BusinessError
from funding import services as funding
from funding.enums import EvidenceKind
from funding.models import Expense, TimeSheet
from funding.selectors.timesheets import draft_proposals
from funding.services.timesheets import (
    TimeDraft,
    create_drafts,
    create_time_sheet,
    request_time_sheet,
    set_draft_terms,
    update_time_sheet,
)
from funding.timesheets import line_amount, parse_hours
from programme.models import Programme
from tests.companies.samples import make_siren, make_siret
from tests.funding.factories import line_of, make_plan, upload
from trainings import services as trainings
from trainings.models import Attendance, Course
from trainings.timetable import PlannedHalfDay


@given(st.integers(1, 744_00), st.integers(1, 1_000_00))
def test_half_a_cent_goes_up(centihours: int, cost: int) -> None:
    amount = line_amount(centihours, cost)
    assert amount * 100 - 50 <= centihours * cost < amount * 100 + 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7,5", 750),
        ("7.25", 725),
        ("151,67", 15167),
        ("7 h 30", 750),
        ("7h", 700),
        ("0,01", 1),
        ("7 h 20", None),
        ("7 h 60", None),
        ("7,333", None),
        ("0", None),
        ("745", None),
        ("-1", None),
        ("1e2", None),
        ("", None),
    ],
)
def test_hours_as_people_write_them(text: str, expected: int | None) -> None:
    if expected is not None:
        assert parse_hours(text) == expected
        return
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_hours(text)


@pytest.fixture
def _today() -> Iterator[None]:
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def planned(programme: Programme, _today: None) -> Programme:
    make_plan(programme)
    return programme


ENTRIES = [TimeDraft("Animation", 33_33, 31_15), TimeDraft("Réunions", 50, 33_33)]


def sheet_of(programme: Programme, actor: User | None, **values: Any) -> TimeSheet:
    return create_time_sheet(
        actor=actor,
        line=line_of(programme, 4),
        person=values.pop("person", "Ada Exemple"),
        month=values.pop("month", date(2026, 3, 1)),
        entries=values.pop("entries", ENTRIES),
        **values,
    )


@pytest.mark.django_db
def test_a_sheet_is_an_expense_of_the_same_amount(planned: Programme, officer: User) -> None:
    sheet = sheet_of(planned, officer)
    # 33,33 h × 31,15 € = 1 038,2295 € ; 0,5 h × 33,33 € = 16,665 €.
    assert [line.amount_cents for line in sheet.lines.all()] == [1_038_23, 16_67]
    assert (sheet.expense.amount_cents, sheet.expense.spent_on) == (1_054_90, date(2026, 3, 31))
    with pytest.raises(BusinessError) as refused:
        sheet_of(planned, officer, person="ada exemple")
    assert refused.value.code == "twin"
    with pytest.raises(BusinessError) as refused:
        create_time_sheet(
            actor=None, line=line_of(planned, 1), person="B", month=date(2026, 3, 1), entries=ENTRIES
        )
    assert refused.value.code == "nature"


@pytest.mark.django_db
def test_a_sheet_changes_until_its_expense_is_submitted(planned: Programme, officer: User) -> None:
    sheet = sheet_of(planned, officer)
    update_time_sheet(actor=officer, sheet=sheet, entries=ENTRIES[:1])
    expense = Expense.objects.get()
    assert expense.amount_cents == 1_038_23
    funding.add_evidence(actor=officer, expense=expense, upload=upload(), kind=EvidenceKind.TIME_SHEET)
    funding.submit_expense(actor=officer, expense=expense)
    with pytest.raises(BusinessError) as refused:
        update_time_sheet(actor=officer, sheet=sheet, entries=ENTRIES)
    assert refused.value.code == "state"


@pytest.mark.django_db
def test_the_document_writes_the_rule(planned: Programme, officer: User, run_jobs: Callable[[], int]) -> None:
    sheet = sheet_of(planned, officer)
    document = request_time_sheet(actor=officer, sheet=sheet)
    assert request_time_sheet(actor=officer, sheet=sheet).pk == document.pk
    run_jobs()
    document.refresh_from_db()
    assert document.is_ready
    from documents.rendering import render_html

    assert "demi-centime vers le haut" in render_html(document)


@pytest.fixture
def session(planned: Programme) -> Any:
    trainings.install_catalogue(programme=planned)
    provider = trainings.ensure_provider(
        actor=None, programme=planned, name="Institut d’essai", declaration_number="32590000000"
    )
    held = trainings.plan_session(
        actor=None,
        course=Course.objects.for_programme(planned).get(code="tech-assistant"),
        details=trainings.SessionDetails(
            provider=provider, trainer=None, place="Lens", capacity_min=1, capacity_max=8
        ),
        half_days=[
            PlannedHalfDay(date(2026, 5, 5), "am", time(9), time(12, 30)),
            PlannedHalfDay(date(2026, 5, 5), "pm", time(14), time(17, 30)),
        ],
    )
    place = companies.create_participation(
        actor=None, programme=planned, siret=make_siret(make_siren(1)), name="Tissages"
    )
    person = held.enrolments.create(
        participation=place, first_name="Lou", last_name="Essai", email="lou@essai.example"
    )
    Attendance.objects.create(
        enrolment=person, half_day=held.half_days.first(), present=True, marked_at=timezone.now()
    )
    held.status = "held"
    held.save()
    return held


@pytest.mark.django_db
def test_a_session_held_gives_one_draft(planned: Programme, officer: User, session: Any) -> None:
    assert draft_proposals(planned) == []
    set_draft_terms(
        actor=None, programme=planned, session_line=line_of(planned, 3), half_day_cost_cents=450_05
    )
    (proposal,) = draft_proposals(planned)
    assert (proposal.amount_cents, proposal.supplier) == (900_10, "Institut d’essai")
    assert create_drafts(actor=officer, programme=planned, keys=[]) == []
    (expense,) = create_drafts(actor=officer, programme=planned, keys=[proposal.key])
    assert create_drafts(actor=officer, programme=planned, keys=[proposal.key]) == []
    assert (expense.line, expense.spent_on) == (line_of(planned, 3), date(2026, 5, 5))
    funding.cancel_expense(actor=None, expense=expense, reason="Doublon")
    assert [found.key for found in draft_proposals(planned)] == [proposal.key]
    assert len(create_drafts(actor=officer, programme=planned, keys=[proposal.key])) == 1


@pytest.mark.django_db
def test_services_without_an_expense_come_page_by_page(
    planned: Programme, officer: User, session: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("funding.views.timesheets.DRAFTS_PER_PAGE", 1)
    set_draft_terms(
        actor=None, programme=planned, session_line=line_of(planned, 3), half_day_cost_cents=450_05
    )
    other = type(session).objects.get(pk=session.pk)
    halves = list(session.half_days.all())
    other.pk, other._state.adding = None, True
    other.save()
    for half_day in halves:
        half_day.pk, half_day._state.adding, half_day.session = None, True, other
        half_day.save()
    client, page = signed_in(officer), f"/{planned.slug}/budget/depenses/a-creer/"
    first, second = (client.get(page, {"page": number}).content.decode() for number in (1, 2))
    assert "page 1 sur 2" in first
    keys = [found.key for found in draft_proposals(planned)]
    assert [key in first for key in keys] == [True, False]
    assert [key in second for key in keys] == [False, True]


@pytest.mark.django_db
def test_pages(
    planned: Programme, officer: User, director: User, session: Any, signed_in: Callable[[User], Client]
) -> None:
    office, boss = signed_in(officer), signed_in(director)
    sent = {
        "line": line_of(planned, 4).pk,
        "person": "Ada Exemple",
        "job": "Animatrice",
        "month": "2026-03",
        "form_token": "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0009",
        "temps-TOTAL_FORMS": "1",
        "temps-INITIAL_FORMS": "0",
        "temps-0-activity": "Animation",
        "temps-0-centihours": "7 h 20",
        "temps-0-hourly_cost_cents": "31,15",
    }
    base = "/essai/budget/feuilles-de-temps/"
    assert "temps-1-activity" in office.post(f"{base}nouvelle/", {**sent, "action": "add"}).content.decode()
    refused = office.post(f"{base}nouvelle/", sent)
    assert refused.status_code == 422
    assert "7 h 30" in refused.content.decode()
    sent["temps-0-centihours"] = "7,33"
    assert office.post(f"{base}nouvelle/", sent).status_code == 302
    assert office.post(f"{base}nouvelle/", sent).status_code == 302
    sheet = TimeSheet.objects.get()
    page = office.get(f"{base}{sheet.pk}/").content.decode()
    assert "228,33" in page
    changed = {**sent, "temps-0-centihours": "8"}
    assert office.post(f"{base}{sheet.pk}/", changed).status_code == 302
    assert Expense.objects.get().amount_cents == 249_20
    assert "Ada Exemple" in office.get(f"{base}?export=csv").getvalue().decode()
    assert office.get(base).status_code == 200
    terms = {
        "session_line": line_of(planned, 3).pk,
        "half_day_cost_cents": "450",
        "diagnostic_line": "",
        "diagnostic_day_cost_cents": "0",
        "diagnostic_centidays": "1,5",
    }
    assert boss.post("/essai/budget/depenses/a-creer/reglages/", terms).status_code == 302
    page = office.get("/essai/budget/depenses/a-creer/").content.decode()
    assert f"session-{session.pk}" in page
    office.post("/essai/budget/depenses/a-creer/", {"service": [f"session-{session.pk}"]})
    assert Expense.objects.filter(amount_cents=900_00).count() == 1
