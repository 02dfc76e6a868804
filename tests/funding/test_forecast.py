"""The plan spread over the months loses no cent; the pace is projected exactly."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.forecast import MonthPoint, expected_at_end, monthly_points, planned_by

DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
START, END = date(2019, 1, 29), date(2021, 1, 28)


@given(st.integers(0, 10**10), DAYS, st.integers(0, 1500))
def test_months_add_up_to_the_plan(total, start, days):
    points = monthly_points(total, start, start + timedelta(days=days), {})
    assert sum(point.planned_cents for point in points) == total
    assert all(point.planned_cents >= 0 for point in points)
    assert points[-1].planned_total_cents == total


def test_plan_beside_actual_month_by_month():
    points = monthly_points(
        5_900, date(2019, 1, 31), date(2019, 3, 30), {date(2019, 2, 1): 900, date(2019, 5, 1): 100}
    )
    assert points == (
        MonthPoint(date(2019, 1, 1), 100, 0, 100, 0),
        MonthPoint(date(2019, 2, 1), 2_800, 900, 2_900, 900),
        MonthPoint(date(2019, 3, 1), 3_000, 0, 5_900, 900),
        MonthPoint(date(2019, 5, 1), 0, 100, 5_900, 1_000),
    )


def test_planned_by_is_bounded_by_the_agreement():
    assert planned_by(1_000, START, END, START - timedelta(days=1)) == 0
    assert planned_by(731_00, START, END, START) == 100
    assert planned_by(1_000, START, END, END) == planned_by(1_000, START, END, date.max) == 1_000


def test_pace_is_projected_to_the_end():
    assert expected_at_end(100, START, END, START) == 73_100
    assert expected_at_end(500, START, END, END) == 500
    assert expected_at_end(500, START, END, START - timedelta(days=1)) == 500


@pytest.mark.parametrize("function", [planned_by, expected_at_end])
def test_period_must_not_end_before_it_starts(function):
    with pytest.raises(ValueError, match="before it starts"):
        function(1, END, START, START)
