"""Tables out of the application: CSV and XLSX, with cells that no spreadsheet will run."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """A table to export: a title (31 characters at most on a tab), column names, rows of plain values.

    ``Decimal`` values are amounts in euros. Rows may be a generator: they are read once.
    """

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def neutralise(value: Any) -> Any:
    """Keep a spreadsheet from running text that a person typed (formula injection)."""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return f"'{value}"
    return value


class _Echo:
    def write(self, line: str) -> str:
        return line


def _local(moment: datetime) -> datetime:
    """A moment as the programme's clocks show it: a spreadsheet knows no time zone."""
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def _csv_cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, datetime):
        return _local(value).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else neutralise(value)


def csv_lines(sheet: Sheet) -> Iterator[str]:
    """Lines of a CSV that French spreadsheets open well: BOM, semicolons, decimal comma."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + writer.writerow(sheet.columns)
    for row in sheet.rows:
        yield writer.writerow([_csv_cell(value) for value in row])


def xlsx_bytes(sheets: Iterable[Sheet], *, created: datetime | None = None) -> bytes:
    """A workbook in constant memory; ``created`` fixes its date so that the same rows give the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": (created or datetime.now(UTC)).replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "bottom": 1})
    amount = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for sheet in sheets:
        tab = book.add_worksheet(sheet.title[:31])
        tab.freeze_panes(1, 0)
        tab.write_row(0, 0, list(sheet.columns), bold)
        tab.set_column(0, max(len(sheet.columns) - 1, 0), 18)
        for number, row in enumerate(sheet.rows, start=1):
            _write_row(tab, number, row, _Formats(amount, day, moment))
    book.close()
    return buffer.getvalue()


@dataclass(frozen=True)
class _Formats:
    amount: Any
    day: Any
    moment: Any


def _write_row(tab: Any, number: int, row: Sequence[Any], formats: _Formats) -> None:
    for column, value in enumerate(row):
        if isinstance(value, Decimal):
            tab.write_number(number, column, value, formats.amount)
        elif isinstance(value, datetime):
            tab.write_datetime(number, column, _local(value), formats.moment)
        elif isinstance(value, date):
            tab.write_datetime(number, column, datetime(value.year, value.month, value.day), formats.day)  # noqa: DTZ001 -- a spreadsheet date has no zone
        elif isinstance(value, str):
            tab.write_string(number, column, value)
        elif value is not None:
            tab.write(number, column, value)


def export_response(sheet: Sheet, *, fmt: str, filename: str) -> HttpResponse | StreamingHttpResponse:
    """Answer a list page's export: ``fmt`` is ``xlsx`` or ``csv``, ``filename`` without extension."""
    if fmt == "xlsx":
        response: HttpResponse | StreamingHttpResponse = HttpResponse(
            xlsx_bytes([sheet]), content_type=XLSX_TYPE
        )
    else:
        response = StreamingHttpResponse(csv_lines(sheet), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}.{fmt}"'
    return response
