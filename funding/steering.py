"""What deserves attention in a budget: lines nearly used, used up, or left behind. Pure module.

Integer cents and exact fractions in, a verdict out; no clock.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from funding.forecast import expected_at_end

FULL = Fraction(1)


@dataclass(frozen=True)
class Thresholds:
    """From when a line is to be watched, in whole percents.

    ``near``: of the plan, used or promised. Under-consumption is told once ``early`` of the agreement is
    past, to a line that used less than ``behind`` of what an even pace would have.
    """

    near_percent: int = 80
    early_percent: int = 25
    behind_percent: int = 50


class Alert(StrEnum):
    """Why a line is to be watched."""

    OVER = "over"
    FULL = "full"
    NEAR = "near"
    UNDER = "under"


@dataclass(frozen=True)
class Position:
    """Where a line, an axis or the whole budget stands, in cents."""

    planned_cents: int
    validated_cents: int
    committed_cents: int = 0

    @property
    def used_cents(self) -> int:
        """Charged or promised."""
        return self.validated_cents + self.committed_cents

    @property
    def used(self) -> Fraction | None:
        """Share of the plan charged or promised; nothing when nothing is planned."""
        return Fraction(self.used_cents, self.planned_cents) if self.planned_cents else None


def elapsed(start: date, end: date, at: date) -> Fraction:
    """Share of the agreement gone by at the end of a day, from 0 to 1."""
    whole = (end - start).days + 1
    return Fraction(max(0, min((at - start).days + 1, whole)), whole)


def expected(position: Position, start: date, end: date, at: date) -> int:
    """What a line comes to at the end of the agreement, in cents.

    The pace so far carried to the end, and never less than what is already charged and promised.
    """
    return max(position.used_cents, expected_at_end(position.validated_cents, start, end, at))


DEFAULTS = Thresholds()


def alert_of(position: Position, gone: Fraction, thresholds: Thresholds = DEFAULTS) -> Alert | None:
    """Why a line is to be watched when a share ``gone`` of the agreement is past; nothing when it is not."""
    used = position.used
    if used is None:
        return Alert.OVER if position.used_cents > 0 else None
    if used > FULL:
        return Alert.OVER
    if used == FULL:
        return Alert.FULL
    if used * 100 >= thresholds.near_percent:
        return Alert.NEAR
    if gone * 100 >= thresholds.early_percent and used * 100 < gone * thresholds.behind_percent:
        return Alert.UNDER
    return None
