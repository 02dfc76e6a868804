"""SIREN and SIRET as people type them, and as spreadsheets mangle them.

Checking is left to ``python-stdnum`` (Luhn, and La Poste's own rule). This
module adds what the library cannot know: why a number is refused, in terms a
person can act on, and the range that INSEE never attributes, which
demonstration programmes use for their fictional companies.
"""

import re
from enum import StrEnum

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

RESERVED_PREFIX = "000"
"""SIRENs starting so are never attributed by INSEE: fiction only."""

_SEPARATORS = re.compile(r"[\s.\-']+")
_SCIENTIFIC = re.compile(r"^\d([.,]\d+)?E\+?\d+$", re.IGNORECASE)
_SIREN_LENGTH = 9
_SIRET_LENGTH = 14
_LOST_ZEROS = 3
_TELEPHONE = re.compile(r"(?:\+|0)[\d\s.()/-]+")
_COUNTRY = "33"
_NATIONAL_DIGITS = 9


class IdentifierFault(StrEnum):
    """Why a number is not an acceptable SIREN or SIRET."""

    EMPTY = "empty"
    SCIENTIFIC = "scientific"
    NOT_DIGITS = "not_digits"
    SIREN_FOR_SIRET = "siren_for_siret"
    LENGTH = "length"
    CHECKSUM = "checksum"
    RESERVED = "reserved"


class InvalidIdentifierError(ValueError):
    """A number that cannot be a SIREN or a SIRET, with the reason."""

    def __init__(self, fault: IdentifierFault, value: str) -> None:
        super().__init__(f"{fault}: {value}")
        self.fault = fault
        self.value = value


def _digits(text: str, length: int) -> str:
    """Strip separators; refuse what is not ``length`` digits."""
    number = _SEPARATORS.sub("", text)
    if not number:
        raise InvalidIdentifierError(IdentifierFault.EMPTY, text)
    # A spreadsheet that took a SIRET for a quantity has already lost digits:
    # guessing them would attach the company to somebody else's number.
    if _SCIENTIFIC.match(number):
        raise InvalidIdentifierError(IdentifierFault.SCIENTIFIC, text)
    if not (number.isascii() and number.isdigit()):
        raise InvalidIdentifierError(IdentifierFault.NOT_DIGITS, text)
    if len(number) == length:
        return number
    if length == _SIRET_LENGTH and len(number) == _SIREN_LENGTH:
        raise InvalidIdentifierError(IdentifierFault.SIREN_FOR_SIRET, text)
    raise InvalidIdentifierError(IdentifierFault.LENGTH, text)


def parse_siren(text: str, *, allow_reserved: bool = False) -> str:
    """Return the nine digits of a SIREN.

    ``allow_reserved`` is true only in a programme marked as demonstration.
    Raises ``InvalidIdentifierError`` with the first reason found.
    """
    number = _digits(text, _SIREN_LENGTH)
    if not stdnum_siren.is_valid(number):
        raise InvalidIdentifierError(IdentifierFault.CHECKSUM, text)
    return _refuse_reserved(number, text, allow_reserved=allow_reserved)


def parse_siret(text: str, *, allow_reserved: bool = False) -> str:
    """Return the fourteen digits of a SIRET.

    La Poste's establishments follow another key (digit sum multiple of 5),
    which the library applies. ``allow_reserved`` is true only in a programme
    marked as demonstration. Raises ``InvalidIdentifierError``.
    """
    number = _digits(text, _SIRET_LENGTH)
    try:
        stdnum_siret.validate(number)
    except ValidationError:
        raise InvalidIdentifierError(IdentifierFault.CHECKSUM, text) from None
    return _refuse_reserved(number, text, allow_reserved=allow_reserved)


def parse_spreadsheet_siret(text: str, *, allow_reserved: bool = False) -> str:
    """Like ``parse_siret``, for a cell that a spreadsheet holds as a number.

    Numbers lose their leading zeros; they are put back only when the result
    is a valid SIRET, so that a truncated number is still refused.
    """
    number = _SEPARATORS.sub("", text)
    shortest = _SIRET_LENGTH - _LOST_ZEROS
    if number.isascii() and number.isdigit() and shortest <= len(number) < _SIRET_LENGTH:
        padded = number.zfill(_SIRET_LENGTH)
        if stdnum_siret.is_valid(padded):
            return _refuse_reserved(padded, text, allow_reserved=allow_reserved)
    return parse_siret(text, allow_reserved=allow_reserved)


def format_siren(siren: str) -> str:
    """Print a SIREN in groups of three, with narrow no-break spaces."""
    return "\u202f".join((siren[:3], siren[3:6], siren[6:9]))


def format_siret(siret: str) -> str:
    """Print a SIRET as its SIREN followed by the establishment number."""
    return f"{format_siren(siret[:9])}\u202f{siret[9:]}"


def _refuse_reserved(number: str, text: str, *, allow_reserved: bool) -> str:
    if number.startswith(RESERVED_PREFIX) and not allow_reserved:
        raise InvalidIdentifierError(IdentifierFault.RESERVED, text)
    return number


def telephone_digits(text: str) -> str:
    """The digits of a telephone number as it is dialled in France; nothing when the text is not one.

    « +33 (0)3 20 00 00 00 », « 0033 3 20 00 00 00 » and « 03.20.00.00.00 » are the same number.
    """
    if not _TELEPHONE.fullmatch(text.strip()):
        return ""
    digits = "".join(each for each in text if each.isdecimal())
    abroad = "00" + _COUNTRY
    if digits.startswith(abroad) and len(digits) == len(abroad) + _NATIONAL_DIGITS:
        return "0" + digits.removeprefix(abroad)
    if "+" in text and digits.startswith(_COUNTRY):
        return "0" + digits.removeprefix(_COUNTRY).removeprefix("0")
    return digits
