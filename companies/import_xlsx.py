"""Open an XLSX workbook that nobody vouches for.

The archive is measured before it is parsed: declared sizes, then the sizes
that decompression really gives. The sheet is then walked once to refuse
formulas (their stored result may be stale or absent) and to bound what the
reader will build in memory, since one short string may be shared by a million
cells and one stray cell may stretch the table to its last row. Values are
read by calamine.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from companies.faults import FileFaultCode, FileFaultError

MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_ENTRIES = 1_000
MAX_TEXT_CHARACTERS = 50_000_000
_LOCAL_HEADER = 30
_CHUNK = 1024 * 1024
_ENCRYPTED = 0x1
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The used rows of the first visible sheet, from its row 1.

    Each cell is ``(text, is_number)``: a spreadsheet drops the zeros at the
    head of what it takes for a number, which the reader of a SIRET must know.
    """

    sheet: str
    rows: list[list[tuple[str, bool]]]


def read_sheet(data: bytes, *, max_rows: int, max_columns: int) -> SheetRows:
    """Read the first visible sheet of a workbook.

    Raises ``FileFaultError`` naming the cell for a formula or a sheet beyond the
    limits, and for an archive that is broken, encrypted or a bomb.
    """
    with _open_archive(data) as archive:
        _measure(archive, data)
        name, path = _first_visible_sheet(archive)
        lengths = _shared_lengths(archive)
        _walk(archive, path, _SheetWalk(name, lengths, max_rows, max_columns))
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise FileFaultError(FileFaultCode.WORKBOOK_BROKEN, detail=name) from error
    return SheetRows(name, [[_text(value) for value in row] for row in values])


def read_workbook(data: bytes, *, max_rows: int, max_columns: int) -> dict[str, list[list[str]]]:
    """Read every visible sheet of a workbook as texts, each from its row 1.

    Raises ``FileFaultError`` as ``read_sheet`` does.
    """
    with _open_archive(data) as archive:
        _measure(archive, data)
        sheets = _visible_sheets(archive)
        lengths = _shared_lengths(archive)
        for name, path in sheets:
            _walk(archive, path, _SheetWalk(name, lengths, max_rows, max_columns))
    found: dict[str, list[list[str]]] = {}
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            for name, _path in sheets:
                values = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                found[name] = [[_text(value)[0] for value in row] for row in values]
    except (CalamineError, ValueError, OSError) as error:
        raise FileFaultError(FileFaultCode.WORKBOOK_BROKEN) from error
    return found


def _open_archive(data: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, struct.error) as error:
        raise FileFaultError(FileFaultCode.ARCHIVE_BROKEN) from error


def _measure(archive: zipfile.ZipFile, data: bytes) -> None:
    """Refuse an archive that is, or claims to be, more than it should."""
    entries = archive.infolist()
    if _WORKBOOK not in archive.namelist():
        raise FileFaultError(FileFaultCode.NOT_A_TABLE)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileFaultError(FileFaultCode.ARCHIVE_ENCRYPTED)
    declared = sum(entry.file_size for entry in entries)
    # Entries that overlap in the file expand the same bytes many times.
    overlapping = sum(entry.compress_size for entry in entries) > len(data)
    if len(entries) > MAX_ENTRIES or declared > MAX_UNPACKED_BYTES or overlapping:
        raise FileFaultError(FileFaultCode.ARCHIVE_BOMB)
    for entry in entries:
        if _unpacked_size(entry, data) != entry.file_size:
            raise FileFaultError(FileFaultCode.ARCHIVE_BOMB, detail=entry.filename)


def _unpacked_size(entry: zipfile.ZipInfo, data: bytes) -> int:
    """Count what decompression gives, stopping just past what is declared."""
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER:
        raise FileFaultError(FileFaultCode.ARCHIVE_BROKEN, detail=entry.filename)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = entry.header_offset + _LOCAL_HEADER + name_length + extra_length
    packed = data[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        return len(packed)
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise FileFaultError(FileFaultCode.ARCHIVE_BROKEN, detail=entry.filename)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size, pending = 0, packed
    try:
        while not inflater.eof and size <= entry.file_size:
            chunk = inflater.decompress(pending, _CHUNK)
            pending = inflater.unconsumed_tail
            if not chunk and not pending:
                break
            size += len(chunk)
    except zlib.error as error:
        raise FileFaultError(FileFaultCode.ARCHIVE_BROKEN, detail=entry.filename) from error
    return size


def _parse(
    archive: zipfile.ZipFile,
    path: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Feed one part to expat; a document type declaration is refused.

    Workbooks never declare entities; files that attack parsers do.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda tag, attributes: start(tag.split(" ")[-1], attributes)
    if end is not None:
        closing = end
        parser.EndElementHandler = lambda tag: closing(tag.split(" ")[-1])
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise FileFaultError(FileFaultCode.WORKBOOK_BROKEN, detail=path)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(path) as part:
            parser.ParseFile(part)
    except (expat.ExpatError, KeyError, zipfile.BadZipFile, zlib.error, OSError) as error:
        raise FileFaultError(FileFaultCode.WORKBOOK_BROKEN, detail=path) from error


def _first_visible_sheet(archive: zipfile.ZipFile) -> tuple[str, str]:
    return _visible_sheets(archive)[0]


def _visible_sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Names and paths, in order; at least one, or the file is refused."""
    sheets: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def on_sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            relation = next((v for k, v in attributes.items() if k.endswith(" id")), "")
            sheets.append((attributes.get("name", ""), relation))

    def on_relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            targets[attributes.get("Id", "")] = path.lstrip("/")

    _parse(archive, _WORKBOOK, on_sheet)
    _parse(archive, _RELATIONS, on_relation)
    found = [(name, targets[relation]) for name, relation in sheets if relation in targets]
    if not found:
        raise FileFaultError(FileFaultCode.WORKBOOK_BROKEN, detail=_WORKBOOK)
    return found


def _shared_lengths(archive: zipfile.ZipFile) -> list[int]:
    """Length of each shared string, to know what the cells will weigh."""
    lengths: list[int] = []
    if _STRINGS not in archive.namelist():
        return lengths

    def on_start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            lengths.append(0)

    def on_text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    _parse(archive, _STRINGS, on_start, text=on_text)
    return lengths


@dataclass(slots=True)
class _SheetWalk:
    """State of the single pass over a sheet's cells."""

    sheet: str
    lengths: list[int]
    max_rows: int
    max_columns: int
    row: int = 0
    column: int = 0
    reference: str = ""
    shared: bool = False
    in_value: bool = False
    value: list[str] = field(default_factory=list)
    characters: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row":
            self.row = _positive(attributes.get("r"), self.row + 1)
            self.column = 0
        elif tag == "c":
            self._start_cell(attributes)
        elif tag == "f":
            raise FileFaultError(FileFaultCode.FORMULA, self._place())
        elif tag in {"v", "t"}:
            self.in_value = True
            self._check_limits()

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.reference = attributes.get("r", "")
        letters = self.reference.rstrip("0123456789")
        self.column = column_number(letters) if letters else self.column + 1
        self.row = _positive(self.reference[len(letters) :], self.row)
        self.shared = attributes.get("t") == "s"

    def text(self, data: str) -> None:
        if self.in_value:
            self.value.append(data)

    def end(self, tag: str) -> None:
        if tag in {"v", "t"} and self.in_value:
            self._weigh("".join(self.value))
            self.value.clear()
            self.in_value = False

    def _weigh(self, value: str) -> None:
        length = len(value)
        if self.shared:
            index = int(value) if value.isascii() and value.isdigit() else -1
            if not 0 <= index < len(self.lengths):
                raise FileFaultError(FileFaultCode.WORKBOOK_BROKEN, detail=self._place())
            length = self.lengths[index]
        self.characters += length
        if self.characters > MAX_TEXT_CHARACTERS:
            raise FileFaultError(FileFaultCode.ARCHIVE_BOMB, self._place())

    def _check_limits(self) -> None:
        if self.row > self.max_rows:
            raise FileFaultError(FileFaultCode.TOO_MANY_ROWS, self._place(), str(self.max_rows))
        if self.column > self.max_columns:
            raise FileFaultError(FileFaultCode.TOO_MANY_COLUMNS, self._place(), str(self.max_columns))

    def _place(self) -> str:
        return f"{self.sheet}!{self.reference or f'{column_letters(self.column)}{self.row}'}"


def _walk(archive: zipfile.ZipFile, path: str, walk: _SheetWalk) -> None:
    _parse(archive, path, walk.start, walk.end, walk.text)


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else default


def column_number(letters: str) -> int:
    """Return the rank of a column from its letters (A is 1, AA is 27)."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column from its rank (1 is A, 27 is AA)."""
    return "".join(reversed(list(_letters(number))))


def _letters(number: int) -> Iterator[str]:
    while number > 0:
        number, rest = divmod(number - 1, 26)
        yield chr(ord("A") + rest)


def _text(value: object) -> tuple[str, bool]:
    if isinstance(value, bool):
        return ("VRAI" if value else "FAUX"), False
    if isinstance(value, int):
        return str(value), True
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return (str(int(value)) if whole else repr(value)), True
    if isinstance(value, datetime | date | time):
        return value.isoformat(), False
    if isinstance(value, timedelta):
        return str(value), False
    return str(value), False
