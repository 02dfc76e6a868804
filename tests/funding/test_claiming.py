"""Advance, ceiling, imputation, balance: properties of the pure rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.claiming import (
    BALANCE,
    FIRST,
    PRORATA,
    Account,
    Amounts,
    ClaimingError,
    Terms,
    advance,
    balance,
    interim,
)

percents = st.integers(0, 100)


@st.composite
def terms_of(draw: st.DrawFn) -> Terms:
    ceiling = draw(percents)
    return Terms(
        agreed=draw(st.integers(0, 10**9)),
        advance_percent=draw(st.integers(0, ceiling)),
        ceiling_percent=ceiling,
        imputation=draw(st.sampled_from([FIRST, PRORATA, BALANCE])),
    )


def add(account: Account, amounts: Amounts, *, advanced: int = 0) -> Account:
    return Account(
        advanced=account.advanced + advanced,
        imputed=account.imputed + amounts.imputed,
        withheld=account.withheld + amounts.withheld,
        asked=account.asked + amounts.payable,
        recovered=account.recovered + amounts.recovery,
        gross=account.gross + amounts.gross,
    )


@settings(max_examples=200)
@given(terms=terms_of(), parts=st.lists(st.integers(0, 10**8), max_size=6), last=st.integers(-(10**7), 10**8))
def test_whatever_the_claims_the_balance_asks_exactly_what_is_justified(terms, parts, last) -> None:
    account = Account()
    if terms.advance:
        first = advance(terms, account)
        account = add(account, first, advanced=first.payable)
        assert first.payable == terms.advance
    for gross in parts:
        made = interim(terms, account, gross)
        assert min(made.imputed, made.withheld, made.payable) >= 0
        assert made.gross - made.imputed - made.withheld == made.payable
        account = add(account, made)
        assert account.asked <= terms.ceiling
        assert 0 <= account.outstanding <= terms.advance
    end = balance(account, last)
    assert end.gross - end.imputed - end.withheld == end.payable - end.recovery
    account = add(account, end)
    assert account.asked - account.recovered == sum(parts) + last
    assert account.outstanding == 0
    assert min(end.payable, end.recovery) == 0
    # Nothing is withheld any more: what advances gave and ceilings kept is settled.
    if not end.recovery:
        assert account.withheld + account.imputed == 0


@settings(max_examples=200)
@given(
    terms=terms_of(),
    gross=st.integers(0, 10**8),
    rejected=st.integers(0, 10**8),
    paid=st.integers(0, 10**8),
)
def test_a_rejection_never_makes_a_claim_grow(terms, gross, rejected, paid) -> None:
    account = Account(advanced=terms.advance, asked=min(terms.ceiling, terms.advance + paid))
    before = interim(terms, account, gross)
    after = interim(terms, account, max(0, gross - rejected), limit=before)
    assert after.payable <= before.payable
    assert after.imputed <= before.imputed
    assert after.gross - after.imputed - after.withheld == after.payable


def test_each_rule_of_imputation() -> None:
    account = Account(advanced=30_00, asked=30_00, withheld=-30_00)
    grant = 100_00
    first = interim(Terms(grant, 30, 80, FIRST), account, 50_00)
    prorata = interim(Terms(grant, 30, 80, PRORATA), account, 50_00)
    late = interim(Terms(grant, 30, 80, BALANCE), account, 60_00)
    assert (first.imputed, first.payable) == (30_00, 20_00)
    assert (prorata.imputed, prorata.payable) == (15_00, 35_00)
    assert (late.imputed, late.withheld, late.payable) == (0, 10_00, 50_00)


def test_a_recovery_appears_when_less_is_justified_than_was_asked() -> None:
    account = Account(advanced=30_00, withheld=-30_00, asked=30_00)
    assert balance(account, 12_00) == Amounts(12_00, 30_00, 0, 0, 18_00)


@pytest.mark.parametrize("wanted", [0, -1, 30_01])
def test_an_advance_stays_within_the_agreement(wanted) -> None:
    with pytest.raises(ClaimingError):
        advance(Terms(100_00, 30), Account(), wanted)
    with pytest.raises(ClaimingError):
        advance(Terms(100_00, 30), Account(advanced=30_00, asked=30_00))


def test_shares_that_come_to_less_than_nothing_wait() -> None:
    with pytest.raises(ClaimingError):
        interim(Terms(100_00), Account(), -1)
