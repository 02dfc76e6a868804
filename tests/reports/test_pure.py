"""Periods of reports."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from reports.periods import (
    Period,
    default_period,
    elapsed_share,
    finished_quarters,
    month_count,
    month_number,
    quarter_of,
)

days = st.dates(min_value=date(2015, 1, 1), max_value=date(2035, 12, 31))


@given(days)
def test_a_quarter_holds_its_day_and_three_months(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.start <= day <= quarter.end
    assert (quarter.start.day, quarter.start.month % 3) == (1, 1)
    assert 90 <= (quarter.end - quarter.start).days + 1 <= 92
    assert quarter_of(quarter.end + timedelta(days=1)).start == quarter.end + timedelta(days=1)


@given(days, days, days)
def test_finished_quarters_are_over_touch_the_agreement_and_follow_one_another(
    start: date, today: date, end: date
) -> None:
    assume(start < end)
    quarters = finished_quarters(start, today, end)
    for quarter in quarters:
        assert quarter.end < today
        assert quarter.within(start, end) is not None
    for later, earlier in pairwise(quarters):
        assert earlier.end + timedelta(days=1) == later.start
    chosen = default_period(start, today, end)
    assert chosen.start <= chosen.end
    assert chosen == quarters[0] if quarters else chosen.start == start


def test_names_of_periods() -> None:
    assert [
        Period(date(2026, 7, 1), date(2026, 9, 30)).label,
        Period(date(2026, 1, 1), date(2026, 3, 31)).label,
        Period(date(2026, 1, 1), date(2026, 12, 31)).label,
        Period(date(2026, 2, 1), date(2026, 3, 15)).label,
    ] == [
        "3e trimestre 2026",
        "1er trimestre 2026",
        "année 2026",
        "du 1er\u00a0février\u00a02026 au 15\u00a0mars\u00a02026",
    ]


def test_months_of_the_public_agreement() -> None:
    start, end = date(2019, 1, 29), date(2021, 1, 28)
    assert month_count(start, end) == 24
    assert [month_number(start, day) for day in (date(2019, 1, 28), start, date(2019, 2, 28), end)] == [
        0,
        1,
        1,
        24,
    ]


def test_share_of_time_gone_by() -> None:
    start, end = date(2026, 1, 1), date(2026, 1, 10)
    shares = [elapsed_share(start, end, date(2026, 1, day)) for day in (1, 5, 10)]
    assert shares == [0.1, 0.5, 1.0]
    assert elapsed_share(start, end, date(2025, 6, 1)) == 0.0
    assert elapsed_share(start, end, date(2030, 6, 1)) == 1.0
