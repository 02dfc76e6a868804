"""State aid: windows at their edges, sums of a group, and a warning that never comes late."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.aid import (
    AidRuleError,
    Grant,
    Undertaking,
    aid_in_kind,
    first_breach,
    most_allowed,
    parse_rules,
    rule_on,
    standing,
    window_of,
)

CONTENT = Path(__file__).resolve().parents[2] / "funding" / "content" / "aid_rules.yaml"
RULES = parse_rules(yaml.safe_load(CONTENT.read_text(encoding="utf-8")))
DAYS = st.dates(date(2018, 1, 1), date(2029, 12, 31))
GRANTS = st.lists(st.builds(Grant, DAYS, st.integers(1, 200_000_00)), max_size=8)


@pytest.mark.parametrize(
    ("day", "ceiling", "road"),
    [
        (date(2023, 12, 31), 200_000_00, 100_000_00),
        (date(2024, 1, 1), 300_000_00, 300_000_00),
    ],
)
def test_the_ceiling_changes_on_new_year_2024(day, ceiling, road):
    assert standing(RULES, [], day).ceiling_cents == ceiling
    assert standing(RULES, [], day, Undertaking(road_freight=True)).ceiling_cents == road


def test_the_rolling_window_holds_its_anniversary_and_not_the_day_before():
    rule = rule_on(RULES, "de-minimis", date(2026, 6, 15))
    assert window_of(rule, date(2026, 6, 15)) == (date(2023, 6, 15), date(2026, 6, 15))
    on, before = Grant(date(2023, 6, 15), 100), Grant(date(2023, 6, 14), 1000)
    assert standing(RULES, [on, before], date(2026, 6, 15)).received_cents == 100


def test_a_leap_day_has_a_window():
    rule = rule_on(RULES, "de-minimis", date(2028, 2, 29))
    assert window_of(rule, date(2028, 2, 29))[0] == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("day", "closing", "start"),
    [
        (date(2023, 6, 15), 12, date(2021, 1, 1)),
        (date(2023, 6, 15), 6, date(2020, 7, 1)),
        (date(2023, 7, 1), 6, date(2021, 7, 1)),
        (date(2022, 12, 31), 12, date(2020, 1, 1)),
    ],
)
def test_the_former_window_counts_three_fiscal_years(day, closing, start):
    rule = rule_on(RULES, "de-minimis", day)
    assert window_of(rule, day, closing) == (start, day)


@settings(max_examples=150)
@given(GRANTS, DAYS)
def test_a_standing_is_the_sum_of_its_window(grants, day):
    now = standing(RULES, grants, day)
    inside = [grant for grant in grants if now.start <= grant.granted_on <= day]
    assert now.received_cents == sum(grant.amount_cents for grant in inside)
    assert now.remaining_cents == max(0, now.ceiling_cents - now.received_cents)
    assert (day - now.start) >= timedelta(days=2 * 365)


@settings(max_examples=150)
@given(GRANTS, GRANTS, DAYS)
def test_linked_companies_count_once(first, second, day):
    together = standing(RULES, [*first, *second], day).received_cents
    alone = [standing(RULES, grants, day).received_cents for grants in (first, second)]
    assert together == sum(alone)


@settings(max_examples=200)
@given(GRANTS, st.builds(Grant, DAYS, st.integers(1, 400_000_00)))
def test_the_warning_comes_exactly_when_a_window_with_the_grant_passes(grants, new):
    every = [*grants, new]
    moments = [new.granted_on, *(grant.granted_on for grant in grants if grant.granted_on > new.granted_on)]
    passed = [
        then
        for then in (standing(RULES, every, day) for day in moments)
        if then.passes and then.start <= new.granted_on <= then.end
    ]
    breach = first_breach(RULES, grants, new)
    assert (breach is not None) == bool(passed)
    if breach is not None:
        assert breach.end == min(then.end for then in passed)


def test_a_grant_entered_late_is_weighed_with_those_that_followed():
    later = Grant(date(2026, 5, 1), 299_000_00)
    breach = first_breach(RULES, [later], Grant(date(2026, 1, 10), 2_000_00))
    assert breach is not None
    assert (breach.end, breach.received_cents) == (later.granted_on, 301_000_00)


def test_reaching_the_ceiling_is_allowed():
    before = Grant(date(2026, 1, 10), 299_000_00)
    assert first_breach(RULES, [before], Grant(date(2026, 2, 1), 1_000_00)) is None
    assert first_breach(RULES, [before], Grant(date(2026, 2, 1), 1_000_01)) is not None


def test_other_bases_do_not_count():
    other = Grant(date(2026, 1, 10), 900_000_00, "gber-31")
    assert standing(RULES, [other], date(2026, 6, 1)).received_cents == 0
    assert first_breach(RULES, [], other) is None


@pytest.mark.parametrize(
    ("base", "size", "priority", "percent"),
    [
        ("gber-18", "small", False, 50),
        ("gber-18", "large", False, 0),
        ("gber-18", "", False, 0),
        ("gber-31", "large", False, 50),
        ("gber-31", "medium", False, 60),
        ("gber-31", "medium", True, 70),
        ("gber-31", "small", True, 70),
    ],
)
def test_shares_of_cost(base, size, priority, percent):
    rule = rule_on(RULES, base, date(2026, 1, 1))
    assert most_allowed(rule, size, 1_000_01, priority=priority) == 1_000_01 * percent // 100


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_aid_is_cost_minus_price_and_never_negative(cost, paid):
    assert aid_in_kind(cost, paid) == max(0, cost - paid)


def test_no_rule_before_2014_nor_for_an_unknown_base():
    with pytest.raises(AidRuleError):
        rule_on(RULES, "de-minimis", date(2013, 12, 31))
    with pytest.raises(AidRuleError):
        rule_on(RULES, "autre", date(2026, 1, 1))


@pytest.mark.parametrize(
    "document",
    [
        None,
        {"rules": []},
        {"rules": ["x"]},
        {"rules": [{"base": "de-minimis"}]},
        {"rules": [{**yaml.safe_load(CONTENT.read_text())["rules"][0], "valid_from": "hier"}]},
        {"rules": yaml.safe_load(CONTENT.read_text())["rules"][:1] * 2},
    ],
)
def test_defective_rules_are_refused(document):
    with pytest.raises(AidRuleError):
        parse_rules(document)
