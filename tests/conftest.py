"""Guards and shared fixtures: no network, undefined template variables fail, real services build the data."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from hypothesis import settings as hypothesis_settings

from accounts.backends import PERSON_BACKEND
from accounts.models import User
from accounts.services import ensure_user
from companies.models import Participation
from companies.services import create_participation
from core import jobs
from programme.access import Access
from programme.enums import Role
from programme.models import (
    Activity,
    Arrondissement,
    Commune,
    Department,
    Epci,
    Programme,
    Region,
)
from programme.official import AXES, TOTAL_CENTS
from programme.selectors import caller_access
from programme.services import create_programme, grant_role
from tests import prepared
from tests.companies.samples import make_siren, make_siret

hypothesis_settings.register_profile("default", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis_settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """Open the folder that the processes of the run share."""
    if not hasattr(config, "workerinput"):
        prepared.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the processes of the run shared."""
    if not hasattr(config, "workerinput"):
        prepared.close_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser tests: they are the longest, and one left for the end keeps a worker alone."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    """Make Django's test database from one that is already migrated, so that nothing is left to apply."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = prepared.migrated_postgresql()
        yield
        return
    # Filled before Django opens it; the memory lasts as long as one connection to it.
    memory = sqlite3.connect(connection.creation._get_test_db_name(), uri=True)
    with closing(sqlite3.connect(prepared.migrated_sqlite())) as migrated:
        migrated.backup(memory)
    yield
    memory.close()


def _empty_caches() -> None:
    for known in caches.all():
        known.clear()


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    _empty_caches()
    yield
    _empty_caches()


# Code, level, parent, section, words, A10 sector.
ACTIVITIES = (
    ("C", 1, None, "C", "Industrie manufacturière", "BE"),
    ("13", 2, "C", "C", "Fabrication de textiles", "BE"),
    ("13.2", 3, "13", "C", "Tissage", "BE"),
    ("13.20", 4, "13.2", "C", "Tissage", "BE"),
    ("13.20Z", 5, "13.20", "C", "Tissage", "BE"),
    ("M", 1, None, "M", "Activités spécialisées, scientifiques et techniques", "MN"),
    ("69", 2, "M", "M", "Activités juridiques et comptables", "MN"),
    ("69.2", 3, "69", "M", "Activités comptables", "MN"),
    ("69.20", 4, "69.2", "M", "Activités comptables", "MN"),
    ("69.20Z", 5, "69.20", "M", "Activités comptables", "MN"),
)


@pytest.fixture
def territory(db: None) -> dict[str, Any]:
    """A small real-shaped territory: two departments, two EPCI, three communes, a few activities."""
    region = Region.objects.create(code="32", name="Hauts-de-France")
    nord = Department.objects.create(code="59", name="Nord", region=region)
    somme = Department.objects.create(code="80", name="Somme", region=region)
    lille = Arrondissement.objects.create(code="595", name="Lille", department=nord)
    amiens = Arrondissement.objects.create(code="801", name="Amiens", department=somme)
    mel = Epci.objects.create(
        siren="200093201",
        name="Métropole Européenne de Lille",
        kind="METRO",
        department=nord,
        population=1_190_000,
        longitude=3.06,
        latitude=50.63,
    )
    cam = Epci.objects.create(
        siren="248000531",
        name="CA Amiens Métropole",
        kind="CA",
        department=somme,
        population=180_000,
        longitude=2.3,
        latitude=49.89,
    )
    communes = {
        code: Commune.objects.create(
            code=code,
            name=name,
            department=epci.department,
            arrondissement=arrondissement,
            epci=epci,
            population=population,
            postal_codes=postal,
        )
        for code, name, epci, arrondissement, population, postal in (
            ("59350", "Lille", mel, lille, 236_000, ["59000", "59160", "59260", "59777", "59800"]),
            ("59599", "Tourcoing", mel, lille, 98_000, ["59200"]),
            ("80021", "Amiens", cam, amiens, 134_000, ["80000", "80080", "80090"]),
        )
    }
    for code, level, parent, section, label, a10 in ACTIVITIES:
        Activity.objects.create(
            code=code, level=level, parent_id=parent, section=section, label=label, a10=a10
        )
    return {"region": region, "communes": communes, "nord": nord, "somme": somme}


@pytest.fixture
def programme(territory: dict[str, Any]) -> Programme:
    """A programme of tests, marked demonstration so that the 000 SIREN range is accepted."""
    return _programme(territory, slug="essai", name="Programme d’essai – Hauts-de-France", short_name="Essai")


@pytest.fixture
def other_programme(territory: dict[str, Any], programme: Programme) -> Programme:
    """A second programme in the same installation, to check that nothing leaks."""
    return _programme(territory, slug="voisin", name="Programme voisin", short_name="Voisin")


def _programme(territory: dict[str, Any], **names: str) -> Programme:
    return create_programme(
        actor=None,
        region=territory["region"],
        starts_on=date(2025, 7, 1),
        ends_on=date(2027, 6, 30),
        total_cents=TOTAL_CENTS,
        axes=AXES,
        is_demonstration=True,
        **names,
    )


@pytest.fixture
def make_user(programme: Programme) -> Callable[..., User]:
    """Make a person with roles: ``make_user("ada", Role.OFFICER)``; in another programme if given."""

    def make(name: str, *roles: Role, in_programme: Programme | None = None) -> User:
        user = ensure_user(email=f"{name}@essai.example", first_name=name.capitalize(), last_name="Essai")
        for role in roles:
            grant_role(actor=None, user=user, programme=in_programme or programme, role=role)
        return user

    return make


@pytest.fixture
def make_access(make_user: Callable[..., User], programme: Programme) -> Callable[..., Access]:
    """Make a person with roles and return her access to the programme."""

    def make(name: str, *roles: Role) -> Access:
        return caller_access(make_user(name, *roles), programme)

    return make


@pytest.fixture
def director(make_user: Callable[..., User]) -> User:
    """The programme's director."""
    return make_user("directrice", Role.DIRECTOR)


@pytest.fixture
def officer(make_user: Callable[..., User]) -> User:
    """A programme officer."""
    return make_user("chargee", Role.OFFICER)


@pytest.fixture
def advisor(make_user: Callable[..., User]) -> User:
    """An advisor without any company yet."""
    return make_user("conseiller", Role.ADVISOR)


@pytest.fixture
def enter(programme: Programme, officer: User) -> Callable[..., Participation]:
    """Enter a company by its rank, ``enter(2, name="…")``; any fact may be changed."""

    def make(rank: int = 1, **changes: Any) -> Participation:
        facts = {
            "actor": officer,
            "programme": programme,
            "siret": make_siret(make_siren(rank)),
            "name": f"Tissages imaginés {rank}",
            "postal_code": "59200",
            "city": "Tourcoing",
            "activity_code": "13.20Z",
            "workforce_band": "12",
        }
        return create_participation(**{**facts, **changes})

    return make


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser signed in as a person; it enforces CSRF only where a test asks for it."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=PERSON_BACKEND)
        return client

    return sign_in


@pytest.fixture
def outside_demonstration(settings: Any) -> None:
    """As in production. Addresses are read once, with the settings of tests, before these change."""
    assert get_resolver().url_patterns
    settings.EDEC_DEMO = False


@pytest.fixture
def run_jobs() -> Callable[[], int]:
    """Carry out every waiting job, as a worker would, in this process."""
    return jobs.drain


@pytest.fixture
def count_queries() -> Callable[..., Any]:
    """``with count_queries() as queries: …`` then ``len(queries)``.

    The caches are empty, but for what ``after`` has just filled, and the clock stands still: a count never
    depends on how slow the machine is.
    """

    @contextmanager
    def capture(*, after: Callable[[], object] = lambda: None) -> Iterator[list[dict[str, str]]]:
        _empty_caches()
        queries: list[dict[str, str]] = []
        with time_machine.travel(datetime.now(UTC), tick=False):
            after()
            with CaptureQueriesContext(connection) as captured:
                yield queries
            queries += captured.captured_queries

    return capture
