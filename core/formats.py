"""French numbers, amounts and dates. Pure: no settings, no clock, no locale of the machine."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

NARROW = "\u202f"
MINUS = "\u2212"
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def format_number(value: int | Decimal | Fraction | float, decimals: int = 0) -> str:
    """A number with narrow spaces between thousands and a comma: ``1 046 100,5``."""
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    else:
        exact = Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", NARROW).replace(".", ",")
    return f"{MINUS}{text}" if rounded < 0 else text


def format_euros(cents: int, *, sign: bool = True) -> str:
    """An amount in cents as ``1 046 100,00 €``; without the sign for form fields."""
    whole, rest = divmod(abs(int(cents)), 100)
    text = f"{whole:,}".replace(",", NARROW) + f",{rest:02d}"
    if cents < 0:
        text = f"{MINUS if sign else '-'}{text}"
    return f"{text}\u00a0€" if sign else text


def format_euros_round(cents: int) -> str:
    """An amount rounded to the euro, for charts and key figures where cents would be noise."""
    return f"{format_number(Decimal(cents).scaleb(-2))}\u00a0€"


def format_percent(part: int | Fraction, whole: int = 1, decimals: int = 1) -> str:
    """A share as ``48,5 %``; a dash when there is nothing to divide by."""
    if not whole:
        return "–"
    return f"{format_number(Fraction(part) / Fraction(whole) * 100, decimals)}\u00a0%"


def format_date(day: date) -> str:
    """``29 janvier 2019``; the first of the month is ``1er``."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}\u00a0{_MONTHS[day.month - 1]}\u00a0{day.year}"


def format_month(day: date) -> str:
    """``janvier 2019``."""
    return f"{_MONTHS[day.month - 1]}\u00a0{day.year}"


def format_time(moment: datetime) -> str:
    """``14 h 02``, for a moment already in local time."""
    return f"{moment.hour}\u00a0h\u00a0{moment.minute:02d}"


def format_moment(moment: datetime) -> str:
    """``29 janvier 2019 à 14 h 02``, of a local moment."""
    return f"{format_date(moment)} à {format_time(moment)}"
