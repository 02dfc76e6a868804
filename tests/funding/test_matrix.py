"""A proposed matrix is exact in rows and columns, never negative, always the same."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.matrix import MatrixError, Residues, is_valid, proportional_fill, residues


@st.composite
def margins(draw: st.DrawFn, greatest: int = 10**9):
    """Lines and funders of the same total, zeros included."""
    rows = draw(st.lists(st.integers(0, greatest), min_size=1, max_size=8))
    cuts = sorted(draw(st.lists(st.integers(0, sum(rows)), max_size=7)))
    marks = [0, *cuts, sum(rows)]
    return rows, [end - start for start, end in itertools.pairwise(marks)]


@st.composite
def valid_matrices(draw: st.DrawFn):
    """Any valid matrix, and the cells of it a person has typed."""
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cells = [[draw(st.integers(0, 10**6)) for _ in range(width)] for _ in range(height)]
    chosen = draw(st.sets(st.tuples(st.integers(0, height - 1), st.integers(0, width - 1))))
    return cells, {(r, c): cells[r][c] for r, c in sorted(chosen)}


@given(margins())
def test_fill_is_exact_and_within_a_cent_of_the_proportion(pair):
    rows, columns = pair
    cells = proportional_fill(rows, columns)
    assert is_valid(rows, columns, cells)
    total = sum(rows)
    for planned, line in zip(rows, cells, strict=True):
        for agreed, cell in zip(columns, line, strict=True):
            assert not total or abs(cell - Fraction(planned * agreed, total)) < 1
    assert proportional_fill(rows, columns) == cells


@given(valid_matrices())
def test_fill_keeps_typed_cells_whenever_a_matrix_exists(case):
    cells, fixed = case
    rows = [sum(line) for line in cells]
    columns = [sum(column) for column in zip(*cells, strict=True)]
    proposal = proportional_fill(rows, columns, fixed)
    assert is_valid(rows, columns, proposal)
    assert {cell: proposal[cell[0]][cell[1]] for cell in fixed} == fixed
    assert proportional_fill(rows, columns, fixed) == proposal


@given(valid_matrices())
def test_fill_never_falls_below_what_was_charged(case):
    cells, charged = case
    rows = [sum(line) for line in cells]
    columns = [sum(column) for column in zip(*cells, strict=True)]
    proposal = proportional_fill(rows, columns, minimum=charged)
    assert is_valid(rows, columns, proposal)
    assert all(proposal[r][c] >= amount for (r, c), amount in charged.items())


def test_public_agreement_over_four_lines():
    """The State's 507 331 € of 1 046 100 €, over lines that do not divide evenly."""
    rows = [200_000_00, 400_000_00, 300_000_00, 146_100_00]
    columns = [507_331_00, 538_769_00]
    assert proportional_fill(rows, columns) == [
        [96_994_74, 103_005_26],
        [193_989_48, 206_010_52],
        [145_492_12, 154_507_88],
        [70_854_66, 75_245_34],
    ]


def test_residues_say_what_is_missing_and_what_is_in_excess():
    found = residues([100, 50], [90, 70], [[60, 30], [40, 10]])
    assert found == Residues(rows=(10, 0), columns=(-10, 30), total=10)
    assert not found.valid
    assert residues([100, 50], [100, 50], [[60, 40], [40, 10]]).valid


def test_negative_cell_is_never_valid():
    assert not is_valid([0, 10], [5, 5], [[-5, 5], [10, 0]])


@pytest.mark.parametrize(
    ("rows", "columns", "fixed", "minimum"),
    [
        ([10], [11], {}, {}),
        ([-1, 11], [10], {}, {}),
        ([10], [10], {(0, 0): -1}, {}),
        ([10, 10], [10, 10], {(0, 0): 11}, {}),
        ([10, 10], [10, 10], {(0, 0): 10, (1, 0): 1}, {}),
        ([10, 10], [10, 10], {(0, 0): 3, (0, 1): 3}, {}),
        ([10], [10], {(0, 0): 3}, {(0, 0): 4}),
        ([10, 10], [10, 10], {}, {(0, 0): 11}),
    ],
)
def test_impossible_margins_are_refused(rows, columns, fixed, minimum):
    with pytest.raises(MatrixError):
        proportional_fill(rows, columns, fixed, minimum)


def test_forty_lines_and_twelve_funders_with_half_the_cells_typed():
    weights = [[(line * 37 + funder * 101) % 997 * 1_001 for funder in range(12)] for line in range(40)]
    rows = [sum(line) for line in weights]
    columns = [sum(column) for column in zip(*weights, strict=True)]
    fixed = {(r, c): weights[r][c] for r in range(40) for c in range(12) if (r + c) % 2}
    assert is_valid(rows, columns, proportional_fill(rows, columns, fixed))
