"""Figures of trainings, and what other pages read of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from companies.models import Participation
from core.registries import company_panels, indicators, search_providers, today_tasks
from programme.models import Programme
from programme.selectors import caller_access
from tests.trainings.conftest import TODAY, trainee
from trainings.enums import Stake
from trainings.models import Course, Session
from trainings.selectors import (
    HeldSession,
    StakeTotals,
    TrainingTotals,
    training_by_stake,
    training_profile,
    training_sessions,
    training_totals,
)
from trainings.services import cancel_session, enrol, save_attendance
from trainings.wording import duration_line, listed, period

MakeSession = Callable[..., Session]
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def attend(session: Session, company: Participation, **present: int) -> None:
    """Enrol people, present for their first half-days; those with none are absent."""
    people = [trainee(name, sex="f" if name.startswith("a") else "", age_band="45-54") for name in present]
    rows = enrol(actor=None, session=session, participation=company, people=people, notify=False)
    half_days = [half_day.pk for half_day in session.half_days.all()]
    cells = {
        (row.pk, half_day)
        for row, count in zip(rows, present.values(), strict=True)
        for half_day in half_days[:count]
    }
    save_attendance(actor=None, session=session, present=cells, today=session.ends_on)


@pytest.fixture
def held(
    make_session: MakeSession,
    make_company: Callable[..., Participation],
    courses: list[Course],
) -> list[Session]:
    """Three sessions: two of one stake for two companies, one legal; one more never held."""
    first, second = make_company("Atelier Un", 1), make_company("Atelier Deux", 2)
    legal = next(course for course in courses if course.stake == "legal")
    sessions = [
        make_session(half_days=2, start=date(2026, 1, 12)),
        make_session(half_days=1, start=date(2026, 2, 2)),
        make_session(half_days=4, start=date(2026, 2, 9), course=legal),
        make_session(half_days=1, start=date(2026, 2, 16)),
    ]
    attend(sessions[0], first, ada=2, luc=1, zoe=0)
    attend(sessions[1], first, ada=1)
    attend(sessions[2], second, abel=4)
    enrol(actor=None, session=sessions[3], participation=second, people=[trainee("max")], notify=False)
    return sessions


def test_totals_count_people_once_and_hours_attended(programme: Programme, held: list[Session]) -> None:
    assert training_totals(programme, *YEAR) == TrainingTotals(
        people=3, trainee_minutes=(2 + 1 + 1 + 4) * 210, sessions=3, companies=2
    )
    january = training_totals(programme, date(2026, 1, 1), date(2026, 1, 31))
    assert (january.people, january.trainee_hours, january.sessions) == (2, 11, 1)
    straddling = training_totals(programme, date(2026, 2, 10), date(2026, 2, 28))
    assert (straddling.trainee_minutes, straddling.sessions) == (420, 1)
    assert training_totals(programme, date(2027, 1, 1), date(2027, 12, 31)) == TrainingTotals(0, 0, 0, 0)


def test_totals_of_another_programme_are_its_own(
    programme: Programme, other_programme: Programme, held: list[Session]
) -> None:
    assert training_totals(other_programme, *YEAR) == TrainingTotals(0, 0, 0, 0)
    assert training_sessions(other_programme, *YEAR) == []


def test_totals_by_stake_and_by_profile_keep_their_zeros(programme: Programme, held: list[Session]) -> None:
    assert training_by_stake(programme, *YEAR) == [
        StakeTotals(Stake.TECHNICAL, "technique", 2, 840, 2),
        StakeTotals(Stake.LEGAL, "juridique", 1, 840, 1),
        StakeTotals(Stake.ECONOMIC, "économique", 0, 0, 0),
        StakeTotals(Stake.ETHICAL, "éthique", 0, 0, 0),
    ]
    assert training_profile(programme, *YEAR, "sex") == [("f", 2), ("m", 0), ("", 1)]
    assert dict(training_profile(programme, *YEAR, "age_band"))["45-54"] == 3


def test_the_annex_lists_sessions_held_with_what_was_attended(
    programme: Programme, held: list[Session], count_queries: Any
) -> None:
    with count_queries() as queries:
        rows = training_sessions(programme, *YEAR)
    assert len(queries) == 2
    assert rows[0] == HeldSession(
        title="Travailler avec un assistant : demander, vérifier, corriger".replace(" :", "\u00a0:"),
        stake_label="technique",
        provider="Institut d’essai",
        starts_on=date(2026, 1, 12),
        ends_on=date(2026, 1, 12),
        people=2,
        trainee_minutes=630,
    )
    assert [(row.people, row.trainee_minutes) for row in rows] == [(2, 630), (1, 210), (1, 840)]


def test_indicators_say_what_the_selectors_say(programme: Programme, held: list[Session]) -> None:
    measured = {
        code: indicators.get(code).measure(programme, *YEAR)
        for code in ("people_trained", "trainee_hours", "sessions_held")
    }
    assert measured == {"people_trained": 3, "trainee_hours": 28, "sessions_held": 3}


def test_the_dashboard_is_told_of_missing_sheets_and_thin_sessions(
    programme: Programme, officer: User, advisor: User, held: list[Session], make_session: MakeSession
) -> None:
    thin = make_session(start=TODAY + timedelta(days=3))
    with time_machine.travel(f"{TODAY.isoformat()}T10:00:00+01:00", tick=False):
        tasks = today_tasks.get("trainings")(caller_access(officer, programme))
        assert [(task.text, task.url.split("?")[1]) for task in tasks] == [
            ("1 session attend sa feuille de présence", "moment=presence"),
            ("1 session commence bientôt sous son effectif minimum", "moment=sous-effectif"),
        ]
        assert today_tasks.get("trainings")(caller_access(advisor, programme)) == []
        cancel_session(actor=None, session=thin)
        cancel_session(actor=None, session=held[3])
        assert today_tasks.get("trainings")(caller_access(officer, programme)) == []


def test_search_finds_sessions_and_people_the_caller_may_see(
    programme: Programme, officer: User, advisor: User, trainer: User, held: list[Session]
) -> None:
    def found(user: User, code: str, text: str) -> list[str]:
        access = caller_access(user, programme)
        return [hit.title for hit in search_providers.get(code).find(access, text, 10)]

    assert len(found(officer, "sessions", "assistant lens")) == 3
    assert found(officer, "trainees", "abel exemple") == ["Abel Exemple"]
    assert found(officer, "trainees", "luc@atelier") == ["Luc Exemple"]
    assert found(advisor, "trainees", "abel") == []
    assert found(trainer, "sessions", "assistant") == []


def test_a_company_page_shows_its_people_without_growing_queries(
    programme: Programme, officer: User, held: list[Session], count_queries: Any
) -> None:
    company = Participation.objects.get(name="Atelier Un")
    panel = company_panels.get("trainings")
    with count_queries() as queries:
        rows = panel.rows(caller_access(officer, programme), company)
    assert len(queries) <= 5
    assert [(row.name, row.hours.replace("\u00a0", " ")) for row in rows] == [
        ("Ada Exemple", "3 h 30"),
        ("Ada Exemple", "7 h"),
        ("Luc Exemple", "3 h 30"),
        ("Zoe Exemple", ""),
    ]


def test_periods_durations_and_lists_read_as_french() -> None:
    day = date(2026, 3, 30)
    shown = [
        period(day, day),
        period(day, day + timedelta(days=1)),
        period(day, day + timedelta(days=2)),
        period(day, date(2027, 1, 1)),
        duration_line(1, 210),
        duration_line(3, 630),
        listed(["Ada"]),
        listed(["Ada", "Luc", "Zoé"]),
    ]
    assert [text.replace("\u00a0", " ") for text in shown] == [
        "30 mars 2026",
        "du 30 au 31 mars 2026",
        "du 30 mars au 1er avril 2026",
        "du 30 mars 2026 au 1er janvier 2027",
        "1 demi-journée, 3 h 30",
        "3 demi-journées, 10 h 30",
        "Ada",
        "Ada, Luc et Zoé",
    ]
