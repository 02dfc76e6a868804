"""State aid: the rule of a day, what one undertaking received in its window, what a grant would pass.

Linked companies count once: callers give the grants of the whole group. Rules are content
(``content/aid_rules.yaml``), one per period of validity, each with its source. Dates and integer cents in
and out; no clock, no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

DE_MINIMIS = "de-minimis"
CALENDAR_YEAR = 12


class AidRuleError(ValueError):
    """The document does not hold rules, or no rule was in force on a day."""


class Window(StrEnum):
    """How far back a ceiling looks."""

    ROLLING = "rolling"
    FISCAL_YEARS = "fiscal-years"


@dataclass(frozen=True)
class AidRule:
    """A legal base over its period of validity.

    A rule with a window has a ceiling; a rule without one limits the aid to a share of the cost
    (``intensity``, whole percents by company size: a size that is missing may receive nothing).
    """

    base: str
    label: str
    reference: str
    source: str
    valid_from: date
    valid_until: date | None
    verified: bool
    window: Window | None = None
    years: int = 0
    ceiling_cents: int | None = None
    road_freight_cents: int | None = None
    intensity: tuple[tuple[str, int], ...] = ()
    priority_points: int = 0
    maximum: int = 100

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def ceiling(self, *, road_freight: bool) -> int | None:
        """The ceiling of a single undertaking, in cents."""
        return self.road_freight_cents if road_freight and self.road_freight_cents else self.ceiling_cents


@dataclass(frozen=True)
class Grant:
    """An aid to one undertaking, whoever gave it."""

    granted_on: date
    amount_cents: int
    base: str = DE_MINIMIS


@dataclass(frozen=True)
class Undertaking:
    """What changes the ceiling and the window of a single undertaking."""

    road_freight: bool = False
    year_ends_in: int = CALENDAR_YEAR


@dataclass(frozen=True)
class Standing:
    """Where an undertaking stands against a ceiling on a day; both ends of the window count."""

    rule: AidRule
    start: date
    end: date
    ceiling_cents: int
    received_cents: int

    @property
    def remaining_cents(self) -> int:
        """What could still be granted; never below zero."""
        return max(0, self.ceiling_cents - self.received_cents)

    @property
    def passes(self) -> bool:
        """Whether the ceiling is passed; reaching it exactly is allowed."""
        return self.received_cents > self.ceiling_cents


def aid_in_kind(cost_cents: int, paid_cents: int) -> int:
    """Aid of a service given below its cost, in cents: what it costs minus the price paid, never negative."""
    return max(0, cost_cents - paid_cents)


def rule_on(rules: Iterable[AidRule], base: str, day: date) -> AidRule:
    """The rule of a base in force on a day. Raises ``AidRuleError`` when there is none."""
    for rule in rules:
        if rule.base == base and rule.holds_on(day):
            return rule
    raise AidRuleError(f"no rule {base!r} on {day.isoformat()}")


def window_of(rule: AidRule, day: date, year_ends_in: int = CALENDAR_YEAR) -> tuple[date, date]:
    """First and last day that count with a grant of ``day``, both included.

    ``year_ends_in`` is the last month of the fiscal year (12 for the calendar year).
    Raises ``AidRuleError`` for a rule that sums nothing.
    """
    if rule.window is Window.ROLLING:
        return _years_before(day, rule.years), day
    if rule.window is Window.FISCAL_YEARS:
        first_month = year_ends_in % 12 + 1
        year = day.year if day.month >= first_month else day.year - 1
        return date(year - rule.years + 1, first_month, 1), day
    raise AidRuleError(f"{rule.base!r} sums nothing")


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        # 29 February has no anniversary: the day before, which counts one day more, never one less.
        return day.replace(year=day.year - years, day=28)


def standing(
    rules: Sequence[AidRule], grants: Iterable[Grant], day: date, who: Undertaking | None = None
) -> Standing:
    """De minimis aid of an undertaking on a day: the sum over the window of the rule then in force.

    Grants made under an earlier regulation count as well when the window reaches them.
    Raises ``AidRuleError`` when no rule was in force.
    """
    who = who or Undertaking()
    rule = rule_on(rules, DE_MINIMIS, day)
    start, end = window_of(rule, day, who.year_ends_in)
    received = sum(g.amount_cents for g in grants if g.base == DE_MINIMIS and start <= g.granted_on <= end)
    return Standing(rule, start, end, rule.ceiling(road_freight=who.road_freight) or 0, received)


def first_breach(
    rules: Sequence[AidRule], grants: Sequence[Grant], new: Grant, who: Undertaking | None = None
) -> Standing | None:
    """The first moment when a new grant makes the undertaking pass its ceiling, or nothing.

    A grant entered late counts in the windows of those that followed it: they are looked at too.
    """
    if new.base != DE_MINIMIS or new.amount_cents <= 0:
        return None
    every = [*grants, new]
    later = {g.granted_on for g in grants if g.base == DE_MINIMIS and g.granted_on > new.granted_on}
    for day in (new.granted_on, *sorted(later)):
        then = standing(rules, every, day, who)
        if then.passes and then.start <= new.granted_on:
            return then
    return None


def most_allowed(rule: AidRule, size: str, cost_cents: int, *, priority: bool = False) -> int | None:
    """The greatest aid that a rule by share of cost allows, in cents rounded down; nothing if it has none."""
    if not rule.intensity:
        return None
    percent = dict(rule.intensity).get(size, 0)
    if percent and priority:
        percent = min(rule.maximum, percent + rule.priority_points)
    return cost_cents * percent // 100


def parse_rules(document: object) -> tuple[AidRule, ...]:
    """The rules of a loaded document. Raises ``AidRuleError`` at the first defect, with its place."""
    listed = document.get("rules") if isinstance(document, Mapping) else None
    if not isinstance(listed, list) or not listed:
        raise AidRuleError("rules: a list of rules is expected")
    rules = tuple(_rule(entry, rank) for rank, entry in enumerate(listed, start=1))
    for base in {rule.base for rule in rules}:
        _check_periods(sorted((r for r in rules if r.base == base), key=lambda rule: rule.valid_from))
    return rules


def _rule(entry: object, rank: int) -> AidRule:
    if not isinstance(entry, Mapping):
        raise AidRuleError(f"rules[{rank}]: a block of keys is expected")
    try:
        return AidRule(
            base=str(entry["base"]),
            label=str(entry["label"]),
            reference=str(entry["reference"]),
            source=str(entry["source"]),
            valid_from=_day(entry["valid_from"]),
            valid_until=_day(entry["valid_until"]) if entry.get("valid_until") else None,
            verified=bool(entry["verified"]),
            window=Window(entry["window"]) if "window" in entry else None,
            years=int(entry.get("years", 0)),
            ceiling_cents=_cents(entry.get("ceiling_euros")),
            road_freight_cents=_cents(entry.get("road_freight_euros")),
            intensity=tuple(sorted((str(k), int(v)) for k, v in entry.get("intensity", {}).items())),
            priority_points=int(entry.get("priority_points", 0)),
            maximum=int(entry.get("maximum", 100)),
        )
    except KeyError as error:
        raise AidRuleError(f"rules[{rank}].{error.args[0]}: missing") from error
    except (TypeError, ValueError) as error:
        raise AidRuleError(f"rules[{rank}]: {error}") from error


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise TypeError("a date is expected")
    return value


def _cents(euros: Any) -> int | None:
    return None if euros is None else int(euros) * 100


def _check_periods(rules: Sequence[AidRule]) -> None:
    for earlier, later in pairwise(rules):
        end = earlier.valid_until
        if end is None or end + timedelta(days=1) > later.valid_from:
            raise AidRuleError(f"{earlier.base}: two rules on {later.valid_from.isoformat()}")
