"""Data of trainings, built by the services."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from companies.models import Membership, Participation
from companies.services import create_participation
from programme.enums import Role
from programme.models import Programme
from trainings.models import Course, Provider, ProviderMember, Session
from trainings.services import (
    SessionDetails,
    Trainee,
    add_trainer,
    ensure_provider,
    install_catalogue,
    plan_session,
)
from trainings.timetable import PlannedHalfDay

TODAY = date(2026, 3, 2)
MORNING, AFTERNOON = (time(9), time(12, 30)), (time(13, 30), time(17))


def planned(day: date, part: str = "am") -> PlannedHalfDay:
    """A half-day at the usual times."""
    return PlannedHalfDay(day, part, *(MORNING if part == "am" else AFTERNOON))


def trainee(name: str, **profile: str) -> Trainee:
    """A person of tests."""
    return Trainee(
        first_name=name.capitalize(), last_name="Exemple", email=f"{name}@atelier.example", **profile
    )


@pytest.fixture
def at_work() -> Iterator[None]:
    """The clock stopped on ``TODAY``, in the morning."""
    with time_machine.travel(f"{TODAY.isoformat()}T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def courses(programme: Programme) -> list[Course]:
    """The catalogue of the programme."""
    install_catalogue(programme=programme)
    return list(Course.objects.for_programme(programme).order_by("code"))


@pytest.fixture
def course(courses: list[Course]) -> Course:
    """One course."""
    return next(each for each in courses if each.code == "tech-assistant")


@pytest.fixture
def provider(programme: Programme) -> Provider:
    """A training body."""
    return ensure_provider(
        actor=None, programme=programme, name="Institut d’essai", declaration_number="32590000000"
    )


@pytest.fixture
def trainer(provider: Provider) -> User:
    """A trainer of the body."""
    member: ProviderMember = add_trainer(
        actor=None,
        provider=provider,
        email="formatrice@institut.example",
        first_name="Flore",
        last_name="Essai",
        invite=False,
    )
    return member.user


@pytest.fixture
def make_company(programme: Programme) -> Callable[..., Participation]:
    """Make a company: ``make_company("Atelier Un", 1)``."""

    def make(name: str, rank: int = 1, advisor: User | None = None) -> Participation:
        return create_participation(
            actor=None,
            programme=programme,
            siret=siret_of(rank),
            name=name,
            postal_code="59000",
            city="Lille",
            activity_code="13.20Z",
            advisor=advisor,
        )

    return make


def siret_of(rank: int) -> str:
    """A SIRET of the never-attributed range whose both keys hold."""
    siren = _with_key(f"000000{rank:02d}")
    return _with_key(f"{siren}0001")


def _with_key(start: str) -> str:
    return next(start + digit for digit in "0123456789" if _luhn(start + digit))


def _luhn(number: str) -> bool:
    total = 0
    for rank, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if rank % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


@pytest.fixture
def company(make_company: Callable[..., Participation]) -> Participation:
    """A company of the programme."""
    return make_company("Atelier Un", 1)


@pytest.fixture
def manager(company: Participation, make_user: Callable[..., User]) -> User:
    """The manager of the company."""
    user = make_user("gerante", Role.COMPANY)
    Membership.objects.create(participation=company, user=user, is_manager=True)
    return user


@pytest.fixture
def make_session(course: Course, provider: Provider) -> Callable[..., Session]:
    """Make a session: ``make_session(days=2, start=TODAY, capacity=12)``; mornings and afternoons."""

    def make(
        *,
        half_days: int = 2,
        start: date = TODAY,
        capacity: int = 12,
        trainer: User | None = None,
        **details: Any,
    ) -> Session:
        slots = [
            planned(start + timedelta(days=rank // 2), "pm" if rank % 2 else "am")
            for rank in range(half_days)
        ]
        return plan_session(
            actor=None,
            course=details.pop("course", course),
            details=SessionDetails(
                provider=provider,
                trainer=trainer,
                place=details.pop("place", "Salle A, Lens"),
                capacity_min=1,
                capacity_max=capacity,
                **details,
            ),
            half_days=slots,
        )

    return make
