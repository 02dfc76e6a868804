"""Codes of the public statistics that companies carry.

Source: INSEE, nomenclature of workforce bands (``trancheEffectifs``) and form
of the NAF codes. The NAF itself is data of the programme, not code.
"""

import re

NAF_OLDER = re.compile(r"^\d{2}\.\d[A-Z]$", re.ASCII)
"""NAF 1993 and NAF rév. 1 share this form; closed establishments keep it."""

WORKFORCE_BOUNDS: dict[str, tuple[int, int | None]] = {
    "00": (0, 0),
    "01": (1, 2),
    "02": (3, 5),
    "03": (6, 9),
    "11": (10, 19),
    "12": (20, 49),
    "21": (50, 99),
    "22": (100, 199),
    "31": (200, 249),
    "32": (250, 499),
    "41": (500, 999),
    "42": (1_000, 1_999),
    "51": (2_000, 4_999),
    "52": (5_000, 9_999),
    "53": (10_000, None),
}
"""INSEE code → smallest and largest number of employees, both included."""

WORKFORCE_BANDS = ("NN", *WORKFORCE_BOUNDS)
"""All codes, from the smallest; ``NN`` means no employee, or not known."""

_LARGEST_WORKFORCE = 5_000_000
_SIZE_CLASSES = ((250, "250+"), (50, "50-249"), (10, "10-49"), (0, "0-9"))


def workforce_band_of(count: int) -> str:
    """Return the INSEE band of a number of employees, 0 or more."""
    return next(
        code
        for code, (_, largest) in reversed(WORKFORCE_BOUNDS.items())
        if count >= WORKFORCE_BOUNDS[code][0] and (largest is None or count <= largest)
    )


def read_workforce_band(text: str) -> str | None:
    """Return the band that a text means: a code, or its bounds in words.

    « 12 », « 20 à 49 salariés » and « 10 000 salariés et plus » are read.
    Returns ``None`` when the text is none of these.
    """
    code = text.strip().upper()
    if code in WORKFORCE_BANDS:
        return code
    if len(code) == 1 and f"0{code}" in WORKFORCE_BOUNDS:
        # A spreadsheet dropped the zero of the code.
        return f"0{code}"
    words = re.sub(r"(?<=\d)\s+(?=\d{3}\b)", "", text)
    numbers = [int(number) for number in re.findall(r"\d{1,9}", words, re.ASCII)]
    for band, (smallest, largest) in WORKFORCE_BOUNDS.items():
        if numbers == [n for n in dict.fromkeys((smallest, largest)) if n is not None]:
            return band
    return None


def read_workforce(text: str) -> str | None:
    """Return the band of a number of employees written as text, else ``None``."""
    digits = re.sub(r"\s", "", text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(_LARGEST_WORKFORCE)):
        return None
    count = int(digits)
    return workforce_band_of(count) if count <= _LARGEST_WORKFORCE else None


def read_naf(text: str) -> str | None:
    """Return a NAF rév. 2 code with its dot, ``""`` for an older one, else ``None``."""
    compact = re.sub(r"[\s.]", "", text).upper()
    if re.match(r"^\d{4}[A-Z]$", compact, re.ASCII):
        return f"{compact[:2]}.{compact[2:]}"
    if re.match(r"^\d{3}[A-Z]$", compact, re.ASCII):
        return ""
    return None


def size_class_of(band: str) -> str:
    """Return the class of published tables (``0-9``, ``10-49``, ``50-249``, ``250+``, ``unknown``).

    ``NN`` covers both companies without employees and companies whose workforce is not known.
    """
    if band not in WORKFORCE_BOUNDS:
        return "unknown"
    smallest = WORKFORCE_BOUNDS[band][0]
    return next(name for limit, name in _SIZE_CLASSES if smallest >= limit)
