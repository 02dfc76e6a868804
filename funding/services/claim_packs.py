"""The pack of a claim: statement, list of vouchers, every piece of evidence, manifest; in constant memory.

The pack is written to a temporary file piece after piece, each read from the storage in small chunks: its
size is that of the evidence, memory is not.
"""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import IO, Any, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from core import files, jobs
from core.errors import BusinessError
from core.exports import Sheet, xlsx_bytes
from core.models import Job, StoredFile
from core.money import euros
from documents.models import Document
from documents.services import request_document
from funding.claim_contexts import CLAIM_STATEMENT, ClaimStatement
from funding.enums import ClaimedShareStatus, ClaimPieceKind, ClaimStatus, EvidenceKind
from funding.models import Claim, Evidence
from funding.selectors.claim_statement import claim_statement
from funding.selectors.claims import PackPiece, pack_pieces, voucher_rows
from funding.services.claims import locked_claim, record

MANIFEST = "MANIFESTE.sha256"
STATEMENT = "releve.pdf"
VOUCHERS = "liste-des-pieces.xlsx"
EVIDENCE = "justificatifs"
JOINED = "pieces-demandees"
Progress = Callable[[int, str], None]


@transaction.atomic
def request_pack(*, actor: User | None, claim: Claim) -> Job:
    """Ask a worker for the claim's pack. Nothing changed since the last request gives the same job.

    Raises ``BusinessError`` once the claim was sent with its pack: what the funder holds does not change.
    """
    fresh = locked_claim(claim)
    if fresh.pack_id and fresh.status != ClaimStatus.PREPARED:
        raise BusinessError(
            _("L’appel est parti avec son dossier\u00a0: il ne se refait plus."), code="pack-sent"
        )
    job = jobs.enqueue(
        "funding.claim_pack",
        key=f"claim-pack-{fresh.pk}-{_fingerprint(fresh)}",
        label=_("Dossier de l’appel %(number)s") % {"number": str(fresh)},
        programme_id=fresh.programme_id,
        actor=actor,
        claim_id=fresh.pk,
    )
    if fresh.pack_job_id != job.pk:
        fresh.pack_job_id = job.pk
        fresh.save(update_fields=["pack_job_id"])
    return job


def _fingerprint(claim: Claim) -> str:
    """A word that changes whenever the pack would: amounts, pieces joined, evidence."""
    digest = hashlib.sha256(
        repr((claim.status, claim.gross_cents, claim.imputed_cents, claim.payable_cents)).encode()
    )
    for sha256 in claim.pieces.order_by("pk").values_list("file__sha256", flat=True):
        digest.update(sha256.encode())
    evidence = Evidence.objects.filter(expense__shares__claimed__claim=claim).order_by("pk")
    for sha256 in evidence.values_list("file__sha256", flat=True).iterator():
        digest.update(sha256.encode())
    return digest.hexdigest()[:32]


@transaction.atomic
def request_statement(*, actor: User | None, claim: Claim) -> Document:
    """Ask for the statement of a claim, its figures frozen now. The same figures give the same document."""
    context: ClaimStatement = claim_statement(claim)
    fingerprint = hashlib.sha256(repr(context).encode()).hexdigest()[:32]
    document = request_document(
        kind=CLAIM_STATEMENT,
        programme=claim.programme,
        actor=actor,
        title=_("Appel de fonds %(number)s – %(funder)s")
        % {"number": str(claim), "funder": claim.funder.short_name},
        context=context,
        subject=claim,
        is_final=True,
        key=f"{claim.pk}-{fingerprint}",
    )
    if claim.document_id != document.pk:
        Claim.objects.filter(pk=claim.pk).update(document_id=document.pk)
        claim.document_id = document.pk
    return document


def build_pack(*, actor: User | None, claim: Claim, document: Document, progress: Progress) -> Claim:
    """Write the pack and keep it; done again, it replaces the former one.

    ``document`` is the statement, laid out. Raises ``BusinessError`` when a stored file is missing or is
    no longer what was received. Side effects: one stored file, one audit event.
    """
    with tempfile.TemporaryFile() as target:
        count = _write(claim, document, target, progress)
        progress(95, _("Enregistrement"))
        stored = files.store_stream(
            target,
            name=f"appel-{str(claim).lower()}-{slugify(claim.funder.short_name)}.zip",
            content_type="application/zip",
            programme_id=claim.programme_id,
            actor=actor,
        )
    return _keep(actor, claim, stored, count)


@transaction.atomic
def _keep(actor: User | None, claim: Claim, stored: StoredFile, count: int) -> Claim:
    fresh = locked_claim(claim)
    former = fresh.pack
    if former is not None and fresh.status != ClaimStatus.PREPARED:
        # It left with the former pack while this one was being written.
        files.discard(stored)
        return fresh
    fresh.pack = stored
    fresh.save(update_fields=["pack", "updated_at"])
    if former is not None:
        files.discard(former)
    record(actor, fresh, "claim.pack_made", "", files=count, sha256=stored.sha256, size=stored.size)
    return fresh


class _Pack:
    """A zip being written, and the manifest that grows with it on disk."""

    def __init__(self, target: BinaryIO, moment: tuple[int, int, int, int, int, int], manifest: IO[bytes]):
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.moment, self.manifest, self.count = moment, manifest, 0

    def add(self, name: str, chunks: Iterator[bytes] | list[bytes]) -> str:
        """Write one file from its pieces; its SHA-256."""
        info = zipfile.ZipInfo(name, self.moment)
        info.external_attr = 0o644 << 16
        digest = hashlib.sha256()
        with self.zip.open(info, "w", force_zip64=True) as entry:
            for chunk in chunks:
                digest.update(chunk)
                entry.write(chunk)
        self.manifest.write(f"{digest.hexdigest()}  {name}\n".encode())
        self.count += 1
        return digest.hexdigest()

    def add_stored(self, name: str, stored: StoredFile) -> str:
        """Write a stored file, and refuse it when it is not what was received."""
        try:
            with stored.content.open("rb") as source:
                found = self.add(name, iter(lambda: source.read(files.PIECE_BYTES), b""))
        except FileNotFoundError as error:
            raise _damaged(stored) from error
        if found != stored.sha256:
            raise _damaged(stored)
        return found

    def close(self) -> None:
        """End with the manifest, which names every other file."""
        self.manifest.seek(0)
        info = zipfile.ZipInfo(MANIFEST, self.moment)
        info.external_attr = 0o644 << 16
        with self.zip.open(info, "w") as entry:
            while chunk := self.manifest.read(files.PIECE_BYTES):
                entry.write(chunk)
        self.zip.close()


def _damaged(stored: StoredFile) -> BusinessError:
    return BusinessError(
        _(
            "«\u00a0%(name)s\u00a0» manque ou n’est plus le fichier reçu\u00a0: déposez-le de nouveau "
            "sur la dépense."
        )
        % {"name": stored.name},
        code="file-damaged",
    )


def _write(claim: Claim, document: Document, target: BinaryIO, progress: Progress) -> int:
    made = claim.created_at
    moment = (made.year, made.month, made.day, made.hour, made.minute, made.second)
    # Rows of the voucher list wait on disk until the evidence is written, since they carry its names.
    with tempfile.TemporaryFile() as manifest, tempfile.TemporaryFile("w+", encoding="utf-8") as names:
        pack = _Pack(target, moment, manifest)
        try:
            _fill(pack, claim, document, names, progress)
        finally:
            # Closed here even when a file is damaged: the zip would outlive the file it is written to.
            pack.close()
        return pack.count


def _fill(pack: _Pack, claim: Claim, document: Document, names: IO[str], progress: Progress) -> None:
    """Statement, evidence, pieces asked for, list of vouchers, explanation: the manifest follows."""
    if document.file is not None:
        pack.add_stored(STATEMENT, document.file)
    progress(10, _("Justificatifs"))
    total = max(1, claim.shares.count())
    for number, piece in enumerate(pack_pieces(claim), start=1):
        name = f"{EVIDENCE}/{piece_name(number, piece)}"
        digest = pack.add_stored(name, piece.file)
        names.write("\t".join(_file_cells(number, name, digest, piece)) + "\n")
        if number % 50 == 0:
            percent = min(85, 10 + 75 * piece.rank // total)
            progress(percent, _("Justificatifs\u00a0: %(n)d écrits") % {"n": number})
    for number, joined in enumerate(claim.pieces.select_related("file"), start=1):
        label = slugify(ClaimPieceKind(joined.kind).label)[:40]
        name = f"{JOINED}/{number:02d}_{label}{_extension(joined.file.name)}"
        pack.add_stored(name, joined.file)
    progress(88, _("Liste des pièces"))
    names.seek(0)
    pack.add(VOUCHERS, [xlsx_bytes(voucher_sheets(claim, names), created=claim.created_at)])
    pack.add("LISEZ-MOI.txt", [_readme(claim, document).encode()])


def piece_name(number: int, piece: PackPiece) -> str:
    """``00012_2.1_cabinet-orchivelin_2026-03-15.pdf``: a name that no file system refuses."""
    supplier = slugify(piece.supplier)[:40].strip("-") or "fournisseur"
    line = "".join(letter for letter in piece.line_code if letter.isalnum() or letter in ".-") or "ligne"
    return f"{number:05d}_{line}_{supplier}_{piece.spent_on.isoformat()}{_extension(piece.file.name)}"


def _extension(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    return suffix if suffix in files.EVIDENCE_TYPES else ".bin"


def _file_cells(number: int, name: str, digest: str, piece: PackPiece) -> list[str]:
    kind = str(EvidenceKind(piece.kind).label)
    return [f"{number:05d}", f"D{piece.expense_number:05d}", kind, name, str(piece.file.size), digest]


def voucher_sheets(claim: Claim, files_list: Iterator[str] | IO[str] | None = None) -> list[Sheet]:
    """The list of vouchers of a claim; with ``files_list``, the files of the pack on a second sheet."""

    def shares() -> Iterator[list[Any]]:
        for row in voucher_rows(claim):
            yield [
                row.rank,
                row.number,
                row.spent_on,
                row.paid_on,
                row.line_code,
                row.line_label,
                row.account,
                row.supplier,
                row.invoice_number,
                row.label,
                euros(row.amount_cents),
                euros(row.eligible_cents),
                euros(row.share_cents),
                str(ClaimedShareStatus(row.status).label),
                row.reason,
            ]

    columns = [
        _("Rang"),
        _("Dépense"),
        _("Date"),
        _("Payée le"),
        _("Code de ligne"),
        _("Ligne"),
        _("Compte"),
        _("Fournisseur"),
        _("Facture"),
        _("Objet"),
        _("Montant"),
        _("Éligible"),
        _("Part appelée"),
        _("État de la part"),
        _("Motif du rejet"),
    ]
    sheets = [Sheet(_("Dépenses"), columns, shares())]
    if files_list is not None:
        named = [_("Pièce"), _("Dépense"), _("Nature"), _("Fichier"), _("Octets"), "SHA-256"]
        sheets.append(Sheet(_("Fichiers"), named, _file_rows(files_list)))
    return sheets


def _file_rows(lines: Iterator[str] | IO[str]) -> Iterator[list[Any]]:
    for line in lines:
        number, expense, kind, name, size, digest = line.rstrip("\n").split("\t")
        yield [number, expense, kind, name, int(size), digest]


def _readme(claim: Claim, document: Document) -> str:
    return _(
        "Dossier de l’appel de fonds %(number)s\n\n"
        "%(statement)s\u00a0: le relevé, dont le code de vérification est %(code)s.\n"
        "%(vouchers)s\u00a0: les dépenses appelées, et chaque fichier avec la dépense qu’il justifie.\n"
        "%(evidence)s/\u00a0: les justificatifs, nommés NNNNN_ligne_fournisseur_date.\n"
        "%(manifest)s\u00a0: l’empreinte SHA-256 de chaque fichier.\n\n"
        "Pour vérifier\u00a0: sha256sum -c %(manifest)s\n"
    ) % {
        "number": str(claim),
        "statement": STATEMENT,
        "vouchers": VOUCHERS,
        "evidence": EVIDENCE,
        "manifest": MANIFEST,
        "code": document.code,
    }


def ready_statement(document_id: UUID) -> Document:
    """The statement with its file. Raises ``LookupError`` while nobody has laid it out."""
    document: Document = Document.objects.select_related("file", "programme").get(pk=document_id)
    if not document.is_ready:
        raise LookupError("the statement is not laid out yet")
    return document
