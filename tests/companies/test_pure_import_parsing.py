import contextlib
import csv
import io
import json
import struct
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from companies import import_parsing, import_xlsx
from companies.faults import FileFaultCode, FileFaultError
from companies.import_parsing import Field, RawRow, RegisterFile, Table, parse_file
from companies.import_xlsx import column_letters, column_number
from tests.companies.samples import SIRET, repack, workbook

HEADINGS = ["SIRET", "Raison sociale", "Commune"]
ROW = [SIRET, "Ateliers imaginés", "Douai"]

LIMIT = 1024 * 1024


def fault(data: bytes) -> tuple[FileFaultCode, str, str]:
    with pytest.raises(FileFaultError) as caught:
        parse_file(data, max_bytes=LIMIT)
    return caught.value.code, caught.value.place, caught.value.detail


def csv_text(*rows: list[str], separator: str = ";") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue()


def table(data: bytes) -> Table:
    parsed = parse_file(data, max_bytes=LIMIT)
    assert isinstance(parsed, Table)
    return parsed


EXPECTED = RawRow(2, {Field.SIRET: SIRET, Field.NAME: "Ateliers imaginés", Field.CITY: "Douai"})


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "mac_roman", "cp850"])
def test_every_usual_csv_reads_the_same(separator: str, encoding: str) -> None:
    data = csv_text(HEADINGS, ROW, separator=separator).encode(encoding)
    assert table(data) == Table(
        headings={Field.SIRET: "SIRET", Field.NAME: "Raison sociale", Field.CITY: "Commune"},
        ignored=(),
        rows=(EXPECTED,),
    )


def test_headings_are_found_below_a_title_and_whatever_their_writing() -> None:
    data = csv_text(
        ["Liste du 3 mars", "", ""],
        [],
        ["N° SIRET", "DÉNOMINATION", "Ville", "Observations"],
        [],
        [SIRET, "Ateliers imaginés", "Douai", "à rappeler"],
    ).encode()
    found = table(data)
    assert found.ignored == ("Observations",)
    assert [(row.number, row.cells) for row in found.rows] == [(5, EXPECTED.cells)]


def test_cells_beyond_the_headings_are_counted_and_short_rows_accepted() -> None:
    data = csv_text(HEADINGS, [*ROW, "x", "y"], ROW[:2]).encode()
    assert [(row.overflow, len(row.cells)) for row in table(data).rows] == [(2, 3), (0, 2)]


def test_excel_text_idiom_and_export_guards_are_undone() -> None:
    data = f'SIRET;Raison sociale\n="{SIRET}";\'=Ateliers\n'.encode()
    (row,) = table(data).rows
    assert row.cells == {Field.SIRET: SIRET, Field.NAME: "=Ateliers"}


def test_xlsx_reads_like_csv_and_tells_numbers() -> None:
    found = table(workbook([HEADINGS, ROW, [99900424200028, "Autre", None]]))
    assert found.sheet == "Entreprises"
    assert found.rows == (
        EXPECTED,
        RawRow(
            3,
            {Field.SIRET: "99900424200028", Field.NAME: "Autre", Field.CITY: ""},
            numbers=frozenset({Field.SIRET}),
        ),
    )


def test_register_json_is_handed_over() -> None:
    payload = {"searchTerms": "x", "result": {"results": []}}
    assert parse_file(json.dumps(payload).encode("utf-8-sig"), max_bytes=LIMIT) == RegisterFile(payload)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (FileFaultCode.EMPTY, "", "")),
        (b"\xef\xbb\xbf \r\n\t", (FileFaultCode.EMPTY, "", "")),
        (b"%PDF-1.7 ...", (FileFaultCode.NOT_A_TABLE, "", "")),
        (b"\x89PNG\r\n\x1a\n\0\0\0", (FileFaultCode.NOT_A_TABLE, "", "")),
        (b"SIRET;Nom\0;x", (FileFaultCode.NOT_A_TABLE, "", "")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), (FileFaultCode.OLD_EXCEL, "", "")),
        (b"PK\x03\x04 broken", (FileFaultCode.ARCHIVE_BROKEN, "", "")),
        (b'{"results": [\n}', (FileFaultCode.JSON_BROKEN, "2", "1")),
        (b'{"nom": "caf\xe9"}', (FileFaultCode.ENCODING, "1", "")),
        (b"[" * 200_000, (FileFaultCode.JSON_NOT_REGISTER, "", "")),
        (b"a;b;c\n1;2;3", (FileFaultCode.HEADING_MISSING, "", "a, b, c")),
        (b"SIRET;Ville\n1;2", (FileFaultCode.COLUMN_MISSING, "name", "SIRET, Ville")),
        (b"Nom;Ville\n1;2", (FileFaultCode.COLUMN_MISSING, "siret", "Nom, Ville")),
        (b"SIRET;Nom;Entreprise\n1;2;3", (FileFaultCode.COLUMN_TWICE, "Nom", "Entreprise")),
        (b"SIRET;Nom\n;\n", (FileFaultCode.NO_ROWS, "", "")),
        (b"SIRET;Nom\n1;=1+1\n", (FileFaultCode.FORMULA, "2", "2")),
        (b'SIRET;Nom\n1;a\n2;"b\n3;c\n', (FileFaultCode.CSV_QUOTES, "3", "")),
        (b'SIRET;Nom\n1;"a"b\n', (FileFaultCode.CSV_QUOTES, "2", "")),
        ("SIRET;Nom\n1;é\n2;".encode() + b"\xe9t\xe9", (FileFaultCode.ENCODING_MIXED, "3", "")),
        (b"SIRET;Nom\n1;a\n2;\x81\xf0\xfe", (FileFaultCode.ENCODING, "3", "")),
    ],
)
def test_faults_of_a_whole_file_name_the_place(data: bytes, expected: tuple[FileFaultCode, str, str]) -> None:
    assert fault(data) == expected


def test_too_large_is_refused_before_reading() -> None:
    assert fault(b"x" * (LIMIT + 1)) == (FileFaultCode.TOO_LARGE, "", "1")


def test_too_many_rows_and_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_parsing, "MAX_ROWS", 30)
    monkeypatch.setattr(import_parsing, "MAX_COLUMNS", 5)
    long = csv_text(HEADINGS, *[ROW] * 31).encode()
    assert fault(long) == (FileFaultCode.TOO_MANY_ROWS, "32", "30")
    assert fault(csv_text(HEADINGS, ROW * 2).encode()) == (FileFaultCode.TOO_MANY_COLUMNS, "2", "5")
    assert len(table(csv_text(HEADINGS, *[ROW] * 30).encode()).rows) == 30


def test_a_formula_is_refused_with_its_cell() -> None:
    assert fault(workbook([HEADINGS, ROW, [SIRET, '=CONCAT("a";"b")', ""]])) == (
        FileFaultCode.FORMULA,
        "Entreprises!B3",
        "",
    )


def test_a_hidden_first_sheet_is_skipped() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        hidden = book.add_worksheet("Listes")
        hidden.write_row(0, 0, ["=1+1", "x"])
        book.add_worksheet("Entreprises").write_row(0, 0, HEADINGS)
        book.worksheets()[1].write_row(1, 0, ROW)
        book.worksheets()[1].activate()
        book.worksheets()[1].set_first_sheet()
        hidden.hide()
    assert table(stream.getvalue()).rows == (EXPECTED,)


def test_a_stray_far_cell_does_not_stretch_the_table() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("Feuil1")
        page.write_row(0, 0, HEADINGS)
        page.write(1_048_575, 0, "x")
        page.write(1, 16_383, "x")
    assert fault(stream.getvalue())[:2] == (FileFaultCode.TOO_MANY_COLUMNS, "Feuil1!XFD2")


def test_zip_that_is_no_workbook() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("photo.txt", "x")
    assert fault(stream.getvalue()) == (FileFaultCode.NOT_A_TABLE, "", "")


def test_declared_size_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_xlsx, "MAX_UNPACKED_BYTES", 100_000)
    bomb = repack(workbook([HEADINGS, ROW]), {"xl/media/zero.bin": bytes(200_000)})
    assert fault(bomb) == (FileFaultCode.ARCHIVE_BOMB, "", "")


def test_actual_size_beyond_the_declared_one() -> None:
    data = bytearray(repack(workbook([HEADINGS, ROW]), {"xl/media/zero.bin": bytes(5_000_000)}))
    # The central directory and the local header both claim ten bytes.
    true_size = struct.pack("<I", 5_000_000)
    while (at := bytes(data).find(true_size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 10)
    assert fault(bytes(data)) == (FileFaultCode.ARCHIVE_BOMB, "", "xl/media/zero.bin")


def test_many_cells_sharing_one_long_string(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_xlsx, "MAX_TEXT_CHARACTERS", 50_000)
    rows = [HEADINGS, *([SIRET, "x" * 30_000, ""] for _ in range(3))]
    assert fault(workbook(rows)) == (FileFaultCode.ARCHIVE_BOMB, "Entreprises!B3", "")


def test_entities_and_broken_parts_are_refused() -> None:
    sound = workbook([HEADINGS, ROW])
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>'
    sheet = "xl/worksheets/sheet1.xml"
    assert [
        fault(repack(sound, {"xl/sharedStrings.xml": laughs})),
        fault(repack(sound, {sheet: b"<worksheet><row>"})),
        fault(repack(sound, {"xl/_rels/workbook.xml.rels": b"<Relationships/>"})),
    ] == [
        (FileFaultCode.WORKBOOK_BROKEN, "", "xl/sharedStrings.xml"),
        (FileFaultCode.WORKBOOK_BROKEN, "", sheet),
        (FileFaultCode.WORKBOOK_BROKEN, "", "xl/workbook.xml"),
    ]


@given(st.integers(1, 16_384))
def test_column_letters_round_trip(number: int) -> None:
    assert column_number(column_letters(number)) == number


WORD = st.text(st.characters(codec="cp1252", categories=("L", "N")), min_size=1, max_size=12)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(WORD, WORD), min_size=1, max_size=8),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_whatever_is_written_comes_back(rows: list[tuple[str, str]], separator: str, encoding: str) -> None:
    data = csv_text(HEADINGS[:2], *[list(row) for row in rows], separator=separator).encode(encoding)
    assert [(row.text(Field.SIRET), row.text(Field.NAME)) for row in table(data).rows] == [
        ("".join(a.split()), "".join(b.split())) for a, b in rows
    ]


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.binary(max_size=300).map(lambda tail: b"SIRET;Nom\n" + tail))
def test_any_bytes_give_a_table_or_a_named_fault(data: bytes) -> None:
    with contextlib.suppress(FileFaultError):
        parse_file(data, max_bytes=LIMIT)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_workbook_never_breaks_reading(data: st.DataObject) -> None:
    whole = bytearray(SOUND)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FileFaultError):
        parse_file(bytes(whole), max_bytes=LIMIT)


SOUND = workbook([HEADINGS, ROW])
