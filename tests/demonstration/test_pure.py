"""The generators of the demonstration: valid, distinct, stable."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from edec_ia.demonstration import budget, identities, names, profiles
from edec_ia.demonstration.calendar import DemoCalendar, is_working_day
from edec_ia.demonstration.randomness import Weighted, source

TOWNS = [
    profiles.TownRow("59350", "Lille", "59000", 236_000),
    profiles.TownRow("80021", "Amiens", "80000", 134_000),
]
NAF = [profiles.NafRow(f"{10 + i}.00Z", section) for i, section in enumerate(profiles.SECTION_WEIGHTS)]
MAKERS = profiles.makers(TOWNS, NAF)


@given(st.integers(0, identities.SIREN_CAPACITY - 1), st.integers(0, 10_000), st.integers(1, 9999))
def test_numbers_are_valid_and_in_the_fictional_range(index, seed, establishment):
    siren = identities.siren(index, seed)
    siret = identities.siret(siren, establishment)
    assert siren.startswith("000")
    assert stdnum_siren.is_valid(siren)
    assert stdnum_siret.is_valid(siret)
    assert siret.startswith(siren)


def test_sirens_are_distinct_over_the_whole_range():
    sirens = {identities.siren(index, 3) for index in range(identities.SIREN_CAPACITY)}
    assert len(sirens) == identities.SIREN_CAPACITY


def test_sirens_end_with_the_range():
    with pytest.raises(ValueError, match="at most 99999"):
        identities.siren(identities.SIREN_CAPACITY, 1)


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)))
def test_today_is_always_in_month_16_of_24(today):
    calendar = DemoCalendar(today)
    assert calendar.month_start(16) <= today < calendar.month_start(17)
    assert calendar.starts_on == calendar.month_start(1)
    assert calendar.month_start(25).toordinal() == calendar.ends_on.toordinal() + 1


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)), st.floats(0, 1))
def test_events_fall_on_working_days_of_the_past(today, progress):
    calendar = DemoCalendar(today)
    day = calendar.at(progress)
    assert is_working_day(day)
    assert calendar.starts_on <= day <= today


@given(st.integers(0, 5000), st.integers(0, 99))
def test_a_company_depends_only_on_its_position_and_the_seed(index, seed):
    first = profiles.company(index, seed, MAKERS)
    assert profiles.company(index, seed, MAKERS) == first
    assert 0 < first.maturity < 1
    assert first.email.endswith(".example")
    assert first.email.isascii()
    least, most = profiles.BANDS[first.workforce_band][1:]
    assert least <= first.people <= most


def test_sectors_and_sizes_show_in_maturity():
    companies = [profiles.company(index, 1, MAKERS) for index in range(3000)]
    by_section = {section: [c.maturity for c in companies if c.section == section] for section in ("J", "F")}
    small = [c.maturity for c in companies if c.people < 10]
    large = [c.maturity for c in companies if c.people >= 100]
    mean = lambda values: sum(values) / len(values)  # noqa: E731 -- read once, just here
    assert mean(by_section["J"]) > mean(by_section["F"]) + 0.2
    assert mean(large) > mean(small) + 0.05


def test_names_bear_what_screens_must_bear():
    found = [names.company_name(source(1, "name", i), "62.01Z") for i in range(400)]
    assert max(map(len, found)) > 60
    assert any("&" in name for name in found)
    assert any("é" in name for name in found)
    assert all(name == name.strip() and len(name) <= 120 for name in found)


@given(st.dictionaries(st.text(min_size=1), st.floats(0.01, 100), min_size=1), st.integers())
def test_weighted_draws_only_known_values(weights, seed):
    assert Weighted(weights).draw(random.Random(seed)) in weights


def test_weighted_follows_the_weights():
    drawing = Weighted({"rare": 1, "common": 9})
    rng = random.Random(5)
    rare = sum(drawing.draw(rng) == "rare" for _ in range(5000))
    assert 400 < rare < 600


def test_weighted_refuses_nothing_to_draw():
    with pytest.raises(ValueError, match="positive"):
        Weighted({})


def test_the_budget_says_what_is_public():
    assert sum(line.planned_cents for line in budget.LINES) == 104_610_000
    assert sum(agreed for _name, _short, agreed in budget.FUNDERS) == 104_610_000
    assert budget.FUNDERS[0] == ("État", "État", 50_733_100)
    assert {line.axis for line in budget.LINES} == {1, 2, 3, 4}


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)), st.integers(0, 50))
def test_invoices_never_overrun_their_line(today, seed):
    calendar = DemoCalendar(today)
    for line in budget.LINES:
        found = budget.invoices(line, seed, calendar)
        eligible = sum(invoice.amount_cents - invoice.ineligible_cents for invoice in found)
        assert eligible == round(line.planned_cents * line.consumed)
        assert all(invoice.amount_cents > invoice.ineligible_cents >= 0 for invoice in found)
        assert all(calendar.starts_on <= invoice.on <= today for invoice in found)
        assert [invoice.on for invoice in found] == sorted(invoice.on for invoice in found)
