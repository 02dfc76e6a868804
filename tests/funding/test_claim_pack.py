"""The pack of a claim: what an auditor verifies with the zip alone."""

import hashlib
import io
import zipfile
from datetime import date

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from core import jobs
from core.errors import BusinessError
from core.models import Job, StoredFile
from funding import services
from funding.enums import ClaimPieceKind, EvidenceKind
from funding.selectors.claims import PackPiece
from funding.services.claim_packs import piece_name, request_pack
from tests.funding.factories import (
    NOW,
    PDF,
    TODAY,
    make_claim,
    make_paid,
    make_plan,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def claim(programme, officer, director):
    make_plan(programme)
    first = make_paid(programme, officer, director, amount=1_000_01, supplier="Société « Édifice » & Cie")
    services.add_evidence(
        actor=officer,
        expense=first,
        upload=upload("preuve.pdf", PDF + b"virement"),
        kind=EvidenceKind.PAYMENT,
    )
    make_paid(
        programme, officer, director, amount=200_00, axis=2, supplier="=cmd()", spent_on=date(2026, 2, 1)
    )
    claim = make_claim(programme.funders.get(is_state=True), officer)
    services.add_claim_piece(
        actor=officer, claim=claim, upload=upload("rib.pdf"), kind=ClaimPieceKind.BANK_DETAILS
    )
    return claim


def pack_of(claim, actor) -> zipfile.ZipFile:
    job = request_pack(actor=actor, claim=claim)
    jobs.drain()
    job.refresh_from_db()
    assert job.error == ""
    claim.refresh_from_db()
    with claim.pack.content.open() as stored:
        return zipfile.ZipFile(io.BytesIO(stored.read()))


def test_the_zip_alone_verifies_itself(claim, officer):
    with pack_of(claim, officer) as pack:
        assert pack.testzip() is None
        assert pack.namelist() == [
            "releve.pdf",
            "justificatifs/00001_1.1_societe-edifice-cie_2026-03-15.pdf",
            "justificatifs/00002_1.1_societe-edifice-cie_2026-03-15.pdf",
            "justificatifs/00003_2.1_cmd_2026-02-01.pdf",
            "pieces-demandees/01_releve-didentite-bancaire.pdf",
            "liste-des-pieces.xlsx",
            "LISEZ-MOI.txt",
            "MANIFESTE.sha256",
        ]
        told = dict(
            reversed(line.split("  ", 1)) for line in pack.read("MANIFESTE.sha256").decode().splitlines()
        )
        assert set(told) == set(pack.namelist()) - {"MANIFESTE.sha256"}
        assert all(hashlib.sha256(pack.read(name)).hexdigest() == digest for name, digest in told.items())
        assert pack.read("releve.pdf").startswith(b"%PDF")
        assert "sha256sum -c" in pack.read("LISEZ-MOI.txt").decode()
        book = CalamineWorkbook.from_filelike(io.BytesIO(pack.read("liste-des-pieces.xlsx")))
        shares, files = (book.get_sheet_by_index(tab).to_python(skip_empty_area=False)[1:] for tab in (0, 1))
        assert sum(round(row[12] * 100) for row in shares) == claim.gross_cents
        assert [row[3] for row in files] == pack.namelist()[1:4]
        assert [row[5] for row in files] == [told[name] for name in pack.namelist()[1:4]]
        whole = pack.fp.getvalue()
    assert claim.pack.sha256 == hashlib.sha256(whole).hexdigest()


def test_asking_twice_is_one_job_and_a_new_piece_another(claim, officer):
    first = request_pack(actor=officer, claim=claim)
    assert request_pack(actor=officer, claim=claim) == first
    pack_of(claim, officer)
    files = StoredFile.objects.count()
    services.add_claim_piece(
        actor=officer, claim=claim, upload=upload("cr.pdf", PDF + b"1"), kind=ClaimPieceKind.ACTIVITY_REPORT
    )
    with pack_of(claim, officer) as pack:
        assert "pieces-demandees/02_compte-rendu-dactivite.pdf" in pack.namelist()
    assert Job.objects.filter(name="funding.claim_pack").count() == 2
    # The piece is one more file; the new pack took the place of the former one.
    assert StoredFile.objects.count() == files + 1


def test_the_same_claim_gives_the_same_bytes(claim, officer):
    with pack_of(claim, officer):
        first = claim.pack.sha256
    Job.objects.filter(name="funding.claim_pack").delete()
    with pack_of(claim, officer):
        assert claim.pack.sha256 == first


def test_what_the_funder_holds_does_not_change(claim, officer, director):
    with pack_of(claim, officer):
        services.send_claim(actor=director, claim=claim, sent_on=TODAY, today=TODAY)
    with pytest.raises(BusinessError) as refusal:
        request_pack(actor=officer, claim=claim)
    assert refusal.value.code == "pack-sent"


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_evidence_that_is_not_what_was_received_stops_the_pack(claim, officer, damage):
    row = claim.shares.select_related("share__expense").first()
    stored = row.share.expense.evidence.first().file
    path = stored.content.path
    if damage == "missing":
        stored.content.storage.delete(stored.content.name)
    else:
        with open(path, "ab") as file:  # noqa: PTH123 -- an attacker writes behind the application
            file.write(b"x")
    job = request_pack(actor=officer, claim=claim)
    jobs.drain()
    job.refresh_from_db()
    assert "n’est plus le fichier reçu" in job.error
    claim.refresh_from_db()
    assert claim.pack is None


@pytest.mark.parametrize(
    ("supplier", "line", "name"),
    [
        ("../../etc/passwd", "2/../1", "etcpasswd"),
        ("", "", "fournisseur"),
        ("Ω≈ç√", "1.1", "c"),
        ("x" * 300, "1.1", "x" * 40),
    ],
)
def test_names_are_safe_whatever_was_typed(supplier, line, name):
    piece = PackPiece(StoredFile(name="A.PdF"), "invoice", 1, 1, line, supplier, date(2026, 3, 1))
    found = piece_name(7, piece)
    assert found.startswith("00007_")
    assert found.endswith(f"_{name}_2026-03-01.pdf")
    assert "/" not in found
    assert ".." not in found.replace("2..1", "")
