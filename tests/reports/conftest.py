"""A programme with money, and the demonstration once for the whole session of these tests."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from edec_ia.demonstration import loading
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.observatory import ReleaseWriter
from programme.models import Programme
from tests.funding.factories import make_expense, make_plan

TODAY = date(2026, 6, 15)


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Programme]:
    """The demonstration, loaded once for a module; each test undoes what it did."""
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        programme = loading.load(loading.DemoRequest(60, seed=5, today=TODAY), say=str)
        director = User.objects.filter(role_grants__programme=programme, role_grants__role="director")[0]
        ReleaseWriter(programme, director, DemoCalendar(TODAY), print).write()
        yield programme
        transaction.set_rollback(True)


@pytest.fixture
def demonstration(loaded: Programme, db: None) -> Programme:
    """The demonstration, as loaded."""
    return loaded


@pytest.fixture
def funded(programme: Programme, officer: User) -> Programme:
    """The programme of tests with a plan in force and one submitted expense."""
    make_plan(programme)
    make_expense(programme, officer)
    return programme
