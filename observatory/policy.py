"""The publication policy: thresholds, statuses, and what moves between two releases (pure).

Source of the rules: French official statistics (no cell on fewer than 3 units, none where one unit
makes more than 85 %), made stricter by this programme (5 units), see
``docs/adr/2026-11-23-secret-statistique.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CellStatus(StrEnum):
    """Fate of a cell. Only staff see which of the last three it is: the public sees « secret »."""

    PUBLISHED = "published"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    EMPTY = "empty"


class AuditOutcome(StrEnum):
    """Verdict of the attack on a release."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Policy:
    """Parameters of the protection.

    ``threshold``: least number of groups of companies behind a published figure.
    ``safety_percent``: half-width of the protection interval, in % of the hidden count, rounded
    outward to whole companies. ``dominance_percent``: largest share of a sum one group may make.
    ``movement``: least change a published count may show between releases.
    ``mean_width_tenths``: least uncertainty left on a hidden mean, in tenths of a point.
    """

    threshold: int = 5
    safety_percent: int = 30
    dominance_percent: int = 85
    movement: int = 5
    mean_width_tenths: int = 100

    def protection(self, count: int) -> tuple[int, int]:
        """Interval that must remain possible around a hidden count, in whole companies."""
        low = count * (100 - self.safety_percent) // 100
        high = -(-count * (100 + self.safety_percent) // 100)
        return low, high


POLICY = Policy()


def shown_count(count: int, former: int | None, policy: Policy = POLICY) -> tuple[int, bool]:
    """What a release shows of a count, and whether it repeats the former figure.

    A published count never moves by 1 to 4 companies: it repeats the last published value until
    the movement reaches five, whether companies joined or withdrew their consent. Otherwise two
    successive releases, subtracted, would tell what one known newcomer answered.

    >>> shown_count(8, 6)
    (6, True)
    >>> shown_count(11, 6)
    (11, False)
    """
    if former is not None and abs(count - former) < policy.movement:
        return former, True
    return count, False
