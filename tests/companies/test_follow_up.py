"""The advisor's day, replacements, one timeline of everything."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from companies import services
from companies.enums import AbsenceStatus, CallOutcome, EventKind, MeetingKind, Stage
from companies.models import (
    AdvisorAbsence,
    Participation,
    TimelineEvent,
)
from companies.selectors.detail import TIMELINE_LENGTH
from core import jobs
from core.errors import BusinessError
from programme.enums import Role
from programme.models import Programme
from programme.services import revoke_role
from tests.companies.conftest import Make

pytestmark = pytest.mark.django_db
LIST = "/essai/entreprises/"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(signed_in: SignIn, officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def other(make_user: Callable[..., User]) -> User:
    return make_user("remplacante", Role.ADVISOR)


# --- timeline ------------------------------------------------------------------------------------------


def test_one_timeline_by_kind_and_by_page_in_constant_queries(
    office: Client, enter: Make, officer: User, count_queries: Any
) -> None:
    participation = enter(1)
    url = f"{LIST}{participation.pk}/"
    office.get(url)
    counts = []
    for number in (3, 60):
        TimelineEvent.objects.bulk_create(
            TimelineEvent(
                participation=participation,
                kind=EventKind.CALL if rank % 2 else EventKind.AID,
                title=f"Ligne {rank}",
                at=NOW - timedelta(hours=rank),
                actor=officer,
            )
            for rank in range(number)
        )
        with count_queries() as queries:
            office.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    page = office.get(url).context["timeline"]
    assert len(page.events) == TIMELINE_LENGTH
    assert [link.label for link in page.kinds] == ["Tout", "Étape", "Appel", "Aide d’État"]
    older = office.get(url + page.older_url).context["timeline"]
    assert older.newer_url == "?"
    assert {event.label for event in older.events}.isdisjoint({event.label for event in page.events[:1]})
    calls = office.get(f"{url}?nature=call").context["timeline"]
    assert {event.kind for event in calls.events} == {"Appel"}
    fragment = office.get(
        f"{url}?nature=call", headers={"HX-Request": "true", "HX-Target": "historique-lignes"}
    ).content.decode()
    assert "<html" not in fragment
    assert "Ligne 1" in fragment
    for strange in ("?nature=xyz", "?page=0", "?page=-1", "?page=999999999999", "?page=abc"):
        assert office.get(url + strange).status_code == 200


def test_a_call_keeps_who_how_and_how_long(office: Client, enter: Make, officer: User) -> None:
    participation = enter(1)
    contact = services.add_contact(
        actor=officer, participation=participation, facts=services.ContactFacts("Delattre", "Inès")
    )
    url = f"{LIST}{participation.pk}/echanges/"
    entry = {
        "kind": "call",
        "text": "Intéressée.",
        "contact": contact.pk,
        "direction": "out",
        "outcome": "reached",
        "at": "2026-11-20T15:30",
        "duration": "12",
    }
    for _click in range(2):
        assert office.post(url, entry).status_code == 302
    event = participation.timeline.get(kind=EventKind.CALL)
    assert (event.title, event.duration_minutes, event.contact) == (
        "Appel émis – Inès Delattre – personne jointe",
        12,
        contact,
    )
    assert timezone.localtime(event.at).hour == 15
    participation.refresh_from_db()
    assert participation.stage == Stage.CONTACTED
    assert office.post(url, {**entry, "at": "2026-11-24T10:00"}).status_code == 422
    stranger = services.add_contact(
        actor=officer, participation=enter(2), facts=services.ContactFacts("Ailleurs")
    )
    assert office.post(url, {**entry, "contact": stranger.pk}).status_code == 422
    with pytest.raises(BusinessError):
        services.log_exchange(
            actor=officer,
            participation=participation,
            kind=EventKind.CALL,
            text="x",
            facts=services.ExchangeFacts(contact=stranger, outcome=CallOutcome.NOBODY),
        )
    assert office.post(url, {"kind": "note", "text": "Sans sens", "direction": "out"}).status_code == 302
    assert participation.timeline.get(kind=EventKind.NOTE).direction == ""


def test_stages_are_kept_with_their_reasons(office: Client, enter: Make, officer: User) -> None:
    participation = enter(1)
    for stage, reason in ((Stage.PLAN, "Diagnostic remis"), (Stage.ENGAGED, "Plan à reprendre")):
        services.move_stage(actor=officer, participation=participation, stage=stage, reason=reason)
    passages = office.get(f"{LIST}{participation.pk}/").context["history"]
    assert [(passage.stage, passage.reason) for passage in passages] == [
        ("engagée", "Plan à reprendre"),
        ("plan d’actions", "Diagnostic remis"),
        ("repérée", ""),
    ]
    assert [row.stage_rank for row in Participation.objects.all()] == [2]


# --- day log -------------------------------------------------------------------------------------------


def test_the_day_of_an_advisor(
    enter: Make, officer: User, advisor: User, signed_in: SignIn, office: Client
) -> None:
    mine, hidden = enter(1, advisor=advisor), enter(2)
    services.log_exchange(
        actor=advisor,
        participation=mine,
        kind=EventKind.CALL,
        text="Rappel fait.",
        facts=services.ExchangeFacts(duration_minutes=15),
    )
    services.log_exchange(
        actor=advisor,
        participation=mine,
        kind=EventKind.NOTE,
        text="Hier.",
        at=NOW - timedelta(days=1),
    )
    services.log_exchange(actor=advisor, participation=hidden, kind=EventKind.NOTE, text="Plus à elle.")
    services.set_next_step(
        actor=advisor, participation=mine, next_step="Visite", next_step_on=TODAY - timedelta(days=2)
    )
    services.plan_meeting(
        actor=advisor,
        participation=mine,
        facts=services.MeetingFacts(MeetingKind.FIRST, NOW + timedelta(hours=2), led_by=advisor),
        is_next_step=False,
    )
    client = signed_in(advisor)
    context = client.get("/essai/journal/").context
    log = context["log"]
    assert [line.text for line in log.lines if line.kind == "Appel"] == ["Rappel fait."]
    assert "Plus à elle." not in str(log.lines)
    assert (log.minutes, log.calls, [row.step for row in log.due], len(log.meetings)) == (
        15,
        1,
        ["Visite"],
        1,
    )
    yesterday = client.get("/essai/journal/?jour=2026-11-22").context["log"]
    assert [line.text for line in yesterday.lines] == ["Hier."]
    assert client.get("/essai/journal/?jour=n’importe").status_code == 200
    assert office.get(f"/essai/journal/?conseiller={advisor.pk}").context["person"] == advisor
    assert client.get(f"/essai/journal/?conseiller={officer.pk}").status_code == 404
    text = b"".join(client.get("/essai/journal/?export=csv&du=2026-11-01&au=2026-11-23").streaming_content)
    assert "Rappel fait." in text.decode("utf-8-sig")
    assert "Plus à elle." not in text.decode("utf-8-sig")


def test_an_exchange_is_noted_from_the_log(enter: Make, advisor: User, signed_in: SignIn) -> None:
    mine, foreign = enter(1, advisor=advisor), enter(2)
    client = signed_in(advisor)
    entry = {"company": mine.pk, "kind": "note", "text": "À revoir."}
    for _click in range(2):
        assert client.post("/essai/journal/", entry).status_code == 302
    assert mine.timeline.filter(kind=EventKind.NOTE).count() == 1
    assert client.post("/essai/journal/", {**entry, "company": foreign.pk}).status_code == 422


def test_queries_of_the_log_do_not_grow(
    enter: Make, advisor: User, signed_in: SignIn, count_queries: Any
) -> None:
    client = signed_in(advisor)
    counts = []
    for ranks in ((1,), (2, 3)):
        for rank in ranks:
            row = enter(rank, advisor=advisor)
            services.log_exchange(actor=advisor, participation=row, kind=EventKind.NOTE, text=f"N{rank}")
            services.plan_meeting(
                actor=advisor,
                participation=row,
                facts=services.MeetingFacts(MeetingKind.FIRST, NOW + timedelta(hours=1), led_by=advisor),
            )
        client.get("/essai/journal/")
        with count_queries() as queries:
            client.get("/essai/journal/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- replacements --------------------------------------------------------------------------------------


def absent(programme: Programme, advisor: User, other: User, *days: int) -> AdvisorAbsence:
    first, last = days or (0, 6)
    return services.plan_absence(
        actor=None,
        programme=programme,
        absent=advisor,
        replacement=other,
        starts_on=TODAY + timedelta(days=first),
        ends_on=TODAY + timedelta(days=last),
    )


def advisors() -> dict[str, str]:
    rows = Participation.objects.order_by("name").values_list("name", "advisor__first_name")
    return dict(rows)


def test_everything_is_handed_over_and_given_back(
    programme: Programme,
    other_programme: Programme,
    enter: Make,
    officer: User,
    advisor: User,
    other: User,
    make_user: Callable[..., User],
    signed_in: SignIn,
) -> None:
    rows = [enter(rank, name=f"E{rank}", advisor=advisor) for rank in (1, 2, 3)]
    enter(4, name="E4", advisor=officer)
    inside = services.plan_meeting(
        actor=advisor,
        participation=rows[0],
        facts=services.MeetingFacts(MeetingKind.RESTITUTION, NOW + timedelta(days=2), led_by=advisor),
    )
    after = services.plan_meeting(
        actor=advisor,
        participation=rows[0],
        facts=services.MeetingFacts(MeetingKind.RESTITUTION, NOW + timedelta(days=20), led_by=advisor),
    )
    absence = absent(programme, advisor, other)
    assert absent(programme, advisor, other) == absence
    assert advisors() == {"E1": "Remplacante", "E2": "Remplacante", "E3": "Remplacante", "E4": "Chargee"}
    inside.refresh_from_db()
    after.refresh_from_db()
    assert (inside.led_by, after.led_by) == (other, advisor)
    assert signed_in(other).get(f"{LIST}{rows[0].pk}/").status_code == 200
    assert signed_in(advisor).get(f"{LIST}{rows[0].pk}/").status_code == 404
    assert "Vous remplacez Conseiller" in signed_in(other).get("/essai/journal/").content.decode()
    # Entrusted meanwhile to the absent advisor: her replacement follows it until her return.
    late = enter(5, name="E5")
    services.assign_advisor(actor=officer, participation=late, advisor=advisor)
    assert advisors()["E5"] == "Remplacante"
    # Decided otherwise meanwhile: stays so.
    services.assign_advisor(actor=officer, participation=rows[2], advisor=officer)
    with time_machine.travel(NOW + timedelta(days=7), tick=False):
        jobs.drain()
    absence.refresh_from_db()
    assert absence.status == AbsenceStatus.ENDED
    assert advisors() == {
        "E1": "Conseiller",
        "E2": "Conseiller",
        "E3": "Chargee",
        "E4": "Chargee",
        "E5": "Conseiller",
    }
    inside.refresh_from_db()
    assert inside.led_by == advisor
    assert not absence.handed.filter(returned_at=None).exists()


def test_a_coming_absence_begins_by_itself(
    programme: Programme, enter: Make, advisor: User, other: User
) -> None:
    enter(1, name="E1", advisor=advisor)
    absence = absent(programme, advisor, other, 3, 5)
    jobs.drain()
    assert (absence.status, advisors()["E1"]) == (AbsenceStatus.PLANNED, "Conseiller")
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        for _time in range(2):
            jobs.drain()
            services.settle_absence(actor=None, absence=AdvisorAbsence.objects.get())
    assert advisors()["E1"] == "Remplacante"
    assert AdvisorAbsence.objects.get().handed.count() == 1
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        for _click in range(2):
            services.end_absence(actor=None, absence=AdvisorAbsence.objects.get())
    assert advisors()["E1"] == "Conseiller"
    with time_machine.travel(NOW + timedelta(days=9), tick=False):
        jobs.drain()
    assert advisors()["E1"] == "Conseiller"


def test_an_advisor_who_left_gets_nothing_back(
    programme: Programme, enter: Make, advisor: User, other: User
) -> None:
    enter(1, name="E1", advisor=advisor)
    absence = absent(programme, advisor, other)
    revoke_role(actor=None, user=advisor, programme=programme, role=Role.ADVISOR)
    services.end_absence(actor=None, absence=absence)
    assert advisors()["E1"] == "Remplacante"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_on": TODAY - timedelta(days=1), "starts_on": TODAY - timedelta(days=3)}, "past"),
        ({"starts_on": TODAY + timedelta(days=2), "ends_on": TODAY + timedelta(days=1)}, "dates"),
    ],
)
def test_impossible_dates(
    programme: Programme, advisor: User, other: User, changes: dict[str, Any], code: str
) -> None:
    facts = {"absent": advisor, "replacement": other, "starts_on": TODAY, "ends_on": TODAY, **changes}
    with pytest.raises(BusinessError) as caught:
        services.plan_absence(actor=None, programme=programme, **facts)
    assert caught.value.code == code


def test_absences_do_not_cross(
    programme: Programme, advisor: User, other: User, officer: User, make_user: Callable[..., User]
) -> None:
    absent(programme, advisor, other)
    funder = make_user("financeuse", Role.FUNDER)
    for who, by, code in (
        (advisor, officer, "overlap"),
        (officer, advisor, "overlap"),
        (other, officer, "overlap"),
        (officer, officer, "same-person"),
        (officer, funder, "not-staff"),
    ):
        with pytest.raises(BusinessError) as caught:
            absent(programme, who, by)
        assert caught.value.code == code
    absent(programme, advisor, officer, 7, 8)


def test_who_plans_an_absence(
    advisor: User, other: User, officer: User, signed_in: SignIn, office: Client
) -> None:
    url = "/essai/remplacements/"
    entry = {
        "absent": advisor.pk,
        "replacement": other.pk,
        "starts_on": "2026-11-23",
        "ends_on": "2026-11-30",
        "note": "Rappeler E1.",
    }
    assert signed_in(other).post(url, entry).status_code == 422
    for _click in range(2):
        assert signed_in(advisor).post(url, entry).status_code == 302
    absence = AdvisorAbsence.objects.get()
    assert "Rappeler E1." in office.get(url).content.decode()
    assert signed_in(other).post(f"{url}{absence.pk}/terminer/").status_code == 404
    stranger = signed_in(officer)
    assert stranger.post(f"{url}{absence.pk}/terminer/").status_code == 302
    absence.refresh_from_db()
    assert absence.status == AbsenceStatus.ENDED
    assert office.post(url, {**entry, "ends_on": "2026-11-01"}).status_code == 422
