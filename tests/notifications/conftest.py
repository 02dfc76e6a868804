"""A source of reminders of these tests' own, so that no higher app is needed."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from accounts.models import User
from companies import services as companies
from companies.models import Participation
from companies.services import ContactFacts
from core.registries import ReminderSource, reminder_sources
from notifications.planning import Matter, Recipient
from programme.models import Programme
from programme.selectors import caller_access
from tests.companies.samples import make_siren, make_siret
from tests.notifications.matters import matter


@pytest.fixture
def reminded(monkeypatch: pytest.MonkeyPatch) -> list[Matter]:
    """Matters that the planner reads; a test adds those it wants."""
    matters: list[Matter] = []

    def source(programme: Any, companies: Any, first: date, last: date) -> list[Matter]:
        return matters

    monkeypatch.setattr(
        reminder_sources, "_entries", {"tests": ReminderSource(label="Essai", matters=source)}
    )
    return matters


@pytest.fixture
def about() -> Callable[..., Matter]:
    """A matter of a person: ``about(user, "action:1")``."""

    def make(user: User, key: str = "action:1", **changes: Any) -> Matter:
        recipient = Recipient(f"u{user.pk}", user.full_name, user.email, user.pk)
        return matter(key, **{"recipient": recipient, "participation_id": None, **changes})

    return make


@pytest.fixture
def company(programme: Programme, officer: User) -> Iterator[tuple[Participation, User]]:
    """A company and its manager."""
    participation = companies.create_participation(
        actor=officer,
        programme=programme,
        siret=make_siret(make_siren(1)),
        name="Tissages imaginés",
        postal_code="59200",
        city="Tourcoing",
        activity_code="13.20Z",
        workforce_band="12",
    )
    facts = ContactFacts(last_name="Delattre", first_name="Inès", email="ines@tissages.example")
    contact = companies.add_contact(actor=officer, participation=participation, facts=facts)
    manager = companies.open_access(actor=officer, contact=contact, is_manager=True).user
    assert caller_access(manager, programme).roles
    return participation, manager
