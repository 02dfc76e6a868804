"""Amounts at the doors: what French people write is read, everything else is refused with a reason."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core.formats import format_euros, format_number, format_percent
from core.money import EurosFormField, euros, parse_euros


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1234,56", 123456),
        ("1 234,56 €", 123456),
        ("1\u202f234,5\u00a0€", 123450),
        ("1234.5", 123450),
        ("0", 0),
        ("-12,30", -1230),
        ("+7", 700),
    ],
)
def test_reads_amounts_as_people_write_them(text: str, cents: int) -> None:
    assert parse_euros(text) == cents


@pytest.mark.parametrize(
    "text", ["", "1e3", "NaN", "inf", "12,345", "1.234,56", "1,2,3", "douze", "0x10", "--1"]
)
def test_refuses_what_is_not_an_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r"[Mm]ontant"):
        parse_euros(text)


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_what_is_shown_reads_back_to_the_cent(cents: int) -> None:
    assert parse_euros(format_euros(cents, sign=False)) == cents
    assert euros(cents) * 100 == Decimal(cents)


def test_form_field_keeps_bounds_and_what_was_typed() -> None:
    field = EurosFormField(min_cents=1, max_cents=100_00)
    assert field.clean("99,99") == 9999
    for wrong in ("0", "-3", "100,01", "abc", ""):
        with pytest.raises(ValidationError):
            field.clean(wrong)
    assert field.prepare_value("12,345") == "12,345"
    assert field.prepare_value(123456) == "1\u202f234,56"


def test_french_formats() -> None:
    assert format_euros(104_610_000) == "1\u202f046\u202f100,00\u00a0€"
    assert format_euros(-5) == "\u22120,05\u00a0€"
    assert format_number(-0.001, 1) == "0,0"
    assert format_percent(50_733_100, 104_610_000, 3) == "48,497\u00a0%"
    assert format_percent(1, 0) == "–"
