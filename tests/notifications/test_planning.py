"""The planner as a pure function: what it promises whatever the matters, the choices and the dates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.enums import Silence, Topic
from notifications.planning import (
    EVERYTHING,
    Matter,
    Pause,
    Plan,
    Preferences,
    Recipient,
    occasion_key,
    plan,
    public_holidays,
)
from tests.notifications.matters import ADA, FIRST, drawn_matters, matter, occasion, preferences

DAYS = 40
BY_CODE = {code: Preferences(weekdays=frozenset(range(7))) for code in ("u1", "u2", "u3")}


def planned(matters: list[Matter], chosen: Mapping[str, Preferences] | None = None, **changes: Any) -> Plan:
    facts: dict[str, Any] = {"sent": frozenset(), "refused": frozenset(), "first": FIRST, "days": DAYS}
    return plan(matters, preferences=chosen or {}, **{**facts, **changes})


def keys(outcome: Plan) -> list[str]:
    return [key for message in outcome.messages for key in message.keys]


@given(drawn_matters(), preferences)
@settings(max_examples=150)
def test_each_message_obeys_its_matter_and_its_person(
    matters: list[Matter], chosen: dict[str, Preferences]
) -> None:
    for message in planned(matters, chosen).messages:
        wanted = chosen.get(message.matter.recipient.key, EVERYTHING)
        assert message.day.weekday() in wanted.weekdays
        assert message.day not in public_holidays(message.day.year)
        assert wanted.paused_until is None or message.day > wanted.paused_until
        for line in message.lines:
            each = line.matter
            assert each.recipient == message.matter.recipient
            assert not each.is_closed
            assert each.topic not in wanted.muted
            assert each.pause is None or not each.pause.holds(line.day)
            cause = next(o for o in each.occasions if occasion_key(each, o) == line.key)
            assert cause.day <= line.day <= cause.until
            assert not (each.answered_on and cause.stopped_since and each.answered_on >= cause.stopped_since)


@given(drawn_matters(), preferences)
@settings(max_examples=100)
def test_nothing_is_planned_twice_and_each_person_gets_one_message_a_day(
    matters: list[Matter], chosen: dict[str, Preferences]
) -> None:
    outcome = planned(matters, chosen)
    assert len(keys(outcome)) == len(set(keys(outcome)))
    groups = [
        (m.day, m.matter.recipient.key, m.matter.template, m.matter.participation_id)
        for m in outcome.messages
    ]
    assert len(groups) == len(set(groups))


@given(drawn_matters(), preferences)
@settings(max_examples=100)
def test_sending_day_by_day_gives_what_the_planner_showed(
    matters: list[Matter], chosen: dict[str, Preferences]
) -> None:
    shown = planned(matters, chosen)
    ledger: set[str] = set()
    sent = []
    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        today = planned(matters, chosen, first=day, days=1, sent=frozenset(ledger))
        sent += today.messages
        ledger |= set(keys(today))
        again = planned(matters, chosen, first=day, days=1, sent=frozenset(ledger))
        assert again.messages == (), "asked again the same day, it sends nothing"
    assert tuple(sent) == shown.messages


@given(drawn_matters(), preferences, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_the_matters_changes_nothing(
    matters: list[Matter], chosen: dict[str, Preferences], rng: Any
) -> None:
    mixed = list(matters)
    rng.shuffle(mixed)
    assert planned(mixed, chosen).messages == planned(matters, chosen).messages


@given(drawn_matters(), preferences)
@settings(max_examples=50)
def test_an_answer_a_closing_or_a_mute_only_removes(
    matters: list[Matter], chosen: dict[str, Preferences]
) -> None:
    before = set(keys(planned(matters, chosen)))
    answered = [replace(each, answered_on=FIRST + timedelta(days=60)) for each in matters]
    assert set(keys(planned(answered, chosen))) <= before
    assert planned([replace(each, is_closed=True) for each in matters], chosen).messages == ()
    silent = {code: replace(EVERYTHING, muted=frozenset(Topic)) for code in ("u1", "u2", "u3")}
    assert planned(matters, silent).messages == ()


def test_a_holiday_and_a_week_end_wait_for_the_next_accepted_day() -> None:
    christmas = date(2026, 12, 25)  # a Friday
    each = matter(occasions=(occasion("jour", christmas),))
    assert [m.day for m in planned([each]).messages] == [date(2026, 12, 28)]
    every_day = {"u1": Preferences(weekdays=frozenset(range(7)))}
    assert [m.day for m in planned([each], every_day).messages] == [date(2026, 12, 26)]


def test_several_actions_of_one_person_make_one_message() -> None:
    other = replace(ADA, key="u2", email="lou@essai.example", user_id=2)
    rows = [matter("action:1"), matter("action:2"), matter("action:3", recipient=other)]
    outcome = planned(rows)
    assert [len(message.lines) for message in outcome.messages] == [2, 1]


def test_a_later_reminder_replaces_an_earlier_one_that_fell_on_the_same_day() -> None:
    each = matter(
        occasions=(
            occasion("avant", FIRST - timedelta(days=3), lasts=10),
            occasion("jour", FIRST, lasts=10),
        )
    )
    assert keys(planned([each])) == ["action:1/u1/jour"]
    sent = frozenset({"action:1/u1/jour"})
    assert keys(planned([each], sent=sent)) == [], "the earlier one never comes back"


def test_another_owner_is_told_in_her_turn_and_the_former_no_more() -> None:
    sent = frozenset({"action:1/u1/jour"})
    other = Recipient("u2", "Lou", "lou@essai.example", 2)
    outcome = planned([matter(recipient=other)], sent=sent)
    assert [message.matter.recipient.email for message in outcome.messages] == ["lou@essai.example"]


@pytest.mark.parametrize(
    ("changes", "chosen", "refused", "why"),
    [
        ({"recipient": replace(ADA, email="")}, {}, frozenset(), Silence.NO_ADDRESS),
        ({}, {}, frozenset({"ada@essai.example"}), Silence.REFUSED),
        ({}, {"u1": Preferences(muted=frozenset({Topic.ACTIONS}))}, frozenset(), Silence.MUTED),
        (
            {"occasions": (occasion("jour", FIRST, stopped_since=FIRST),), "answered_on": FIRST},
            {},
            frozenset(),
            Silence.ANSWERED,
        ),
        ({"pause": Pause(FIRST)}, {}, frozenset(), Silence.COMPANY_PAUSED),
        ({}, {"u1": Preferences(paused_until=FIRST + timedelta(days=9))}, frozenset(), Silence.PERSON_PAUSED),
        (
            {"occasions": (occasion("jour", FIRST, lasts=1),)},
            {"u1": Preferences(weekdays=frozenset({5}))},
            frozenset(),
            Silence.QUIET,
        ),
    ],
)
def test_what_does_not_leave_says_why(
    changes: dict[str, Any], chosen: dict[str, Preferences], refused: frozenset[str], why: Silence
) -> None:
    outcome = planned([matter(**changes)], chosen, refused=refused)
    assert outcome.messages == ()
    assert [each.why for each in outcome.withheld] == [why]
    assert str(why.label)


def test_a_pause_that_ends_in_time_only_delays() -> None:
    each = matter(pause=Pause(FIRST - timedelta(days=5), FIRST + timedelta(days=1)))
    assert [message.day for message in planned([each]).messages] == [FIRST + timedelta(days=2)]
