"""Faults that stop a whole file, before any row is looked at."""

from enum import StrEnum


class FileFaultCode(StrEnum):
    """Why a file cannot be read. Its sentence is in ``companies.wording``."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_TABLE = "not_a_table"
    OLD_EXCEL = "old_excel"
    ENCODING = "encoding"
    ENCODING_MIXED = "encoding_mixed"
    CSV_QUOTES = "csv_quotes"
    CSV_FIELD_TOO_LONG = "csv_field_too_long"
    HEADING_MISSING = "heading_missing"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    NO_ROWS = "no_rows"
    FORMULA = "formula"
    ARCHIVE_BROKEN = "archive_broken"
    ARCHIVE_BOMB = "archive_bomb"
    ARCHIVE_ENCRYPTED = "archive_encrypted"
    WORKBOOK_BROKEN = "workbook_broken"
    JSON_BROKEN = "json_broken"
    JSON_NOT_REGISTER = "json_not_register"
    REGISTER_ERROR = "register_error"


class FileFaultError(ValueError):
    """A file refused as a whole, with the place where reading stopped.

    ``place`` is a row number, a cell (``Feuil1!C4``) or a column heading,
    according to the code; ``detail`` is what else the sentence quotes.
    """

    def __init__(self, code: FileFaultCode, place: str = "", detail: str = "") -> None:
        super().__init__(f"{code} {place} {detail}".strip())
        self.code = code
        self.place = place
        self.detail = detail
