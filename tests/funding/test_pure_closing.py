"""The table of the compte rendu financier: sub-totals, totals and checks, whatever the amounts."""

from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.closing import FormError, Pair, RowKind, Section, build_table, grant_share, parse_form

CONTENT = Path(__file__).resolve().parents[2] / "funding" / "content" / "cerfa_15059_02.yaml"
FORM = parse_form(yaml.safe_load(CONTENT.read_text(encoding="utf-8")))
LINES = [row for row in (*FORM.charges, *FORM.products) if row.kind is RowKind.LINE]
PAIRS = st.builds(Pair, st.integers(-(10**7), 10**10), st.integers(-(10**7), 10**10))
AMOUNTS = st.dictionaries(st.sampled_from([row.code for row in LINES]), PAIRS, max_size=12)


def _of(rows, code):
    return next(row for row in rows if row.code == code)


def test_the_form_has_the_63_rows_of_the_model():
    assert (len(FORM.charges), len(FORM.products)) == (37, 26)
    accounts = [row.account for row in FORM.charges if row.account and row.kind is not RowKind.LINE]
    assert accounts == ["60", "61", "62", "63", "64", "86"]
    assert len({row.code for row in (*FORM.charges, *FORM.products)}) == 63


@settings(max_examples=150)
@given(AMOUNTS)
def test_totals_are_the_sums_of_their_lines(amounts):
    table = build_table(FORM, amounts)
    for rows, form_rows, total, grand in (
        (table.charges, FORM.charges, "total-charges", "grand-total-charges"),
        (table.products, FORM.products, "total-products", "grand-total-products"),
    ):
        lines = [row for row in form_rows if row.kind is RowKind.LINE]
        counted = [row for row in lines if row.section is not Section.VOLUNTARY]
        cents = [amounts.get(row.code, Pair()).actual_cents for row in counted]
        assert _of(rows, total).actual_cents == sum(cents)
        every = [amounts.get(row.code, Pair()).forecast_cents for row in lines]
        assert _of(rows, grand).forecast_cents == sum(every)
    headings = [row for row in table.charges if row.kind is RowKind.HEADING and row.section is Section.DIRECT]
    loose = [
        row
        for row in table.charges
        if (
            row.kind is RowKind.LINE
            and row.section is not Section.VOLUNTARY
            and row.account not in "6061626364"
        )
        or (row.kind is RowKind.LINE and row.section is Section.INDIRECT)
    ]
    assert sum(row.actual_cents for row in headings + loose) == table.total_charges.actual_cents


@settings(max_examples=100)
@given(AMOUNTS)
def test_it_balances_exactly_when_nothing_is_missing(amounts):
    table = build_table(FORM, amounts)
    own = amounts.get("own", Pair()) + table.balance
    free = amounts.get("870", Pair()) + table.voluntary_balance
    mended = build_table(FORM, {**amounts, "own": own, "870": free})
    assert mended.balanced
    assert table.balanced == (table.balance.is_zero and table.voluntary_balance.is_zero)
    gap = mended.total_products - table.total_products
    assert gap == table.balance


def test_of_which_is_told_and_not_counted():
    table = build_table(FORM, {"75": Pair(100, 80), "75-gifts": Pair(60, 50)})
    assert _of(table.products, "75-gifts").actual_cents == 50
    assert table.total_products == Pair(100, 80)


@pytest.mark.parametrize("code", ["60", "total-charges", "direct", "inconnue"])
def test_an_amount_never_hides_on_a_computed_row(code):
    with pytest.raises(ValueError, match=code):
        build_table(FORM, {code: Pair(1, 0)})


def test_gaps_and_percents():
    row = _of(build_table(FORM, {"65": Pair(300, 100)}).charges, "65")
    assert (row.gap_cents, row.percent) == (-200, Fraction(1, 3))
    empty = _of(build_table(FORM, {"65": Pair(0, 100)}).charges, "65")
    assert empty.percent is None


def test_the_closing_sentence():
    assert grant_share(507_331_00, 1_046_100_00) == Fraction(507_331, 1_046_100)
    assert grant_share(1, 0) is None


@pytest.mark.parametrize(
    "document",
    [
        None,
        {"charges": []},
        {"charges": [{"code": "x"}], "products": []},
        {"charges": [{"code": "x", "kind": "line", "label": "X"}] * 2, "products": [{"code": "y"}]},
        {
            "charges": [{"code": "x", "kind": "line", "label": "X"}],
            "products": [{"code": "x", "kind": "line", "label": "X"}],
        },
    ],
)
def test_defective_forms_are_refused(document):
    with pytest.raises(FormError):
        parse_form(document)
