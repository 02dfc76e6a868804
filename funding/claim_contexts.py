"""What a claim's statement tells, frozen: amounts in cents, words already in French. Pure module."""

from dataclasses import dataclass
from datetime import date

CLAIM_STATEMENT = "claim-statement"


@dataclass(frozen=True)
class StatementLine:
    """What a claim takes on one budget line."""

    code: str
    label: str
    account: str
    vouchers: int
    amount_cents: int


@dataclass(frozen=True)
class EarlierClaim:
    """A claim made before to the same funder."""

    number: str
    kind: str
    status: str
    sent_on: date | None
    payable_cents: int
    received_cents: int


@dataclass(frozen=True)
class ClaimStatement:
    """A claim as the funder reads it."""

    number: str
    kind: str
    kind_label: str
    funder: str
    agreed_cents: int
    advance_percent: int
    ceiling_percent: int
    imputation: str
    starts_on: date
    ends_on: date
    until: date | None
    gross_cents: int
    imputed_cents: int
    withheld_cents: int
    payable_cents: int
    recovery_cents: int
    offset_cents: int
    asked_before_cents: int
    vouchers: int
    lines: tuple[StatementLine, ...]
    earlier: tuple[EarlierClaim, ...]

    @property
    def released_cents(self) -> int:
        """What the balance gives back of what earlier claims withheld."""
        return -self.withheld_cents

    @property
    def to_pay_cents(self) -> int:
        """What the funder is asked to transfer, sums it overpaid before deducted."""
        return self.payable_cents - self.offset_cents

    @property
    def asked_in_all_cents(self) -> int:
        """Everything asked of the funder, this claim included."""
        return self.asked_before_cents + self.payable_cents
