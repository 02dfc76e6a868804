"""The key by which the same invoice entered twice is found, however it was typed. Pure module."""

import unicodedata

MAX_LENGTH = 120


def invoice_key(supplier: str, number: str) -> str:
    """Return the supplier and the invoice number without accents, case, spaces or signs.

    Empty when one of them is: an expense without an invoice number has no key. A number keeps its
    letters and digits, and loses the zeros that lead it.
    """
    who, what = _plain(supplier), _plain(number).lstrip("0")
    return f"{who[: MAX_LENGTH // 2]}|{what[: MAX_LENGTH // 2 - 1]}" if who and what else ""


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if letter.isalnum())
