"""The five promises of the co-funding split, against a cent-by-cent reference."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.apportionment import ApportionmentError, proportion_bound, share, take_back

CENTS = st.integers(min_value=0, max_value=10**9)
LINES = st.lists(CENTS, min_size=1, max_size=12)
SMALL_LINES = st.lists(st.integers(0, 40), min_size=1, max_size=6)


def reference_share(amounts: list[int], charged: list[int], eligible: int) -> tuple[int, ...]:
    """The text of the rule, read literally: one cent after the other."""
    after = list(charged)
    for _ in range(eligible):
        best = max(
            range(len(amounts)),
            key=lambda f: (Fraction(amounts[f], 2 * after[f] + 1), -f),
        )
        after[best] += 1
    return tuple(new - old for new, old in zip(after, charged, strict=True))


def reference_take_back(
    amounts: list[int], charged: list[int], shares: list[int], credit: int
) -> tuple[int, ...]:
    after, taken = list(charged), [0] * len(amounts)
    for _ in range(credit):
        able = [f for f in range(len(amounts)) if taken[f] < shares[f]]
        last = min(able, key=lambda f: (Fraction(amounts[f], 2 * after[f] - 1), -f))
        after[last] -= 1
        taken[last] += 1
    return tuple(taken)


@st.composite
def started_lines(draw: st.DrawFn, lines: st.SearchStrategy[list[int]] = LINES):
    """A line, any state it may be in (cancellations included), and a next amount."""
    amounts = draw(lines)
    charged = [draw(st.integers(0, agreed)) for agreed in amounts]
    eligible = draw(st.integers(0, sum(amounts) - sum(charged)))
    return amounts, charged, eligible


@st.composite
def histories(draw: st.DrawFn):
    """A line and the amounts that consume it entirely."""
    amounts = draw(st.lists(st.integers(0, 10**7), min_size=1, max_size=8))
    cuts = draw(st.lists(st.integers(0, sum(amounts)), max_size=8))
    marks = [0, *sorted(cuts), sum(amounts)]
    return amounts, [end - start for start, end in itertools.pairwise(marks)]


@given(started_lines(SMALL_LINES))
def test_share_is_the_cent_by_cent_rule(line):
    amounts, charged, eligible = line
    assert share(amounts, charged, eligible) == reference_share(amounts, charged, eligible)


@given(started_lines())
def test_shares_are_exact_positive_and_within_the_agreement(line):
    amounts, charged, eligible = line
    shares = share(amounts, charged, eligible)
    assert sum(shares) == eligible
    assert all(part >= 0 for part in shares)
    after = [a + s for a, s in zip(charged, shares, strict=True)]
    assert all(new <= agreed for new, agreed in zip(after, amounts, strict=True))


@given(started_lines(), st.data())
def test_sharing_at_once_or_in_two_steps_is_the_same(line, data):
    amounts, charged, eligible = line
    first = data.draw(st.integers(0, eligible))
    one = share(amounts, charged, first)
    middle = [a + s for a, s in zip(charged, one, strict=True)]
    two = share(amounts, middle, eligible - first)
    assert share(amounts, charged, eligible) == tuple(a + b for a, b in zip(one, two, strict=True))


@given(histories())
def test_consumed_line_charges_each_funder_its_agreed_amount(history):
    amounts, expenses = history
    charged = [0] * len(amounts)
    for eligible in expenses:
        shares = share(amounts, charged, eligible)
        charged = [a + s for a, s in zip(charged, shares, strict=True)]
    assert charged == amounts


@given(histories())
def test_distance_to_the_exact_proportion_stays_in_the_stated_bound(history):
    amounts, expenses = history
    total, charged, spent = sum(amounts), [0] * len(amounts), 0
    for eligible in expenses:
        shares = share(amounts, charged, eligible)
        charged = [a + s for a, s in zip(charged, shares, strict=True)]
        spent += eligible
        for funder, agreed in enumerate(amounts):
            if total:
                gap = abs(charged[funder] - Fraction(spent * agreed, total))
                assert gap <= Fraction(*proportion_bound(amounts, funder))


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.data())
def test_two_funders_stay_within_half_a_cent(first, second, data):
    spent = data.draw(st.integers(0, first + second))
    shares = share([first, second], [0, 0], spent)
    gap = abs(shares[0] - Fraction(spent * first, first + second))
    assert gap <= Fraction(1, 2)


def test_bound_for_many_funders_is_nearly_reached():
    """One large funder and many small ones: the bound is not a formality."""
    amounts = [1] * 10 + [100]
    worst = max(abs(share(amounts, [0] * 11, spent)[10] - Fraction(spent * 100, 110)) for spent in range(111))
    assert Fraction(3) < worst <= Fraction(*proportion_bound(amounts, 10))


@given(started_lines(SMALL_LINES), st.data())
def test_take_back_is_the_reverse_order_of_the_rule(line, data):
    amounts, charged, _ = line
    shares = [data.draw(st.integers(0, already)) for already in charged]
    credit = data.draw(st.integers(0, sum(shares)))
    assert take_back(amounts, charged, shares, credit) == reference_take_back(
        amounts, charged, shares, credit
    )


@given(started_lines(), st.data())
def test_take_back_never_exceeds_the_expense(line, data):
    amounts, charged, _ = line
    shares = [data.draw(st.integers(0, already)) for already in charged]
    credit = data.draw(st.integers(0, sum(shares)))
    back = take_back(amounts, charged, shares, credit)
    assert sum(back) == credit
    assert all(0 <= part <= own for part, own in zip(back, shares, strict=True))
    assert take_back(amounts, charged, shares, sum(shares)) == tuple(shares)


@given(started_lines(), st.data())
def test_last_expense_taken_back_in_part_leaves_the_smaller_expense(line, data):
    """Undoing part of the latest expense gives what a smaller one would have given."""
    amounts, charged, eligible = line
    shares = share(amounts, charged, eligible)
    credit = data.draw(st.integers(0, eligible))
    after = [a + s for a, s in zip(charged, shares, strict=True)]
    back = take_back(amounts, after, shares, credit)
    kept = tuple(s - b for s, b in zip(shares, back, strict=True))
    assert kept == share(amounts, charged, eligible - credit)


@st.composite
def moves(draw: st.DrawFn):
    """A line, then a run of expenses and cancellations (whole or in part)."""
    amounts = draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
    steps = draw(
        st.lists(
            st.tuples(st.sampled_from(["spend", "cancel", "credit"]), st.integers(0, 10**6)),
            max_size=20,
        )
    )
    return amounts, steps


@given(moves())
@settings(max_examples=200)
def test_cancellations_never_make_a_share_negative_and_the_line_still_ends_exact(run):
    amounts, steps = run
    charged = [0] * len(amounts)
    standing: list[list[int]] = []
    for kind, figure in steps:
        if kind == "spend" or not standing:
            eligible = min(figure, sum(amounts) - sum(charged))
            shares = list(share(amounts, charged, eligible))
            charged = [a + s for a, s in zip(charged, shares, strict=True)]
            standing.append(shares)
        else:
            own = standing.pop(figure % len(standing))
            credit = sum(own) if kind == "cancel" else figure % (sum(own) + 1)
            back = take_back(amounts, charged, own, credit)
            charged = [a - b for a, b in zip(charged, back, strict=True)]
            standing.append([s - b for s, b in zip(own, back, strict=True)])
        assert all(part >= 0 for part in standing[-1])
        assert charged == [sum(column) for column in zip(*standing, strict=True)]
    last = share(amounts, charged, sum(amounts) - sum(charged))
    assert [a + s for a, s in zip(charged, last, strict=True)] == amounts


def test_following_expenses_lean_back_to_the_agreed_proportion():
    amounts, charged = [600, 400], [60, 0]
    assert share(amounts, charged, 40) == (0, 40)


def test_ties_go_to_the_first_funder():
    assert share([100, 100, 100], [0, 0, 0], 1) == (1, 0, 0)
    assert share([100, 100, 100], [1, 0, 0], 1) == (0, 1, 0)
    assert take_back([100, 100, 100], [1, 1, 1], [1, 1, 1], 1) == (0, 0, 1)


@pytest.mark.parametrize(
    ("amounts", "charged", "eligible"),
    [
        ([100], [0], 101),
        ([100], [0], -1),
        ([100], [101], 0),
        ([-1], [0], 0),
        ([100], [-1], 0),
        ([100, 100], [0], 1),
    ],
)
def test_share_refuses_what_cannot_be_shared(amounts, charged, eligible):
    with pytest.raises(ApportionmentError):
        share(amounts, charged, eligible)


@pytest.mark.parametrize(
    ("shares", "credit"), [([11, 0], 0), ([-1, 0], 0), ([5, 5], 11), ([5, 5], -1), ([5], 1)]
)
def test_take_back_refuses_what_was_not_charged(shares, credit):
    with pytest.raises(ApportionmentError):
        take_back([100, 100], [10, 10], shares, credit)


def test_nothing_loops_over_cents():
    """A loop over these cents would outlive everybody: it simply has to answer."""
    weights = [507_331, 200_003, 99_991, 88_811, 77_777, 66_601, 5_501, 4_409, 3_301, 2_203, 17, 1]
    amounts = [weight * 10**24 for weight in weights]
    charged = [amount // 3 for amount in amounts]
    eligible = (sum(amounts) - sum(charged)) // 2
    shares = share(amounts, charged, eligible)
    assert sum(shares) == eligible
    after = [a + s for a, s in zip(charged, shares, strict=True)]
    assert sum(take_back(amounts, after, shares, eligible // 3)) == eligible // 3
