"""Alerts and forecasts: thresholds at their edges, and what they must never do."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from core.formats import format_euros, format_percent
from funding.rules import alert_thresholds
from funding.selectors import budget_overview
from funding.selectors.steering import alert_for, forecast_of, line_alerts, total_forecast
from funding.steering import Alert, Position, Thresholds, alert_of, elapsed, expected
from programme.links import programme_url
from programme.models import Programme
from tests.funding.factories import TODAY, line_of, make_plan, make_validated

START, END = date(2025, 7, 1), date(2027, 6, 30)
CENTS = st.integers(0, 10**10)


@pytest.mark.parametrize(
    ("planned", "used", "gone", "alert"),
    [
        (100, 101, Fraction(1, 2), Alert.OVER),
        (100, 100, Fraction(1, 2), Alert.FULL),
        (100, 99, Fraction(1, 2), Alert.NEAR),
        (100, 80, Fraction(1, 2), Alert.NEAR),
        (100, 79, Fraction(1, 2), None),
        (100, 25, Fraction(1, 2), None),
        (100, 24, Fraction(1, 2), Alert.UNDER),
        (100, 0, Fraction(24, 100), None),
        (100, 0, Fraction(1, 4), Alert.UNDER),
        (0, 0, Fraction(1), None),
        (0, 1, Fraction(0), Alert.OVER),
    ],
)
def test_thresholds(planned: int, used: int, gone: Fraction, alert: Alert | None) -> None:
    assert alert_of(Position(planned, used), gone) == alert
    assert alert_of(Position(planned, 0, used), gone) == alert


@pytest.mark.parametrize(
    ("used", "gone", "alert"),
    [
        (90, Fraction(1, 2), Alert.NEAR),
        (89, Fraction(1, 2), None),
        (35, Fraction(1, 2), None),
        (34, Fraction(1, 2), Alert.UNDER),
        (0, Fraction(39, 100), None),
    ],
)
def test_a_programme_sets_its_own_thresholds(used: int, gone: Fraction, alert: Alert | None) -> None:
    assert alert_of(Position(100, used), gone, Thresholds(90, 40, 70)) == alert


@pytest.mark.django_db
def test_the_thresholds_of_the_programme_are_those_of_its_page(
    programme: Programme, officer: User, director: User, signed_in: Callable[[User], Client]
) -> None:
    make_plan(programme)
    make_validated(programme, officer, director, amount=100_000_00)
    line, page = budget_overview(programme).lines[0], programme_url(programme, "funding:overview")
    at, client = date(2025, 8, 1), signed_in(director)
    assert alert_for(programme, line, at, alert_thresholds(programme)) is None
    sent = {"second_person": "on", "fungibility_percent": "10", "near_percent": "60", "early_percent": "25"}
    target = programme_url(programme, "funding:rules")
    assert client.post(target, sent).status_code == 422
    assert client.post(target, {**sent, "behind_percent": "101"}).status_code == 422
    assert client.post(target, {**sent, "behind_percent": "50"}).status_code == 302
    alert = alert_for(programme, line, at, alert_thresholds(programme))
    assert alert is not None
    assert (alert.kind, alert.badge) == (Alert.NEAR, format_percent(Fraction(60, 100), decimals=0))
    assert alert.text in unescape(client.get(page).content.decode())


@given(CENTS, CENTS, CENTS, st.integers(-30, 800))
def test_a_forecast_never_falls_below_what_is_charged_and_promised(
    planned: int, validated: int, committed: int, days: int
) -> None:
    position, at = Position(planned, validated, committed), START + timedelta(days=days)
    assert expected(position, START, END, at) >= validated + committed
    if at >= END or at < START:
        assert expected(position, START, END, at) == validated + committed
    assert 0 <= elapsed(START, END, at) <= 1


@pytest.mark.django_db
def test_the_total_is_the_sum_of_its_lines(programme: Programme, officer: User, director: User) -> None:
    make_plan(programme)
    for amount, axis in ((120_000_01, 1), (33_33, 2), (250_000_00, 3)):
        make_validated(programme, officer, director, amount=amount, axis=axis)
    overview = budget_overview(programme)
    lines = [forecast_of(programme, line.figures, TODAY).expected_cents for line in overview.lines]
    assert total_forecast(programme, overview, TODAY) == sum(lines)
    alerts = line_alerts(programme, overview, TODAY, Thresholds())
    kinds = {alert.label.split(" ", 1)[1]: alert.kind for alert in alerts}
    assert kinds == {
        "Étude d’impact": Alert.NEAR,
        "Sessions de formation": Alert.NEAR,
        "Diagnostics": Alert.UNDER,
        "Animation du hub": Alert.UNDER,
    }


@pytest.mark.django_db
def test_every_figure_leads_to_its_rows(
    programme: Programme, officer: User, director: User, signed_in: Callable[[User], Client]
) -> None:
    make_plan(programme)
    make_validated(programme, officer, director, amount=120_000_01)
    client, state = signed_in(director), programme.funders.get(is_state=True)
    page = client.get("/essai/budget/").content.decode()
    line = line_of(programme, 1)
    for path in (
        f"/essai/budget/depenses/?ligne={line.pk}&amp;etat=booked",
        f"/essai/budget/depenses/?ligne={line.pk}&amp;etat=settled",
        f"/essai/budget/engagements/?ligne={line.pk}",
        f"/essai/budget/financeurs/{state.pk}/",
        f"/essai/budget/lignes/{line.pk}/",
    ):
        assert path in page, path
        assert client.get(path.replace("&amp;", "&")).status_code == 200
    share = state.shares.get().amount_cents
    funder = client.get(f"/essai/budget/financeurs/{state.pk}/").content.decode()
    assert format_euros(share) in funder
    assert format_euros(state.agreed_cents) in funder
    found = client.get(f"/essai/budget/depenses/?financeur={state.pk}&etat=booked").content.decode()
    assert "Acompte de l’étude" in found
    detail = client.get(f"/essai/budget/lignes/{line.pk}/").content.decode()
    assert "80\u00a0%" in detail or "80 %" in detail


@pytest.mark.django_db
def test_queries_do_not_grow(
    programme: Programme,
    officer: User,
    director: User,
    signed_in: Callable[[User], Client],
    count_queries: Any,
) -> None:
    make_plan(programme)
    client, state = signed_in(director), programme.funders.get(is_state=True)
    counts = []
    for _round in range(2):
        for _more in range(3):
            make_validated(programme, officer, director, amount=10_03)
        with count_queries() as queries:
            for path in ("", f"lignes/{line_of(programme, 1).pk}/", f"financeurs/{state.pk}/"):
                assert client.get(f"/essai/budget/{path}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
