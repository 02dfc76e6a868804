"""SIREN and SIRET of the demonstration, in the 000 range that is never attributed. Pure module."""

SIREN_CAPACITY = 99_999
# Coprime with the capacity, so that consecutive companies get scattered yet distinct numbers.
_STRIDE = 61_807


def _luhn_check_digit(digits: str) -> str:
    """Return the digit that makes ``digits`` followed by it pass the Luhn check."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def siren(index: int, seed: int) -> str:
    """Return the SIREN of the ``index``-th company (from 0): distinct, valid, in the 000 range.

    Raises ``ValueError`` beyond 99 999 companies, the size of the range.
    """
    if not 0 <= index < SIREN_CAPACITY:
        raise ValueError(f"the demonstration has at most {SIREN_CAPACITY} companies")
    body = f"000{1 + (index * _STRIDE + seed * 7) % SIREN_CAPACITY:05d}"
    return body + _luhn_check_digit(body)


def siret(siren: str, establishment: int) -> str:
    """Return the SIRET of the ``establishment``-th establishment (from 1) of a company."""
    body = f"{siren}{establishment:04d}"
    return body + _luhn_check_digit(body)
