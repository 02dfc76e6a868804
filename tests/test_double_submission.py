"""Every button that writes, pressed twice: the second identical request adds no row anywhere.

The issue asks that a double click on every submit button be refused or harmless. Pages also have their own
tests of what a second click answers; this one counts the rows of every table for all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session as BrowserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from accounts.models import User
from companies import services as companies
from companies.models import Participation
from companies.services.imports import receive_file, stage_batch
from core import jobs
from diagnostics import services as diagnostics
from diagnostics.models import Diagnostic
from diagnostics.services import plan as plans
from observatory.models import Release
from programme.enums import Role
from programme.models import Programme, RoleGrant
from tests.companies.samples import make_siren, make_siret
from tests.diagnostics.conftest import COMPLETE, entries
from tests.diagnostics.documents import full_document
from tests.funding.factories import (
    line_of,
    make_expense,
    make_plan,
    make_submitted,
    make_validated,
    upload,
)
from trainings import services as trainings
from trainings.models import Course
from trainings.timetable import PlannedHalfDay

pytestmark = pytest.mark.django_db
TOKEN = "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0001"
DAY = date(2026, 7, 10)
PERSON = {"first_name": "Ada", "last_name": "Exemple", "email": "ada@tissages.example"}


@dataclass(frozen=True)
class Button:
    """One request; ``data`` is made anew for each press, as files are read once."""

    path: str
    data: Callable[[], dict[str, Any]] = field(default=dict)
    done: int = 302


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


def company_buttons(programme: Programme, officer: User, participation: Participation) -> dict[str, Button]:
    base = f"/essai/entreprises/{participation.pk}/"
    facts = companies.ContactFacts(last_name="Delattre", first_name="Inès", email="ines@tissages.example")
    contact = companies.add_contact(actor=officer, participation=participation, facts=facts)
    rows = f"SIRET;Nom;Ville\n{make_siret(make_siren(5))};Neuve;Lille\n".encode()
    batch = receive_file(actor=officer, programme=programme, name="a.csv", content=rows + b"\n")
    stage_batch(batch=batch)
    added = {"siret": make_siret(make_siren(2)), "name": "Neuve", "stage": "spotted"}
    return {
        "company add": Button("/essai/entreprises/ajouter/", lambda: added),
        "contact add": Button(f"{base}contacts/", lambda: PERSON),
        "contact edit": Button(f"{base}contacts/{contact.pk}/", lambda: {"last_name": "Delattre"}),
        "contact invite": Button(f"{base}contacts/{contact.pk}/inviter/"),
        "follow up": Button(
            f"{base}suivi/", lambda: {"stage": "contacted", "advisor": "", "group": "Groupe"}
        ),
        "exchange": Button(f"{base}echanges/", lambda: {"kind": "call", "text": "Rappeler."}),
        "import upload": Button(
            "/essai/entreprises/imports/", lambda: {"file": SimpleUploadedFile("b.csv", rows)}
        ),
        "import confirm": Button(f"/essai/entreprises/imports/{batch.pk}/confirmer/"),
    }


def diagnostic_buttons(officer: User, participation: Participation) -> dict[str, Button]:
    imported = diagnostics.import_questionnaire(actor=None, document=full_document())
    version = diagnostics.publish_version(actor=None, version=imported)

    def opened(rank: int) -> Diagnostic:
        place = companies.create_participation(
            actor=officer,
            programme=participation.programme,
            siret=make_siret(make_siren(rank)),
            name=f"Filatures imaginées {rank}",
        )
        return diagnostics.open_diagnostic(
            actor=officer, participation=place, questionnaire=version.questionnaire
        )

    def answered(rank: int) -> Diagnostic:
        diagnostic = opened(rank)
        diagnostics.save_answers(actor=officer, diagnostic=diagnostic, entries=entries(**COMPLETE))
        return diagnostic

    fresh, ready = opened(11), answered(12)
    done, planned = (
        diagnostics.submit_diagnostic(actor=officer, diagnostic=answered(rank)) for rank in (13, 14)
    )
    plan = plans.start_plan(actor=officer, diagnostic=planned)
    item = plan.items.order_by("position")[0]
    action = {"title": "Nommer un référent", "status": "kept"}
    space = "/essai/espace/diagnostics"
    return {
        "diagnostic open": Button(
            f"/essai/diagnostics/ouvrir/{participation.pk}/",
            lambda: {"questionnaire": version.questionnaire_id},
        ),
        "diagnostic cancel": Button(f"/essai/diagnostics/{fresh.pk}/annuler/", lambda: {"reason": "Erreur"}),
        "answers": Button(
            f"{space}/{fresh.pk}/parties/strategie/",
            lambda: {"vu": ["usage"], "q-usage": "oui", "vers": "suivant"},
        ),
        "hand in": Button(f"{space}/{ready.pk}/remise/"),
        "result document": Button(f"/essai/diagnostics/{done.pk}/resultat/document/"),
        "plan start": Button(f"/essai/diagnostics/{done.pk}/plan/"),
        "plan keep": Button(f"/essai/plans/{plan.pk}/retenir/", lambda: {"mesure": [item.pk]}),
        "plan item add": Button(f"/essai/plans/{plan.pk}/ajouter/", lambda: action),
        "plan item edit": Button(f"/essai/plans/actions/{item.pk}/", lambda: action),
    }


def training_buttons(programme: Programme, participation: Participation) -> dict[str, Button]:
    trainings.install_catalogue(programme=programme)
    course = Course.objects.for_programme(programme).get(code="tech-assistant")
    provider = trainings.ensure_provider(
        actor=None, programme=programme, name="Institut d’essai", declaration_number="32590000000"
    )
    session = trainings.plan_session(
        actor=None,
        course=course,
        details=trainings.SessionDetails(
            provider=provider, trainer=None, place="Lens", capacity_min=1, capacity_max=8
        ),
        half_days=[PlannedHalfDay(DAY, "am", time(9), time(12, 30))],
    )
    planned = {
        "course": course.pk,
        "provider": provider.pk,
        "place": "Salle A, Lens",
        "capacity_min": "2",
        "capacity_max": "8",
        "price_cents": "120,50",
        "request_key": TOKEN,
        "demi-journees": "1",
        "demi-0-day": DAY.isoformat(),
        "demi-0-part": "am",
        "demi-0-starts_at": "09:00",
        "demi-0-ends_at": "12:30",
    }
    trainer = {
        "formulaire": "formateur",
        "formateur-provider": provider.pk,
        "formateur-first_name": "Odile",
        "formateur-last_name": "Essai",
        "formateur-email": "odile@institut.example",
    }
    base = "/essai/formations"
    return {
        "session create": Button(f"{base}/planifier/", lambda: planned),
        "enrol": Button(f"{base}/{session.pk}/inscrire/?entreprise={participation.pk}", lambda: PERSON),
        "session cancel": Button(f"{base}/{session.pk}/annuler/", lambda: {"reason": "Salle fermée."}),
        "provider add": Button(
            f"{base}/organismes/", lambda: {"formulaire": "organisme", "organisme-name": "École d’essai"}
        ),
        "trainer add": Button(f"{base}/organismes/", lambda: trainer),
    }


def funding_buttons(programme: Programme, officer: User, director: User) -> dict[str, Button]:
    make_plan(programme)
    draft, waiting, returned = (
        make(programme, officer, label=f"Acompte {rank}")
        for rank, make in enumerate((make_expense, make_submitted, make_submitted))
    )
    shared = make_validated(programme, officer, director, label="Acompte partagé", amount=100_00)
    entered = {
        "line": line_of(programme, 1).pk,
        "label": "Étude, acompte",
        "supplier": "Cabinet Orchivelin",
        "invoice_number": "F-2603",
        "spent_on": "2026-03-15",
        "amount": "1 234,56",
        "evidence_kind": "invoice",
        "form_token": TOKEN,
        "action": "submit",
    }
    base = "/essai/budget/depenses"
    credit = {"amount": "40,00", "eligible": "", "reason": "Avoir", "form_token": TOKEN}
    return {
        "expense create": Button(f"{base}/nouvelle/", lambda: {**entered, "evidence": upload()}),
        "expense submit": Button(f"{base}/{draft.pk}/soumettre/"),
        "expense validate": Button(f"{base}/{waiting.pk}/valider/"),
        "expense return": Button(f"{base}/{returned.pk}/renvoyer/", lambda: {"reason": "Illisible"}),
        "expense pay": Button(f"{base}/{shared.pk}/payer/", lambda: {"paid_on": "2026-06-15"}),
        "expense credit": Button(f"{base}/{shared.pk}/avoir/", lambda: credit),
        "expense cancel": Button(f"{base}/{shared.pk}/annuler/", lambda: {"reason": "Doublon"}),
        "evidence add": Button(
            f"{base}/{draft.pk}/pieces/", lambda: {"evidence": upload("b.pdf"), "evidence_kind": "payment"}
        ),
        "amendment": Button("/essai/budget/plans/nouveau/", lambda: {"reason": "Avenant n° 1"}),
    }


def whole_programme_buttons(programme: Programme, officer: User, release: Release) -> dict[str, Button]:
    report = {"period": "2026-01-01_2026-03-31", "form_token": TOKEN, "for_funders": "on"}
    invited = {"email": "lea@essai.example", "first_name": "Léa", "last_name": "Martin", "role": "advisor"}
    grant = RoleGrant.objects.get(programme=programme, user=officer, role=Role.OFFICER)
    return {
        "report request": Button("/essai/rapports/demander/", lambda: report),
        "release prepare": Button(
            "/essai/millesimes/preparer/", lambda: {"reference_date": "2026-05-31", "title": "Été"}
        ),
        "release recompute": Button(f"/essai/millesimes/{release.pk}/recalculer/"),
        "release publish": Button(f"/essai/millesimes/{release.pk}/publier/"),
        "targets": Button("/essai/parametres/objectifs/", lambda: {"target_0": "100", "source": "COPIL"}),
        "team invite": Button("/essai/parametres/equipe/", lambda: invited),
        "team withdraw": Button(f"/essai/parametres/equipe/{grant.pk}/retirer/"),
        "token": Button("/essai/parametres/jetons/", lambda: {"name": "Suivi", "role": "officer"}, done=200),
    }


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
        **training_buttons(programme, participation),
        **funding_buttons(programme, officer, director),
        **whole_programme_buttons(programme, officer, Release.objects.get()),
    }
    wrong = {name: told for name, button in buttons.items() if (told := pressed_twice(client, button))}
    assert wrong == {}
