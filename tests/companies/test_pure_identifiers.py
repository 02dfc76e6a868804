import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companies.identifiers import (
    IdentifierFault,
    InvalidIdentifierError,
    format_siren,
    format_siret,
    parse_siren,
    parse_siret,
    parse_spreadsheet_siret,
    telephone_digits,
)
from tests.companies.samples import SIREN, SIRET, make_siren, make_siret

REAL_RANGE_SIREN = make_siren(4242, "999")
REAL_RANGE_SIRET = make_siret(REAL_RANGE_SIREN, 2)


def fault_of(text: str, *, allow_reserved: bool = False) -> IdentifierFault:
    with pytest.raises(InvalidIdentifierError) as caught:
        parse_siret(text, allow_reserved=allow_reserved)
    return caught.value.fault


def test_separators_people_type_are_ignored() -> None:
    grouped = format_siret(REAL_RANGE_SIRET)
    assert grouped == f"{format_siren(REAL_RANGE_SIREN)}\u202f{REAL_RANGE_SIRET[9:]}"
    variants = [
        grouped,
        f" {REAL_RANGE_SIRET} ",
        REAL_RANGE_SIRET.replace("9", "9 ", 1),
        f"'{REAL_RANGE_SIRET}",
    ]
    assert [parse_siret(text) for text in variants] == [REAL_RANGE_SIRET] * 4


def test_each_fault_is_told_apart() -> None:
    wrong = REAL_RANGE_SIRET[:-1] + str((int(REAL_RANGE_SIRET[-1]) + 1) % 10)
    assert {
        "": fault_of(""),
        "spaces": fault_of("   "),
        "scientific": fault_of("9,99004E+13"),
        "letters": fault_of("9990042420O028"),
        "arabic digits": fault_of("\u0661" * 14),
        "siren": fault_of(REAL_RANGE_SIREN),
        "short": fault_of("999004242"[:-1]),
        "checksum": fault_of(wrong),
        "reserved": fault_of(SIRET),
    } == {
        "": IdentifierFault.EMPTY,
        "spaces": IdentifierFault.EMPTY,
        "scientific": IdentifierFault.SCIENTIFIC,
        "letters": IdentifierFault.NOT_DIGITS,
        "arabic digits": IdentifierFault.NOT_DIGITS,
        "siren": IdentifierFault.SIREN_FOR_SIRET,
        "short": IdentifierFault.LENGTH,
        "checksum": IdentifierFault.CHECKSUM,
        "reserved": IdentifierFault.RESERVED,
    }


def test_reserved_range_is_for_demonstration_only() -> None:
    assert parse_siret(SIRET, allow_reserved=True) == SIRET
    assert parse_siren(SIREN, allow_reserved=True) == SIREN
    with pytest.raises(InvalidIdentifierError):
        parse_siren(SIREN)


def test_post_office_numbers_follow_their_own_key() -> None:
    # The public exception: the digit sum is a multiple of 5, Luhn does not hold.
    assert parse_siret("35600000000001") == "35600000000001"
    assert fault_of("35600000000002") is IdentifierFault.CHECKSUM
    assert parse_siret("35600000000048") == "35600000000048"


def test_zeros_lost_by_a_spreadsheet_come_back_only_when_the_number_is_whole() -> None:
    siren = make_siren(5, "0099")
    siret = make_siret(siren, 3)
    assert parse_spreadsheet_siret(siret.lstrip("0")) == siret
    with pytest.raises(InvalidIdentifierError) as caught:
        parse_spreadsheet_siret(siret.lstrip("0")[:-1] + "x")
    assert caught.value.fault is IdentifierFault.NOT_DIGITS
    with pytest.raises(InvalidIdentifierError) as caught:
        parse_spreadsheet_siret(REAL_RANGE_SIREN)
    assert caught.value.fault is IdentifierFault.SIREN_FOR_SIRET


@given(st.integers(0, 99_999), st.integers(0, 9_999))
def test_numbers_with_a_right_key_are_accepted_and_one_changed_digit_refused(rank: int, nic: int) -> None:
    siret = make_siret(make_siren(rank), nic)
    assert parse_siret(siret, allow_reserved=True) == siret
    changed = siret[:4] + str((int(siret[4]) + 1) % 10) + siret[5:]
    assert fault_of(changed, allow_reserved=True) is IdentifierFault.CHECKSUM


@given(st.text(max_size=40))
def test_any_text_is_accepted_or_refused_with_a_reason(text: str) -> None:
    number = ""
    with contextlib.suppress(InvalidIdentifierError):
        number = parse_siret(text)
    assert number == "" or (len(number) == 14 and not number.startswith("000"))


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("03 20 11 22 33", "0320112233"),
        ("03.20.11.22.33", "0320112233"),
        (" +33 (0)3 20 11 22 33 ", "0320112233"),
        ("+33 320112233", "0320112233"),
        ("0033 3-20-11-22-33", "0320112233"),
        ("+32 2 555 12 12", "3225551212"),
        ("2024-2025", ""),
        ("59 rue", ""),
        ("", ""),
        ("0", ""),
        ("²", ""),
    ],
)
def test_a_telephone_number_is_read_as_it_is_dialled(text: str, digits: str) -> None:
    assert telephone_digits(text) == digits
