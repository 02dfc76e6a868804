"""An accountant's file: from bytes to judged rows, each with every reason why not. Pure module.

The kind of file is decided by content. A file that cannot be read whole is refused whole, with the place
where reading stopped; a row that cannot be kept says its column and its reason, so that the file is
corrected in one go. What depends on the programme comes in as plain data.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from companies.faults import FileFaultCode, FileFaultError
from companies.gazetteer import fold
from companies.identifiers import InvalidIdentifierError, parse_spreadsheet_siret
from companies.import_csv import read_rows
from companies.import_xlsx import read_sheet
from core.money import MAX_CENTS, parse_euros
from funding.duplicates import invoice_key

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 100
_HEADING_SEARCH = 20
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"<!DOCTYPE", b"<html", b"{", b"[")
_GUARDED = ("'=", "'+", "'-", "'@")
_ERROR = re.compile(r"^#(N/?A|REF!|VALUE!|VALEUR!|NAME\?|NOM\?|DIV/0!|NULL!|NUL!|NUM!|NOMBRE!)$", re.I)
_FRENCH_DATE = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$")
# What a spreadsheet's own arithmetic leaves behind a cent.
_NOISE = Decimal("0.000001")


class Column(StrEnum):
    """What a column of the file may hold."""

    LINE = "line"
    LABEL = "label"
    SUPPLIER = "supplier"
    SIRET = "siret"
    INVOICE = "invoice"
    DATE = "date"
    AMOUNT = "amount"
    TAX = "tax"
    RECOVERABLE = "recoverable"
    ELIGIBLE = "eligible"


REQUIRED = (Column.LINE, Column.LABEL, Column.SUPPLIER, Column.DATE, Column.AMOUNT)
# Headings as they are compared: without accents, signs or small words.
ALIASES: Mapping[Column, tuple[str, ...]] = {
    Column.LINE: ("ligne", "ligne budgetaire", "code ligne", "code analytique", "analytique"),
    Column.LABEL: ("objet", "libelle", "libelle depense", "designation", "description"),
    Column.SUPPLIER: ("fournisseur", "tiers", "nom fournisseur", "nom tiers", "beneficiaire"),
    Column.SIRET: ("siret", "siret fournisseur", "n siret"),
    Column.INVOICE: (
        *("facture", "numero facture", "n facture", "no facture"),
        *("piece", "numero piece", "n piece", "reference"),
    ),
    Column.DATE: ("date", "date depense", "date facture", "date piece"),
    Column.AMOUNT: ("montant ht", "montant hors taxes", "ht", "total ht", "montant", "montant net"),
    Column.TAX: ("tva", "taxes", "montant tva", "taxe"),
    Column.RECOVERABLE: ("tva recuperable", "taxes recuperables", "dont tva recuperable", "tva deductible"),
    Column.ELIGIBLE: ("eligible", "montant eligible", "part eligible", "dont eligible"),
}
_SMALL_WORDS = {"de", "du", "la", "l", "d", "en", "euros", "obligatoire"}
_COLUMN_OF = {alias: column for column, aliases in ALIASES.items() for alias in aliases}
_LONGEST = {Column.LABEL: 200, Column.SUPPLIER: 160, Column.INVOICE: 60}


class Reason(StrEnum):
    """Why a row is refused, or flagged."""

    MISSING = "missing"
    CELL_ERROR = "cell_error"
    TOO_LONG = "too_long"
    LINE_UNKNOWN = "line_unknown"
    DATE_UNREADABLE = "date_unreadable"
    DATE_OUTSIDE = "date_outside"
    DATE_FUTURE = "date_future"
    YEAR_CLOSED = "year_closed"
    AMOUNT_UNREADABLE = "amount_unreadable"
    AMOUNT_NEGATIVE = "amount_negative"
    AMOUNT_TOO_LARGE = "amount_too_large"
    TAX_IMPOSSIBLE = "tax_impossible"
    ELIGIBLE_ABOVE = "eligible_above"
    SIRET_INVALID = "siret_invalid"
    TWICE_IN_FILE = "twice_in_file"
    KNOWN_OTHERWISE = "known_otherwise"
    LOOKALIKE = "lookalike"
    SIRET_DIFFERS = "siret_differs"


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark on one cell: ``column`` is the heading as the file writes it."""

    reason: Reason
    column: str = ""
    value: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ExpenseDraft:
    """What one row says; amounts in cents. ``amount_cents`` is net of recoverable tax."""

    line_id: int
    label: str
    supplier: str
    siret: str
    invoice_number: str
    spent_on: str
    amount_cents: int
    tax_cents: int
    recoverable_cents: int
    eligible_cents: int

    @property
    def identity(self) -> str:
        """What makes two rows the same expense: an invoice may be split over several lines."""
        key = invoice_key(self.supplier, self.invoice_number)
        other = f"{fold(self.supplier)}|{self.spent_on}|{self.amount_cents}|{fold(self.label)}"
        return f"{self.line_id}|{key or other}"


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row kept, with remarks, or refused for reasons. ``number`` is the one a spreadsheet shows."""

    number: int
    label: str
    draft: ExpenseDraft | None
    refusals: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class FileContext:
    """What the programme knows: ``lines`` maps a folded code or label to the line of the plan in force."""

    lines: Mapping[str, int]
    starts_on: date
    ends_on: date
    today: date
    closed_years: frozenset[int] = frozenset()
    allow_reserved: bool = False


Cell = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class ExpenseTable:
    """A table whose columns are known; cells are ``(text, is_number)``."""

    headings: Mapping[Column, str]
    ignored: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[Column, Cell]], ...]


def recognise(heading: str) -> Column | None:
    """The column a heading names, whatever its accents, case, small words and unit."""
    words = fold(heading.replace("€", " ").replace("°", " ")).split()
    return _COLUMN_OF.get(" ".join(word for word in words if word not in _SMALL_WORDS))


def parse(data: bytes) -> ExpenseTable:
    """Read a whole file; raises ``FileFaultError`` when it cannot be read whole."""
    if len(data) > MAX_FILE_BYTES:
        raise FileFaultError(FileFaultCode.TOO_LARGE, detail=str(MAX_FILE_BYTES // 1024**2))
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not data.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise FileFaultError(FileFaultCode.EMPTY)
    if data.startswith(_OLE):
        raise FileFaultError(FileFaultCode.OLD_EXCEL)
    if data.startswith(_ZIP):
        return _table(read_sheet(data, max_rows=MAX_ROWS + _HEADING_SEARCH, max_columns=MAX_COLUMNS).rows)
    if start.startswith(_OTHER_KINDS):
        raise FileFaultError(FileFaultCode.NOT_A_TABLE)
    return _table([[(cell, False) for cell in record] for record in _records(data)])


def _records(data: bytes) -> Iterator[list[str]]:
    for count, record in enumerate(read_rows(data, _known), start=1):
        if count > MAX_ROWS + _HEADING_SEARCH:
            raise FileFaultError(FileFaultCode.TOO_MANY_ROWS, str(count), str(MAX_ROWS))
        if len(record) > MAX_COLUMNS:
            raise FileFaultError(FileFaultCode.TOO_MANY_COLUMNS, str(count), str(MAX_COLUMNS))
        yield record


def _known(record: Sequence[str]) -> int:
    return len({recognise(cell) for cell in record} - {None})


def _table(records: list[list[Cell]]) -> ExpenseTable:
    at, headings = _headings(records)
    columns: dict[Column, int] = {}
    ignored = []
    for rank, heading in enumerate(headings):
        column = recognise(heading)
        if column is None:
            ignored += [heading] if heading else []
        elif column in columns:
            raise FileFaultError(FileFaultCode.COLUMN_TWICE, headings[columns[column]], heading)
        else:
            columns[column] = rank
    rows = []
    for index in range(at + 1, len(records)):
        record = records[index]
        if any(text.strip() for text, _number in record):
            cells = {c: (_clean(record[r][0]), record[r][1]) for c, r in columns.items() if r < len(record)}
            rows.append((index + 1, cells))
    if not rows:
        raise FileFaultError(FileFaultCode.NO_ROWS)
    if len(rows) > MAX_ROWS:
        raise FileFaultError(FileFaultCode.TOO_MANY_ROWS, str(rows[-1][0]), str(MAX_ROWS))
    return ExpenseTable({c: headings[r] for c, r in columns.items()}, tuple(ignored), tuple(rows))


def _headings(records: list[list[Cell]]) -> tuple[int, list[str]]:
    """The first row that names every required column: people keep a title above their table."""
    best: list[str] = []
    for index, record in enumerate(records[:_HEADING_SEARCH]):
        headings = [cell.strip() for cell, _number in record]
        found = {recognise(heading) for heading in headings}
        if all(column in found for column in REQUIRED):
            return index, headings
        if _known(headings) > _known(best) or not best:
            best = headings
    told = ", ".join(heading for heading in best if heading)[:200]
    if not _known(best):
        raise FileFaultError(FileFaultCode.HEADING_MISSING, detail=told)
    missing = next(column for column in REQUIRED if column not in map(recognise, best))
    raise FileFaultError(FileFaultCode.COLUMN_MISSING, missing, told)


def _clean(text: str) -> str:
    # Our own exports guard what a spreadsheet would take for a formula.
    text = text[1:] if text.startswith(_GUARDED) else text
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def judge(table: ExpenseTable, context: FileContext) -> Iterator[JudgedRow]:
    """Judge every row, in order; an expense met twice in the file is refused the second time."""
    first_rows: dict[str, int] = {}
    for number, cells in table.rows:
        row = _RowReader(table.headings, cells, context).read(number)
        if row.draft is not None:
            first = first_rows.setdefault(row.draft.identity, number)
            if first != number:
                heading = table.headings.get(Column.INVOICE, table.headings[Column.SUPPLIER])
                value = row.draft.invoice_number or row.draft.supplier
                remark = Remark(Reason.TWICE_IN_FILE, heading, value, str(first))
                row = JudgedRow(number, row.label, None, (remark,))
        yield row


class _RowReader:
    """Reads the cells of one row, gathering refusals."""

    def __init__(
        self, headings: Mapping[Column, str], cells: Mapping[Column, Cell], context: FileContext
    ) -> None:
        self.headings, self.cells, self.context = headings, cells, context
        self.refusals: list[Remark] = []

    def read(self, number: int) -> JudgedRow:
        label = self._text(Column.LABEL)
        for column in self.cells:
            if _ERROR.match(self._text(column)):
                self._refuse(Reason.CELL_ERROR, column)
        supplier, invoice = self._named(Column.SUPPLIER), self._named(Column.INVOICE, required=False)
        words = self._named(Column.LABEL)
        line, day, siret = self._line(), self._date(), self._siret()
        amount = self._amount(Column.AMOUNT, required=True)
        tax, recoverable, eligible = (
            self._amount(column) for column in (Column.TAX, Column.RECOVERABLE, Column.ELIGIBLE)
        )
        if self.refusals or line is None or day is None or amount is None:
            return JudgedRow(number, label[:200], None, tuple(self.refusals))
        draft = self._draft(line, words, supplier, siret, invoice, day, (amount, tax, recoverable, eligible))
        return JudgedRow(number, label[:200], draft, tuple(self.refusals))

    def _draft(
        self,
        line: int,
        label: str,
        supplier: str,
        siret: str,
        invoice: str,
        day: date,
        amounts: tuple[int, int | None, int | None, int | None],
    ) -> ExpenseDraft | None:
        """The column « Montant HT » excludes tax: the part nobody gives back is borne and added to it."""
        net, tax, recoverable, eligible = amounts
        tax = tax or 0
        recoverable = tax if recoverable is None else recoverable
        if recoverable > tax:
            self._refuse(Reason.TAX_IMPOSSIBLE, Column.RECOVERABLE)
        borne = net + tax - recoverable
        eligible = borne if eligible is None else eligible
        if eligible > borne:
            self._refuse(Reason.ELIGIBLE_ABOVE, Column.ELIGIBLE, str(borne))
        if self.refusals:
            return None
        return ExpenseDraft(
            line_id=line,
            label=label,
            supplier=supplier,
            siret=siret,
            invoice_number=invoice,
            spent_on=day.isoformat(),
            amount_cents=borne,
            tax_cents=tax,
            recoverable_cents=recoverable,
            eligible_cents=eligible,
        )

    def _text(self, column: Column) -> str:
        return self.cells.get(column, ("", False))[0]

    def _refuse(self, reason: Reason, column: Column, detail: str = "") -> None:
        told = {remark.column for remark in self.refusals if remark.reason is Reason.CELL_ERROR}
        heading = self.headings.get(column, "")
        if heading not in told:
            self.refusals.append(Remark(reason, heading, self._text(column)[:80], detail))

    def _named(self, column: Column, *, required: bool = True) -> str:
        text = self._text(column)
        if not text and required:
            self._refuse(Reason.MISSING, column)
        if len(text) > _LONGEST[column]:
            self._refuse(Reason.TOO_LONG, column, str(_LONGEST[column]))
        return text

    def _line(self) -> int | None:
        text = self._text(Column.LINE)
        if not text:
            self._refuse(Reason.MISSING, Column.LINE)
            return None
        found = self.context.lines.get(fold(text)) or self.context.lines.get(fold(text.split(" ")[0]))
        if found is None:
            self._refuse(Reason.LINE_UNKNOWN, Column.LINE)
        return found

    def _siret(self) -> str:
        text = self._text(Column.SIRET)
        if not text:
            return ""
        try:
            return parse_spreadsheet_siret(text, allow_reserved=self.context.allow_reserved)
        except InvalidIdentifierError as error:
            self._refuse(Reason.SIRET_INVALID, Column.SIRET, error.fault)
            return ""

    def _date(self) -> date | None:
        text = self._text(Column.DATE)
        if not text:
            self._refuse(Reason.MISSING, Column.DATE)
            return None
        day = read_date(text)
        if day is None:
            self._refuse(Reason.DATE_UNREADABLE, Column.DATE)
        elif not self.context.starts_on <= day <= self.context.ends_on:
            self._refuse(Reason.DATE_OUTSIDE, Column.DATE)
        elif day > self.context.today:
            self._refuse(Reason.DATE_FUTURE, Column.DATE)
        elif day.year in self.context.closed_years:
            self._refuse(Reason.YEAR_CLOSED, Column.DATE, str(day.year))
        return day

    def _amount(self, column: Column, *, required: bool = False) -> int | None:
        text, is_number = self.cells.get(column, ("", False))
        if not text:
            if required:
                self._refuse(Reason.MISSING, column)
            return None
        try:
            cents = _number_cents(text) if is_number else parse_euros(text)
        except ValueError:
            self._refuse(Reason.AMOUNT_UNREADABLE, column)
            return None
        if cents < 0 or (required and cents == 0):
            self._refuse(Reason.AMOUNT_NEGATIVE, column)
            return None
        if cents > MAX_CENTS:
            self._refuse(Reason.AMOUNT_TOO_LARGE, column)
            return None
        return cents


def _number_cents(text: str) -> int:
    """Cents of a number held by a workbook. Raises ``ValueError`` beyond two decimals."""
    try:
        cents = Decimal(text) * 100
        whole = cents.to_integral_value()
    except InvalidOperation as error:
        raise ValueError(text) from error
    if abs(cents - whole) > _NOISE:
        raise ValueError(text)
    return int(whole)


def read_date(text: str) -> date | None:
    """A day as an accountant writes it (15/03/2026, 15-03-26, 2026-03-15); nothing when unreadable."""
    found = _FRENCH_DATE.match(text)
    try:
        if found:
            day, month, year = map(int, found.groups())
            return date(year + 2000 if year < 100 else year, month, day)
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
