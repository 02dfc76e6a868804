"""Companies, people and questionnaires of the diagnostics' tests, made by the real services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from companies import services as companies
from companies.models import Contact, Participation
from companies.services import ContactFacts
from diagnostics import services
from diagnostics.definition import Definition
from diagnostics.models import Diagnostic, QuestionnaireVersion
from diagnostics.selectors import definition_of
from diagnostics.services import drafts
from programme.access import Access
from programme.models import Programme
from programme.selectors import caller_access

from .documents import full_document

# Queries that write one save: a single one on PostgreSQL, a transaction of three statements elsewhere.
WRITING = 1 if connection.vendor == "postgresql" else 5
# Queries of an answer saved from its page: session, who enters, diagnostic, answers; then the writing.
SAVING = 4 + WRITING
COMPLETE = {
    "usage": "peu",
    "ambition": 4,
    "sources": ["a", "b"],
    "qualite": {"r1": 4, "r2": 2, "r3": 0},
    "budget": 600_000,
    "part": "40",
    "effectif": "12",
    "outil": "Un tableur",
    "formation": "oui",
}


@pytest.fixture
def participation(enter: Callable[..., Participation]) -> Participation:
    return enter()


@pytest.fixture
def contact(participation: Participation, officer: User) -> Contact:
    facts = ContactFacts(last_name="Delattre", first_name="Inès", email="ines@tissages.example")
    return companies.add_contact(actor=officer, participation=participation, facts=facts)


@pytest.fixture
def manager(contact: Contact, officer: User) -> User:
    """The company's manager, who may act for it."""
    return companies.open_access(actor=officer, contact=contact, is_manager=True).user


@pytest.fixture
def manager_access(manager: User, programme: Programme) -> Access:
    return caller_access(manager, programme)


@pytest.fixture
def version(db: None) -> QuestionnaireVersion:
    """The test questionnaire, published and shared."""
    imported = services.import_questionnaire(actor=None, document=full_document())
    return services.publish_version(actor=None, version=imported)


@pytest.fixture
def definition(version: QuestionnaireVersion) -> Definition:
    return definition_of(version)


@pytest.fixture
def diagnostic(
    version: QuestionnaireVersion, participation: Participation, contact: Contact, officer: User
) -> Diagnostic:
    """An open diagnostic of the company."""
    return services.open_diagnostic(
        actor=officer, participation=participation, questionnaire=version.questionnaire, contact=contact
    )


def entries(**values: Any) -> dict[str, services.Entry]:
    """Stored values as entries to save."""
    return {code: services.Entry(value) for code, value in values.items()}


@pytest.fixture
def submitted(diagnostic: Diagnostic, manager: User) -> Diagnostic:
    """The same diagnostic, answered whole and handed in."""
    services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(**COMPLETE))
    return services.submit_diagnostic(actor=manager, diagnostic=diagnostic)


@pytest.fixture
def author(signed_in: Callable[[User], Client], officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def own(programme: Programme) -> QuestionnaireVersion:
    """A published questionnaire of the programme."""
    version = services.import_questionnaire(actor=None, document=full_document(), programme=programme)
    return services.publish_version(actor=None, version=version)


@pytest.fixture
def draft(own: QuestionnaireVersion) -> QuestionnaireVersion:
    return drafts.start_draft(actor=None, questionnaire=own.questionnaire)
