"""From the bytes of a file to rows under known columns.

Three kinds of file are read: CSV, XLSX, and the public register's JSON. The
kind is decided by content, never by the file's name. A file that cannot be
read whole is refused whole, with the place where reading stopped.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from companies.faults import FileFaultCode, FileFaultError
from companies.gazetteer import fold
from companies.import_csv import read_rows
from companies.import_xlsx import read_sheet
from companies.texts import tidy

MAX_ROWS = 50_000
MAX_COLUMNS = 200
_HEADING_SEARCH = 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"<!DOCTYPE", b"<html")


class Field(StrEnum):
    """What a column of a file may hold."""

    SIRET = "siret"
    NAME = "name"
    TRADE_NAME = "trade_name"
    ADDRESS = "address"
    POSTAL_CODE = "postal_code"
    CITY = "city"
    COMMUNE_CODE = "commune_code"
    NAF_CODE = "naf_code"
    WORKFORCE = "workforce"
    WORKFORCE_BAND = "workforce_band"
    LEGAL_CATEGORY = "legal_category"
    STAGE = "stage"
    ADVISOR_EMAIL = "advisor_email"
    CONTACT_FIRST_NAME = "contact_first_name"
    CONTACT_LAST_NAME = "contact_last_name"
    CONTACT_EMAIL = "contact_email"
    CONTACT_PHONE = "contact_phone"
    CONTACT_POSITION = "contact_position"


REQUIRED = (Field.SIRET, Field.NAME)

_ALIASES: Mapping[Field, tuple[str, ...]] = {
    Field.SIRET: ("siret", "n siret", "no siret", "numero siret", "numero de siret"),
    Field.NAME: (
        *("raison sociale", "denomination", "denomination sociale", "nom"),
        *("entreprise", "nom de l entreprise", "societe", "nom raison sociale"),
    ),
    Field.TRADE_NAME: ("enseigne", "nom commercial"),
    Field.ADDRESS: ("adresse", "voie", "rue", "adresse postale"),
    Field.POSTAL_CODE: ("code postal", "cp"),
    Field.CITY: ("commune", "ville", "localite"),
    Field.COMMUNE_CODE: ("code commune", "code insee", "code insee commune", "insee"),
    Field.NAF_CODE: (
        *("naf", "ape", "code naf", "code ape", "code naf ape", "code ape naf"),
        *("activite principale", "naf ape"),
    ),
    Field.WORKFORCE: (
        *("effectif", "effectifs", "effectif salarie", "nombre de salaries"),
        *("salaries", "nb salaries", "nombre salaries"),
    ),
    Field.WORKFORCE_BAND: (
        *("tranche d effectif", "tranche effectif", "tranche d effectifs"),
        *("tranche d effectif salarie", "tranche effectif salarie", "tranche"),
    ),
    Field.LEGAL_CATEGORY: ("categorie juridique", "nature juridique", "code juridique"),
    Field.STAGE: ("etape", "statut", "etape du parcours"),
    Field.ADVISOR_EMAIL: ("conseiller", "conseillere", "e mail du conseiller", "email conseiller"),
    Field.CONTACT_FIRST_NAME: ("prenom du contact", "prenom contact", "contact prenom", "prenom"),
    Field.CONTACT_LAST_NAME: ("nom du contact", "nom contact", "contact nom"),
    Field.CONTACT_EMAIL: (
        *("e mail du contact", "email du contact", "email contact", "contact email"),
        *("courriel", "email", "e mail", "mail", "adresse e mail", "contact e mail"),
    ),
    Field.CONTACT_PHONE: (
        *("telephone du contact", "telephone contact", "telephone", "tel"),
        *("contact telephone", "portable"),
    ),
    Field.CONTACT_POSITION: ("fonction du contact", "fonction contact", "fonction"),
}
_FIELD_OF = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: its number as a spreadsheet shows it, and its texts by field.

    ``numbers`` names the fields the workbook holds as numbers; ``overflow``
    counts the cells beyond the headings.
    """

    number: int
    cells: Mapping[Field, str]
    numbers: frozenset[Field] = frozenset()
    overflow: int = 0

    def text(self, field: Field) -> str:
        """Return the cell of a field, empty when the file has no such column."""
        return self.cells.get(field, "")


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose columns are known."""

    headings: Mapping[Field, str]
    ignored: tuple[str, ...]
    rows: tuple[RawRow, ...]
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """JSON text of the public register, read but not interpreted."""

    payload: object


Cell = tuple[str, bool]


def parse_file(data: bytes, *, max_bytes: int) -> Table | RegisterFile:
    """Read a whole file of ``max_bytes`` at most; raise ``FileFaultError`` when it cannot be read whole."""
    if len(data) > max_bytes:
        raise FileFaultError(FileFaultCode.TOO_LARGE, detail=str(max_bytes // 1024**2))
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise FileFaultError(FileFaultCode.EMPTY)
    if data.startswith(_ZIP):
        sheet = read_sheet(data, max_rows=MAX_ROWS + _HEADING_SEARCH, max_columns=MAX_COLUMNS)
        return _table(sheet.rows, sheet.sheet)
    if data.startswith(_OLE):
        raise FileFaultError(FileFaultCode.OLD_EXCEL)
    if start.startswith(_OTHER_KINDS):
        raise FileFaultError(FileFaultCode.NOT_A_TABLE)
    if start.startswith((b"{", b"[")):
        return _parse_json(data)
    records = [[(cell, False) for cell in record] for record in _csv_records(data)]
    return _table(records, "")


def _csv_records(data: bytes) -> Iterator[list[str]]:
    for count, record in enumerate(read_rows(data, _known), start=1):
        if count > MAX_ROWS + _HEADING_SEARCH:
            raise FileFaultError(FileFaultCode.TOO_MANY_ROWS, str(count), str(MAX_ROWS))
        if len(record) > MAX_COLUMNS:
            raise FileFaultError(FileFaultCode.TOO_MANY_COLUMNS, str(count), str(MAX_COLUMNS))
        yield record


def _parse_json(data: bytes) -> RegisterFile:
    try:
        return RegisterFile(json.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        line = str(data.count(b"\n", 0, error.start) + 1)
        raise FileFaultError(FileFaultCode.ENCODING, line) from None
    except json.JSONDecodeError as error:
        raise FileFaultError(FileFaultCode.JSON_BROKEN, str(error.lineno), str(error.colno)) from None
    except (RecursionError, ValueError):
        # Nested thousands deep, or a number of thousands of digits: no
        # register writes that.
        raise FileFaultError(FileFaultCode.JSON_NOT_REGISTER) from None


def recognise(heading: str) -> Field | None:
    """Return the field a heading names, whatever its accents and case."""
    return _FIELD_OF.get(fold(heading).removesuffix(" obligatoire").strip())


def _known(record: Sequence[str]) -> int:
    return len({recognise(cell) for cell in record} - {None})


def _table(records: list[list[Cell]], sheet: str) -> Table:
    at, headings = _find_headings(records, sheet)
    columns: dict[Field, int] = {}
    ignored: list[str] = []
    for rank, heading in enumerate(headings):
        field = recognise(heading)
        if field is None:
            ignored.extend([heading] if heading else [])
        elif field in columns:
            raise FileFaultError(FileFaultCode.COLUMN_TWICE, headings[columns[field]], heading)
        else:
            columns[field] = rank
    rows = tuple(_rows(records, at, columns, len(headings)))
    if not rows:
        raise FileFaultError(FileFaultCode.NO_ROWS, sheet)
    if len(rows) > MAX_ROWS:
        raise FileFaultError(FileFaultCode.TOO_MANY_ROWS, str(rows[-1].number), str(MAX_ROWS))
    return Table(
        headings={field: headings[rank] for field, rank in columns.items()},
        ignored=tuple(ignored),
        rows=rows,
        sheet=sheet,
    )


def _find_headings(records: list[list[Cell]], sheet: str) -> tuple[int, list[str]]:
    """Find the row of headings: the first that names all required columns.

    People keep a title above their table. Without such a row the fault names
    the missing column, from the row that looks most like headings.
    """
    best: tuple[int, list[str]] | None = None
    for index, record in enumerate(records[:_HEADING_SEARCH]):
        headings = [cell.strip() for cell, _ in record]
        while headings and not headings[-1]:
            headings.pop()
        found = {recognise(heading) for heading in headings}
        if all(field in found for field in REQUIRED):
            return index, headings
        if best is None or _known(headings) > _known(best[1]):
            best = index, headings
    if best is None or not _known(best[1]):
        first = best[1] if best else []
        raise FileFaultError(FileFaultCode.HEADING_MISSING, sheet, ", ".join(first)[:200])
    missing = next(field for field in REQUIRED if field not in map(recognise, best[1]))
    raise FileFaultError(FileFaultCode.COLUMN_MISSING, missing, ", ".join(best[1])[:200])


def _rows(records: list[list[Cell]], at: int, columns: Mapping[Field, int], width: int) -> Iterator[RawRow]:
    for index in range(at + 1, len(records)):
        record = records[index]
        if not any(text.strip() for text, _ in record):
            continue
        present = [(field, record[rank]) for field, rank in columns.items() if rank < len(record)]
        yield RawRow(
            number=index + 1,
            cells={field: tidy(text) for field, (text, _) in present},
            numbers=frozenset(field for field, (_, is_number) in present if is_number),
            overflow=sum(1 for text, _ in record[width:] if text.strip()),
        )
