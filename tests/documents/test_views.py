"""Pages of documents: who may open what, progress, downloads, sharing, public verification."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core.models import AuditEvent, Job
from documents.models import Document
from documents.search import find_documents
from programme.access import Access
from programme.enums import Role
from programme.models import Axis, Programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(ask: Callable[..., Document], run_jobs: Callable[[], int], programme: Programme) -> Document:
    """A document about the first axis, ready."""
    document = ask(subject=Axis.objects.get(programme=programme, number=1))
    run_jobs()
    document.refresh_from_db()
    return document


def _release(response: Any) -> None:
    """Close the file that is served, without the signal by which Django closes the test's connection."""
    for closer in response._resource_closers:
        closer()


def _status(client: Client, path: str) -> int:
    response = client.get(path)
    _release(response)
    return int(response.status_code)


def _bytes(client: Client, path: str) -> bytes:
    response = client.get(path)
    content = response.getvalue()
    _release(response)
    return bytes(content)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.DIRECTOR, 200),
        (Role.OFFICER, 200),
        (Role.ADVISOR, 200),
        (Role.TRAINER, 200),
        (Role.COMPANY, 200),
        (Role.FUNDER, 404),
    ],
)
def test_who_reads_a_document_about_a_row(
    role: Role,
    expected: int,
    ready: Document,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    client = signed_in(make_user("lectrice", role))
    for page in ("", "pdf/", "donnees/"):
        assert _status(client, f"/essai/documents/{ready.pk}/{page}") == expected


def test_funders_read_what_is_made_for_them_once_ready(
    ask: Callable[..., Document],
    run_jobs: Callable[[], int],
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    document = ask(for_funders=True)
    client = signed_in(make_user("financeur", Role.FUNDER))
    assert _status(client, f"/essai/documents/{document.pk}/") == 404
    run_jobs()
    response = client.get(f"/essai/documents/{document.pk}/pdf/")
    assert response.getvalue().startswith(b"%PDF-1.7")
    _release(response)
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''essai-d-un-rapport-")


def test_another_subject_or_programme_is_not_found(
    ask: Callable[..., Document],
    programme: Programme,
    other_programme: Programme,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    unseen = ask(subject=Axis.objects.get(programme=programme, number=2))
    bare = ask()
    company = signed_in(make_user("gerante", Role.COMPANY))
    neighbour = signed_in(make_user("voisine", Role.DIRECTOR, in_programme=other_programme))
    assert [_status(company, f"/essai/documents/{pk}/") for pk in (unseen.pk, bare.pk)] == [404, 404]
    assert _status(neighbour, f"/voisin/documents/{unseen.pk}/") == 404
    assert _status(neighbour, f"/essai/documents/{unseen.pk}/") == 403
    assert Client().get(f"/essai/documents/{unseen.pk}/").status_code == 302


def test_a_document_in_preparation_shows_its_progress_then_its_files(
    ask: Callable[..., Document],
    run_jobs: Callable[[], int],
    director: User,
    signed_in: Callable[[User], Client],
) -> None:
    document = ask()
    client, path = signed_in(director), f"/essai/documents/{document.pk}/"
    Job.objects.update(status="running", percent=30, step="Mise en page")
    waiting = client.get(path).content.decode()
    assert 'hx-trigger="every 1s"' in waiting
    assert "30 % · Mise en page" in waiting
    assert client.get(f"{path}pdf/").status_code == 404
    Job.objects.update(status="queued")
    run_jobs()
    fragment = client.get(path, headers={"HX-Request": "true", "HX-Target": "document"}).content.decode()
    assert "<html" not in fragment
    assert "every 1s" not in fragment
    assert f"{path}pdf/" in fragment


def test_an_abandoned_document_says_so_and_can_be_tried_again(
    ask: Callable[..., Document], director: User, signed_in: Callable[[User], Client]
) -> None:
    document = ask()
    Job.objects.update(status="abandoned", attempts=5, error="ValueError: secret")
    page = signed_in(director).get(f"/essai/documents/{document.pk}/").content.decode()
    assert "secret" not in page
    assert str(document.job_id)[:12] in page
    assert f"/essai/travaux/{document.job_id}/relancer/" in page


def test_the_progress_page_of_the_job_leads_to_the_document(
    ready: Document, director: User, signed_in: Callable[[User], Client]
) -> None:
    page = signed_in(director).get(f"/essai/travaux/{ready.job_id}/").content.decode()
    assert f'href="/essai/documents/{ready.pk}/"' in page


def test_sharing_is_for_the_office_audited_and_expires(
    ready: Document,
    director: User,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    path = f"/essai/documents/{ready.pk}/partager/"
    assert signed_in(make_user("gerante", Role.COMPANY)).post(path).status_code == 403
    response = signed_in(director).post(path)
    address = response.context["shared_url"].removeprefix("http://localhost:8000")
    assert AuditEvent.objects.filter(verb="document.shared", actor=director).count() == 1
    assert _bytes(Client(), address).startswith(b"%PDF")
    assert Client().get(address[:-3] + "x/").status_code == 410
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert Client().get(address).status_code == 410


def test_the_company_sees_its_documents_in_constant_queries(
    ask: Callable[..., Document],
    programme: Programme,
    run_jobs: Callable[[], int],
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
    count_queries: Callable[..., Any],
) -> None:
    axis = Axis.objects.get(programme=programme, number=1)
    client = signed_in(make_user("gerante", Role.COMPANY))
    path = "/essai/espace/documents/"
    assert "Pas encore de document" in client.get(path).content.decode()
    counts = []
    for wanted in (1, 3):
        while Document.objects.count() < wanted:
            ask(subject=axis)
        with count_queries() as queries:
            page = client.get(path).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert page.count("Essai d’un rapport") == 3


def test_verification_says_what_is_known_to_anybody(ready: Document) -> None:
    page = Client().get(f"/verifier/{ready.code}/").content.decode()
    for words in ("Essai d’un rapport", "Programme d’essai", ready.file.sha256, "1 page", "démonstration"):
        assert words in page
    typed = Client().get("/verifier/", {"code": f" {ready.code[:5].lower()} {ready.code[5:]}"})
    assert typed["Location"] == f"/verifier/{ready.code}/"


def test_verification_never_prints_a_title_that_may_name_somebody(
    ready: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from core.registries import document_kinds

    closed = replace(document_kinds.get("sample"), title_is_public=False)
    monkeypatch.setitem(document_kinds._entries, "sample", closed)
    page = Client().get(f"/verifier/{ready.code}/").content.decode()
    assert "Essai d’un rapport" not in page
    assert "Document d’essai" in page


def test_a_given_file_is_compared_and_not_kept(ready: Document) -> None:
    client = Client(enforce_csrf_checks=True)
    path = f"/verifier/{ready.code}/"
    with ready.file.content.open("rb") as stored:
        original = stored.read()
    same = client.post(path, {"fichier": SimpleUploadedFile("a.pdf", original)})
    changed = client.post(path, {"fichier": SimpleUploadedFile("a.pdf", original + b"\n")})
    missing = client.post(path)
    assert "Ce fichier est l’original" in same.content.decode()
    assert "n’est pas l’original" in changed.content.decode()
    assert (same.status_code, changed.status_code, missing.status_code) == (200, 200, 400)


def test_a_file_too_large_is_refused(ready: Document, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    big = SimpleUploadedFile("a.pdf", b"x" * (1024 * 1024 + 1))
    response = Client().post(f"/verifier/{ready.code}/", {"fichier": big})
    assert response.status_code == 400
    assert "plus de 1 Mo" in response.content.decode()


def test_documents_are_found_by_title_with_the_day_local_clocks_showed(
    ask: Callable[..., Document], make_access: Callable[..., Access]
) -> None:
    document = ask()
    Document.objects.filter(pk=document.pk).update(created_at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    (hit,) = find_documents(make_access("ada", Role.OFFICER), "essai", 5)
    assert hit.detail == "Document d’essai · 1er\u00a0juillet\u00a02026"


def test_an_unknown_code_has_a_clear_answer(db: None) -> None:
    response = Client().get("/verifier/ABCDEFGHJK/")
    assert response.status_code == 404
    assert "Aucun document ne porte ce code" in response.content.decode()
    assert Client().get("/verifier/").status_code == 200


def test_a_document_not_yet_made_is_known_but_has_no_hash(ask: Callable[..., Document]) -> None:
    page = Client().get(f"/verifier/{ask().code}/").content.decode()
    assert "Pas encore de fichier" in page
    assert "SHA-256" not in page
    given = {"fichier": SimpleUploadedFile("a.pdf", b"%PDF-1.7")}
    assert "n’est pas l’original" not in Client().post(f"/verifier/{ask().code}/", given).content.decode()
