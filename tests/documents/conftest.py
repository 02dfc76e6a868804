"""A kind of document for these tests only, about axes of the programme, so that no other app is needed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.exports import Sheet
from core.money import euros
from core.registries import DocumentKind, document_kinds, document_subjects
from documents.models import Document
from documents.selectors import text_ids
from documents.services import request_document
from documents.snapshots import revive
from programme.models import Axis, Programme


@dataclass(frozen=True)
class Row:
    label: str
    amount_cents: int


@dataclass(frozen=True)
class Sample:
    period_end: date
    rows: tuple[Row, ...]


SAMPLE = Sample(date(2026, 9, 30), (Row("Étude <1>", 1_234_56), Row("=Formation", 50)))


def _tables(snapshot: dict[str, Any]) -> list[Sheet]:
    sample = revive(Sample, snapshot)
    return [
        Sheet("Dépenses", ("Ligne", "Montant"), [(row.label, euros(row.amount_cents)) for row in sample.rows])
    ]


@pytest.fixture(autouse=True)
def sample_kind(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register the kind and its subject for the time of a test."""
    templates = settings.TEMPLATES
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [*templates]
    kind = DocumentKind(
        label="Document d’essai",
        template="sample.html",
        schema=1,
        retention_years=1,
        prepare=lambda snapshot: {"sample": revive(Sample, snapshot)},
        tables=_tables,
        title_is_public=True,
    )
    monkeypatch.setitem(document_kinds._entries, "sample", kind)
    monkeypatch.setitem(document_subjects._entries, "axis", _axes_of)
    yield
    templates[0]["DIRS"].pop()


def _axes_of(access: Any) -> Any:
    """The first axis is shown to every company and advisor."""
    return text_ids(Axis.objects.filter(programme=access.programme, number=1))


@pytest.fixture
def ask(programme: Programme) -> Callable[..., Document]:
    """Ask for a sample document."""

    def request(**changes: Any) -> Document:
        wanted = {"kind": "sample", "programme": programme, "actor": None, "title": "Essai d’un rapport"}
        return request_document(**{**wanted, "context": SAMPLE, **changes})

    return request
