"""Turn the bytes of a CSV file into rows of text, whatever wrote it.

Spreadsheets in French write ``;`` and Windows-1252; others write ``,`` or a
tab and UTF-8, with or without a byte order mark. Nothing is guessed silently:
text that mixes encodings is refused with its line.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from companies.faults import FileFaultCode, FileFaultError

SEPARATORS = (";", ",", "\t")
_SAMPLE_BYTES = 256 * 1024
_LEGACY = ("cp1252", "cp850", "mac_roman")
_FRENCH = frozenset("àâçéèêëîïôœùûÀÂÇÉÈÊËÎÏÔŒÙÛ«»’“”–—…€°\xa0")
_NEIGHBOURS = frozenset("äáãåæíñöóøúüÿßÄÁÆÍÑÖÓÚÜŸ‘•·£§²³ªº")
_LEAST_FRENCH = 0.5
_LAST_ASCII = 0x7F
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_LETTER = re.compile(rb"[\xc3\xc5][\x80-\xbf]")
_EXCEL_TEXT = re.compile(r'^="([^"]*)"$')
_LONGEST_FIELD = 100_000


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding.

    Raises ``FileFaultError`` naming the line when the bytes belong to no encoding
    that an office suite writes, or to two at once.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _encoding_fault(data, error.start) from None
    if b"\0" in data[:_SAMPLE_BYTES]:
        raise FileFaultError(FileFaultCode.NOT_A_TABLE)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        start = error.start
    if _UTF8_LETTER.search(data[:start]):
        raise FileFaultError(FileFaultCode.ENCODING_MIXED, _line_of(data, start))
    return _decode_legacy(data, start)


def _decode_legacy(data: bytes, start: int) -> tuple[str, str]:
    """Choose among the encodings of older French office suites.

    All three give a character to nearly every byte: only the letters that
    come out tell which one was meant. General detectors, made for long texts
    in any language, mistake a list with three accents; French is known here.
    """
    best, best_share = "", 0.0
    for encoding in _LEGACY:
        text = data.decode(encoding, errors="replace")
        accented = [c for c in text if ord(c) > _LAST_ASCII]
        likely = sum(1.0 for c in accented if c in _FRENCH)
        possible = sum(0.6 for c in accented if c in _NEIGHBOURS)
        share = (likely + possible) / len(accented)
        if share > best_share:
            best, best_share = encoding, share
    if best_share < _LEAST_FRENCH:
        raise _encoding_fault(data, start)
    try:
        return data.decode(best), best
    except UnicodeDecodeError as error:
        raise _encoding_fault(data, error.start) from None


def _encoding_fault(data: bytes, start: int) -> FileFaultError:
    return FileFaultError(FileFaultCode.ENCODING, _line_of(data, start))


def _line_of(data: bytes, offset: int) -> str:
    return str(data.count(b"\n", 0, offset) + 1)


def read_rows(data: bytes, recognise: Callable[[Sequence[str]], int]) -> Iterator[list[str]]:
    """Yield the records of the file, blank ones included.

    ``recognise`` counts the headings known in a record; it decides which
    separator the file uses. Raises ``FileFaultError`` on an unclosed or misplaced
    quote and on a formula, with the row.
    """
    text, _ = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    separator = _separator(text, recognise)
    # strict: a stray quote would otherwise swallow the following rows.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            too_long = "field limit" in str(error)
            code = FileFaultCode.CSV_FIELD_TOO_LONG if too_long else FileFaultCode.CSV_QUOTES
            raise FileFaultError(code, str(number)) from None
        yield [_cell(value, number, rank) for rank, value in enumerate(record)]


def _separator(text: str, recognise: Callable[[Sequence[str]], int]) -> str:
    head = [line for line in text[:_SAMPLE_BYTES].split("\n") if line.strip()][:20]

    def score(separator: str) -> tuple[int, int]:
        split = list(csv.reader(head, delimiter=separator))
        known = max((recognise(record) for record in split), default=0)
        return known, max((len(record) for record in split), default=0)

    return max(SEPARATORS, key=score)


def _cell(value: str, number: int, rank: int) -> str:
    if len(value) > _LONGEST_FIELD:
        raise FileFaultError(FileFaultCode.CSV_FIELD_TOO_LONG, str(number))
    if value.startswith("="):
        # ="00012" is how people keep a spreadsheet from eating zeros.
        quoted = _EXCEL_TEXT.match(value)
        if quoted is None:
            raise FileFaultError(FileFaultCode.FORMULA, str(number), str(rank + 1))
        return quoted[1]
    return value
