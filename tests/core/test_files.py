"""Uploads are judged by their content; exports never run in a spreadsheet."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from core import files
from core.errors import BusinessError
from core.exports import Sheet, csv_lines, xlsx_bytes

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.mark.django_db
def test_a_true_pdf_is_kept_under_its_hash() -> None:
    stored = files.store_upload(SimpleUploadedFile("facture.pdf", PDF), programme_id=1, actor=None)
    assert (stored.content_type, stored.size, len(stored.sha256)) == ("application/pdf", len(PDF), 64)
    response = files.serve(stored)
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''facture.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content) == PDF
    response.close()


@pytest.mark.django_db
def test_a_file_the_storage_has_lost_is_named() -> None:
    stored = files.store_upload(SimpleUploadedFile("facture.pdf", PDF), programme_id=1, actor=None)
    stored.content.storage.delete(stored.content.name)
    with pytest.raises(BusinessError, match=r"facture\.pdf") as refusal:
        files.serve(stored)
    assert str(stored.pk)[:12] in refusal.value.message


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("facture.exe", PDF, "file-type"),
        ("facture.pdf", b"", "file-empty"),
        ("facture.pdf", b"<html>bonjour</html>" * 10, "file-content"),
        ("photo.png", PDF, "file-content"),
    ],
)
def test_lying_files_are_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(BusinessError) as refusal:
        files.check_upload(SimpleUploadedFile(name, content))
    assert refusal.value.code == code
    assert name in refusal.value.message


def test_too_large_is_refused_with_the_limit(settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20  # type: ignore[attr-defined]
    with pytest.raises(BusinessError, match="1 Mo"):
        files.check_upload(SimpleUploadedFile("facture.pdf", PDF + b" " * 2**20))


def test_exports_neutralise_what_people_typed() -> None:
    rows = [("=CMD()", Decimal("-12.30"), date(2026, 1, 2), -3), ("+33", None, None, 1)]
    text = "".join(csv_lines(Sheet("Essai", ("Nom", "Montant", "Jour", "Écart"), rows)))
    assert text == "\ufeffNom;Montant;Jour;Écart\r\n'=CMD();-12,30;2026-01-02;-3\r\n'+33;;;1\r\n"


# Half past eleven in the evening in London is the next day in Paris.
LATE = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


def test_moments_are_exported_as_local_clocks_show_them() -> None:
    sheet = Sheet("Essai", ("Quand",), [(LATE,)])
    assert "".join(csv_lines(sheet)).endswith("2026-07-01 00:30\r\n")
    read = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes([sheet]))).get_sheet_by_index(0).to_python()
    assert read[1] == [datetime(2026, 7, 1, 0, 30, tzinfo=UTC).replace(tzinfo=None)]


def test_the_same_rows_give_the_same_workbook() -> None:
    created = datetime(2026, 1, 2, tzinfo=UTC)
    sheet = Sheet("Dépenses", ("Nom", "Montant"), [("=1+1", Decimal("10.05"))])
    content = xlsx_bytes([sheet], created=created)
    assert content == xlsx_bytes([sheet], created=created)
    read = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert read == [["Nom", "Montant"], ["=1+1", 10.05]]
