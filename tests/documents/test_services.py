"""Asking for documents, laying them out once, whatever happens in the middle."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from accounts.models import User
from core import jobs
from core.models import AuditEvent, Job, StoredFile
from core.registries import document_kinds
from documents import services
from documents.models import Document
from documents.rendering import render, render_html
from documents.services import complete_document
from notifications.enums import Topic
from notifications.models import Message
from notifications.services import choose
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


def test_a_lost_race_on_the_key_returns_the_winner(ask: Callable[..., Document]) -> None:
    winners: list[Document] = []

    def someone_asks_just_after_we_looked(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if 'WHERE "documents_document"."key" =' in sql and not winners:
            winners.append(Document())
            winners[0] = ask(key="token")
        return found

    with connection.execute_wrapper(someone_asks_just_after_we_looked):
        loser = ask(key="token")
    assert [loser] == winners == list(Document.objects.all())
    assert Job.objects.get().pk == loser.job_id


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


def test_an_attempt_that_dies_after_storing_its_files_leaves_one_document(
    ask: Callable[..., Document], run_jobs: Callable[[], int]
) -> None:
    document = ask()

    def lose_the_database_at_the_update(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "documents_document"'):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, *rest)

    with connection.execute_wrapper(lose_the_database_at_the_update):
        jobs.run(document.job_id, heartbeat=False)
    assert (Job.objects.get().status, StoredFile.objects.count()) == ("queued", 2)
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


@pytest.mark.parametrize(
    ("announced", "wanted", "told"), [(True, True, 1), (True, False, 0), (False, True, 0)]
)
def test_whoever_asked_is_told_once_that_it_is_ready_if_she_wants_it(
    ask: Callable[..., Document],
    officer: User,
    programme: Programme,
    monkeypatch: pytest.MonkeyPatch,
    announced: bool,
    wanted: bool,
    told: int,
) -> None:
    kind = replace(document_kinds.get("sample"), is_announced=announced)
    monkeypatch.setitem(document_kinds._entries, "sample", kind)
    if not wanted:
        choose(user=officer, programme=programme, muted={Topic.DOCUMENTS}, weekdays=range(5))
    document = ask(actor=officer)
    jobs.drain()
    rendered = render(Document.objects.get(pk=document.pk))
    complete_document(document=document, rendered=rendered)
    jobs.drain()
    sent = Message.objects.filter(template="document_ready")
    assert [message.email for message in sent] == [officer.email] * told
    if told:
        message = sent.get()
        assert f"/essai/documents/{document.pk}/" in message.body
        assert "en un clic" in message.body
