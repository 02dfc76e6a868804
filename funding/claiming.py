"""What a claim comes to: advance taken back, ceiling, balance, recovery. Integer cents, no database.

For one funder, ``gross`` is the sum of the shares a claim holds. Of it are deducted

- ``imputed``: the part of the advance that this claim takes back, by the rule of the agreement;
- ``withheld``: what would bring advance and interim payments above their ceiling. It is not lost: the
  balance gives it back, so that it is negative there.

The rest is ``payable``. At the balance the sum of everything asked is the sum of everything justified,
to the cent; when more was asked before than was justified, nothing is payable and the difference is a
``recovery``.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST, PRORATA, BALANCE = "first", "prorata", "balance"


class ClaimingError(ValueError):
    """The claim cannot be made; the message says which rule it breaks."""


@dataclass(frozen=True)
class Terms:
    """What the agreement says: amount in cents, whole percents, rule of imputation."""

    agreed: int
    advance_percent: int = 0
    ceiling_percent: int = 80
    imputation: str = FIRST

    @property
    def advance(self) -> int:
        """Greatest advance, in cents, rounded down."""
        return self.agreed * self.advance_percent // 100

    @property
    def ceiling(self) -> int:
        """Greatest sum of advance and interim payments, in cents, rounded down."""
        return self.agreed * self.ceiling_percent // 100


@dataclass(frozen=True)
class Account:
    """What the other claims of the funder come to, in cents.

    ``advanced``: advances asked; ``imputed`` and ``withheld``: sums over the other claims; ``asked``: sum of
    what they ask; ``recovered``: what balances made so far gave back; ``gross``: shares they hold.
    """

    advanced: int = 0
    imputed: int = 0
    withheld: int = 0
    asked: int = 0
    recovered: int = 0
    gross: int = 0

    @property
    def outstanding(self) -> int:
        """Advance not yet taken back."""
        return self.advanced - self.imputed


@dataclass(frozen=True)
class Amounts:
    """What a claim comes to, in cents; ``gross - imputed - withheld == payable - recovery``."""

    gross: int
    imputed: int
    withheld: int
    payable: int
    recovery: int = 0

    @property
    def released(self) -> int:
        """What a balance gives back of what earlier claims withheld."""
        return -self.withheld


def advance(terms: Terms, account: Account, wanted: int | None = None) -> Amounts:
    """Return an advance: all that the agreement still allows, or ``wanted`` of it.

    Raises:
        ClaimingError: nothing is left to advance, or more is wanted than what is left.
    """
    room = min(terms.advance - account.advanced, terms.ceiling - account.asked)
    payable = room if wanted is None else wanted
    if not 0 < payable <= room:
        raise ClaimingError("more than what may still be advanced")
    # An advance holds no share: what it asks is negative « withheld », taken back by imputation.
    return Amounts(gross=0, imputed=0, withheld=-payable, payable=payable)


def interim(terms: Terms, account: Account, gross: int, *, limit: Amounts | None = None) -> Amounts:
    """Return an interim claim of ``gross`` cents of shares.

    ``limit`` is what the claim first came to, when the funder rejected some of its shares: nothing of
    it may grow, and counter-entries that are left alone wait for the balance.

    Raises:
        ClaimingError: the shares of a new claim come to less than nothing.
    """
    if gross < 0 and limit is not None:
        return Amounts(gross, 0, gross, 0)
    if gross < 0:
        raise ClaimingError("the shares come to less than nothing")
    imputed = min(_imputation(terms, account, gross), gross, max(0, account.outstanding))
    if limit is not None:
        imputed = min(imputed, limit.imputed)
    payable = max(0, min(gross - imputed, terms.ceiling - account.asked))
    if limit is not None:
        payable = min(payable, limit.payable)
    return Amounts(gross, imputed, gross - imputed - payable, payable)


def _imputation(terms: Terms, account: Account, gross: int) -> int:
    if terms.imputation == BALANCE:
        return 0
    if terms.imputation == PRORATA:
        # Rounded up: the advance is taken back before the ceiling is met.
        return -(-gross * terms.advance_percent // 100)
    return account.outstanding


def balance(account: Account, gross: int) -> Amounts:
    """Return the balance: everything justified, less everything asked before."""
    net = account.gross + gross - (account.asked - account.recovered)
    imputed = max(0, account.outstanding)
    return Amounts(gross, imputed, gross - imputed - net, max(0, net), max(0, -net))
