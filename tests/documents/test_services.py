"""Asking for documents, laying them out once, whatever happens in the middle."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from core import jobs
from core.models import AuditEvent, Job, StoredFile
from documents import services
from documents.models import Document
from documents.rendering import render, render_html
from programme.models import Axis, Programme

pytestmark = pytest.mark.django_db


def test_a_document_is_frozen_then_laid_out(
    ask: Callable[..., Document], run_jobs: Callable[[], int], programme: Programme
) -> None:
    document = ask(key="token")
    assert not document.is_ready
    assert document.snapshot["content"] == {
        "period_end": "2026-09-30",
        "rows": [
            {"label": "Étude <1>", "amount_cents": 123456},
            {"label": "=Formation", "amount_cents": 50},
        ],
    }
    assert run_jobs() == 1
    document.refresh_from_db()
    job = Job.objects.get(pk=document.job_id)
    assert (document.status, document.pages, job.status) == ("ready", 1, "done")
    assert job.result == {"url": f"/essai/documents/{document.pk}/", "label": "Ouvrir le document"}
    assert document.file.name == f"essai-d-un-rapport-{document.code}.pdf"
    assert [event.verb for event in AuditEvent.objects.filter(object_id=str(document.pk))] == [
        "document.requested"
    ]


def test_the_same_key_is_the_same_document(ask: Callable[..., Document]) -> None:
    first, second, other = ask(key="token"), ask(key="token"), ask(key="autre")
    assert first == second != other
    assert Job.objects.count() == 2


def test_a_lost_race_on_the_key_returns_the_winner(
    ask: Callable[..., Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    winner = ask(key="token")
    reads = iter([Document.objects.none(), Document.objects.filter(pk=winner.pk)])
    monkeypatch.setattr(Document.objects, "filter", lambda **_filters: next(reads))
    assert ask(key="token") == winner
    assert Job.objects.count() == 1


def test_unknown_kinds_and_subjects_are_refused(ask: Callable[..., Document], programme: Programme) -> None:
    with pytest.raises(LookupError, match="unknown document kind"):
        ask(kind="inconnu")
    with pytest.raises(LookupError, match="unknown document subject"):
        ask(subject=programme)


def test_the_pdf_is_tagged_readable_and_carries_its_figures(ask: Callable[..., Document]) -> None:
    rendered = render(ask())
    reader = PdfReader(io.BytesIO(rendered.pdf))
    text = reader.pages[0].extract_text()
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 -- a PDF boolean
    assert root["/Lang"] == "fr"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Essai d’un rapport – Programme d’essai – Hauts-de-France"
    for words in (
        "Étude <1>",
        "1 234,56 €".replace(" ", "\u202f", 1).replace(" ", "\u00a0"),
        "Données de démonstration",
        "page 1 sur 1",
    ):
        assert words in text
    assert '"amount_cents": 123456' in reader.attachments["donnees.json"][0].decode()


def test_the_workbook_holds_the_figures_and_runs_nothing(ask: Callable[..., Document]) -> None:
    rendered = render(ask())
    assert rendered.workbook is not None
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(rendered.workbook)).get_sheet_by_name("Dépenses")
    assert sheet.to_python() == [["Ligne", "Montant"], ["Étude <1>", 1234.56], ["=Formation", 0.5]]


def test_the_same_snapshot_gives_the_same_bytes_whatever_the_database_has_become(
    ask: Callable[..., Document], programme: Programme
) -> None:
    first = render(ask(key="token"))
    programme.name, programme.is_demonstration = "Un autre nom", False
    programme.save()
    Axis.objects.all().delete()
    again = render(Document.objects.get())
    assert (again.pdf == first.pdf, again.workbook == first.workbook) == (True, True)


def test_rendering_reads_the_snapshot_alone(
    ask: Callable[..., Document], django_assert_num_queries: Any
) -> None:
    document = Document.objects.get(pk=ask().pk)
    with django_assert_num_queries(0):
        html = render_html(document)
    assert "Étude &lt;1&gt;" in html


def test_an_attempt_that_dies_after_storing_the_file_leaves_one_document(
    ask: Callable[..., Document], run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = ask()
    real = services.complete_document

    def die_before_the_update(*, document: Document, rendered: Any) -> bool:
        services._keep(document, rendered.pdf, "pdf", services.PDF_TYPE)
        raise SystemError("killed")

    monkeypatch.setattr(services, "complete_document", die_before_the_update)
    jobs.run(document.job_id, heartbeat=False)
    assert (Job.objects.get().status, StoredFile.objects.count()) == ("queued", 1)
    monkeypatch.setattr(services, "complete_document", real)
    Job.objects.update(available_at=Job.objects.get().created_at)
    assert run_jobs() == 1
    document.refresh_from_db()
    assert document.is_ready
    assert StoredFile.objects.count() == 2  # one PDF, one workbook


def test_a_worker_killed_in_the_middle_leaves_a_lease_that_another_takes(
    ask: Callable[..., Document], run_jobs: Callable[[], int]
) -> None:
    document = ask()
    killed = jobs.claim(document.job_id)
    assert killed is not None
    killed.progress(30, "Mise en page")
    assert run_jobs() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert run_jobs() == 1
    document.refresh_from_db()
    assert document.is_ready
    assert (Job.objects.get().attempts, StoredFile.objects.count()) == (2, 2)
    assert killed.finish({}) is False


def test_a_worker_that_comes_second_changes_nothing(
    ask: Callable[..., Document], run_jobs: Callable[[], int]
) -> None:
    document = ask()
    late = render(document)
    run_jobs()
    before = Document.objects.values().get()
    altered = type(late)(pdf=late.pdf + b"\n", pages=9, workbook=late.workbook)
    assert services.complete_document(document=document, rendered=altered) is False
    assert Document.objects.values().get() == before
    assert StoredFile.objects.count() == 2


def test_the_job_done_twice_changes_nothing(
    ask: Callable[..., Document], run_jobs: Callable[[], int]
) -> None:
    ask()
    run_jobs()
    before = Document.objects.values().get()
    Job.objects.update(status="queued")
    assert run_jobs() == 1
    assert Document.objects.values().get() == before
    assert Job.objects.get().status == "done"


def test_a_period_is_read_back_as_a_date(ask: Callable[..., Document]) -> None:
    assert "30\u00a0septembre\u00a02026" in render_html(ask())
    assert date(2026, 9, 30).isoformat() in str(ask().snapshot)
