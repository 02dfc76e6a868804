"""Time sheets: hours × hourly cost, rounded half up to the cent on each line. Pure module.

Hours are kept in hundredths (151,67 h is what pay slips write), amounts in integer cents.
"""

import re

MAX_CENTIHOURS = 744_00
_DECIMAL = re.compile(r"^(\d{1,3})(?:[.,](\d{1,2}))?$")
_CLOCK = re.compile(r"^(\d{1,3})h(\d{2})?$")


def line_amount(centihours: int, hourly_cost_cents: int) -> int:
    """Cost of a line, half a cent rounded up. Both must not be negative."""
    return (centihours * hourly_cost_cents + 50) // 100


def parse_hours(text: str) -> int:
    """Hundredths of an hour from « 7,5 », « 151,67 », « 7 h », « 7 h 30 ».

    Raises ``ValueError`` for anything else, for minutes that are no whole hundredth (7 h 20 is 7,333…)
    and beyond a month of days and nights.
    """
    plain = "".join(text.split()).lower()
    found = _DECIMAL.match(plain)
    if found:
        centihours = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    else:
        clock = _CLOCK.match(plain)
        minutes = int(clock[2] or 0) if clock else 60
        if clock is None or minutes >= 60 or minutes * 100 % 60:
            raise ValueError(text)
        centihours = int(clock[1]) * 100 + minutes * 100 // 60
    if not 0 < centihours <= MAX_CENTIHOURS:
        raise ValueError(text)
    return centihours
