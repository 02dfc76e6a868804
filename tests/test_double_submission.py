"""Every button that writes, pressed twice: the second identical request adds no row anywhere.

The issue asks that a double click on every submit button be refused or harmless. Pages also have their own
tests of what a second click answers; this one counts the rows of every table for all of them.
"""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session as BrowserSession
from django.db import transaction
from django.test import Client

from accounts.models import User
from companies import services as companies
from companies.models import Participation
from core import jobs
from observatory.models import Release
from programme.models import Programme
from tests.buttons.button import Button
from tests.buttons.claims import claim_buttons
from tests.buttons.companies import company_buttons
from tests.buttons.diagnostics import author_buttons, diagnostic_buttons
from tests.buttons.money import (
    aid_buttons,
    funding_buttons,
    import_buttons,
    reader_buttons,
    report_buttons,
    time_buttons,
)
from tests.buttons.programme import message_buttons, whole_programme_buttons
from tests.buttons.trainings import training_buttons
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


@pytest.fixture
def participation(programme: Programme, officer: User) -> Participation:
    return companies.create_participation(
        actor=officer,
        programme=programme,
        siret=make_siret(make_siren(1)),
        name="Tissages imaginés",
        postal_code="59200",
        city="Tourcoing",
        activity_code="13.20Z",
        workforce_band="12",
    )


def every_row() -> dict[str, int]:
    """Number of rows of every table, the browser's own session apart."""
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model is not BrowserSession and model._meta.managed
    }


def pressed_twice(client: Client, button: Button) -> str:
    """What is wrong after a double click; nothing when it is harmless. Everything is undone."""
    with transaction.atomic():
        first = client.post(button.path, button.data())
        before = every_row()
        second = client.post(button.path, button.data())
        after = every_row()
        transaction.set_rollback(True)
    grown = {label: count - before[label] for label, count in after.items() if count != before[label]}
    if first.status_code != button.done:
        return f"first answer {first.status_code}"
    if second.status_code >= 500 or grown:
        return f"second answer {second.status_code}, rows {grown}"
    return ""


def test_a_second_click_adds_no_row_anywhere(
    programme: Programme,
    officer: User,
    director: User,
    participation: Participation,
    signed_in: Callable[[User], Client],
) -> None:
    client = signed_in(director)
    client.post("/essai/millesimes/preparer/", {"reference_date": "2026-03-31", "title": "Printemps"})
    jobs.drain()
    buttons = {
        **company_buttons(programme, officer, participation),
        **diagnostic_buttons(officer, participation),
        **author_buttons(programme),
        **message_buttons(programme),
        **training_buttons(programme, participation),
        **funding_buttons(programme, officer, director),
        **claim_buttons(programme, officer, director),
        **report_buttons(programme, director),
        **import_buttons(programme, director),
        **time_buttons(programme, director),
        **reader_buttons(programme),
        **aid_buttons(participation),
        **whole_programme_buttons(programme, officer, Release.objects.get()),
    }
    wrong = {
        name: told
        for name, button in buttons.items()
        if (told := pressed_twice(signed_in(button.by) if button.by else client, button))
    }
    assert wrong == {}
