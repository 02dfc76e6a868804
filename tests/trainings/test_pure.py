"""Pure modules of trainings: hours, waiting list, timetable, calendar entries, catalogue."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from trainings.catalogue import CatalogueError, parse_catalogue
from trainings.hours import (
    attended_minutes,
    format_clock,
    format_duration,
    minutes_between,
    whole_hours,
)
from trainings.invites import CalendarSlot, session_calendar
from trainings.sheet import Cell, merge, moved
from trainings.timetable import Fault, PlannedHalfDay, Problem, in_order, problems
from trainings.waitlist import has_room, rank, to_promote

CATALOGUE = Path(__file__).resolve().parents[2] / "trainings" / "content" / "catalogue.yaml"
PARIS = ZoneInfo("Europe/Paris")


@given(st.dictionaries(st.integers(1, 30), st.integers(30, 300)), st.lists(st.integers(1, 40)))
def test_hours_are_the_half_days_attended_and_never_more(lengths: dict[int, int], present: list[int]) -> None:
    total = attended_minutes(lengths, present)
    assert 0 <= total <= sum(lengths.values())
    assert total == attended_minutes(lengths, present * 2)
    assert attended_minutes(lengths, lengths) == sum(lengths.values())


def test_lengths_read_as_french_durations() -> None:
    assert minutes_between(time(9), time(12, 30)) == 210
    assert minutes_between(time(14), time(9)) == 0
    shown = [format_duration(minutes) for minutes in (0, 45, 60, 210, 630)]
    assert [text.replace("\u00a0", " ") for text in shown] == ["0 h", "45 min", "1 h", "3 h 30", "10 h 30"]
    assert format_clock(time(9)).replace("\u00a0", " ") == "9 h 00"
    assert [whole_hours(minutes) for minutes in (0, 29, 30, 90, 149)] == [0, 0, 1, 2, 2]


@given(st.integers(1, 20), st.integers(0, 30), st.lists(st.integers(), unique=True, max_size=30))
def test_promotion_fills_free_places_in_order_of_arrival(
    capacity: int, enrolled: int, waiting: list[int]
) -> None:
    promoted = to_promote(capacity=capacity, enrolled=enrolled, waiting=waiting)
    assert list(promoted) == waiting[: len(promoted)]
    assert enrolled + len(promoted) <= max(capacity, enrolled)
    assert len(promoted) == min(max(capacity - enrolled, 0), len(waiting))


def test_nobody_passes_before_those_who_wait() -> None:
    assert has_room(capacity=2, enrolled=1, waiting=0)
    assert not has_room(capacity=2, enrolled=1, waiting=1)
    assert not has_room(capacity=2, enrolled=2, waiting=0)
    assert rank([5, 9, 7], 9) == 2
    assert rank([5, 9, 7], 1) is None


def half_day(
    day: date, part: str = "am", starts: time = time(9), ends: time = time(12, 30)
) -> PlannedHalfDay:
    return PlannedHalfDay(day, part, starts, ends)


def test_a_timetable_names_the_fault_of_each_half_day() -> None:
    day = date(2026, 3, 2)
    rows = [
        half_day(day),
        half_day(day),
        half_day(day, "pm", time(12), time(15)),
        half_day(date(2026, 3, 3), "pm", time(17), time(14)),
        half_day(date(2026, 3, 4), "am", time(9), time(9, 15)),
        half_day(date(2026, 3, 5), "am", time(7), time(12, 30)),
        half_day(date(2025, 12, 31)),
        half_day(date(2028, 1, 1)),
    ]
    assert problems(rows, programme_start=date(2026, 1, 1), programme_end=date(2027, 12, 31)) == (
        Problem(1, Fault.TWICE),
        Problem(2, Fault.OVERLAPS),
        Problem(3, Fault.REVERSED),
        Problem(4, Fault.TOO_SHORT),
        Problem(5, Fault.TOO_LONG),
        Problem(6, Fault.BEFORE_PROGRAMME),
        Problem(7, Fault.AFTER_PROGRAMME),
    )


@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 1, 10)), st.sampled_from(["am", "pm"]))))
def test_a_sound_timetable_has_each_half_day_once_and_sorts(pairs: list[tuple[date, str]]) -> None:
    times = {"am": (time(9), time(12)), "pm": (time(13), time(17))}
    rows = [PlannedHalfDay(day, part, *times[part]) for day, part in pairs]
    found = problems(rows, programme_start=date(2026, 1, 1), programme_end=date(2026, 12, 31))
    assert len(rows) - len(found) == len(set(pairs))
    ordered = in_order(rows)
    assert sorted(map(repr, ordered)) == sorted(map(repr, rows))
    assert [(each.day, each.starts_at) for each in ordered] == sorted((e.day, e.starts_at) for e in rows)


def test_calendar_entries_say_where_and_when_and_can_be_withdrawn() -> None:
    slots = [
        CalendarSlot("demi-journee-1@essai", date(2026, 3, 2), time(9), time(12, 30)),
        CalendarSlot("demi-journee-2@essai", date(2026, 7, 2), time(14), time(17)),
    ]
    now = datetime(2026, 1, 5, 8, tzinfo=UTC)
    text = session_calendar(
        slots, title="Écrire, vérifier", location="Salle A ; Lens", description="", zone=PARIS, now=now
    )
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [
        (str(e["uid"]), str(e["summary"]), str(e["location"]), e.decoded("dtstart"), e.decoded("dtend"))
        for e in events
    ] == [
        (
            "demi-journee-1@essai",
            "Écrire, vérifier",
            "Salle A ; Lens",
            datetime(2026, 3, 2, 8, tzinfo=UTC),
            datetime(2026, 3, 2, 11, 30, tzinfo=UTC),
        ),
        (
            "demi-journee-2@essai",
            "Écrire, vérifier",
            "Salle A ; Lens",
            datetime(2026, 7, 2, 12, tzinfo=UTC),
            datetime(2026, 7, 2, 15, tzinfo=UTC),
        ),
    ]
    withdrawn = session_calendar(
        slots[:1],
        title="Écrire",
        location="",
        description="",
        zone=PARIS,
        now=now,
        cancelled=True,
        sequence=1,
    )
    assert "METHOD:CANCEL" in withdrawn
    assert "STATUS:CANCELLED" in withdrawn


def test_the_catalogue_that_ships_is_read_whole() -> None:
    courses = parse_catalogue(yaml.safe_load(CATALOGUE.read_text(encoding="utf-8")))
    assert len(courses) >= 16
    first = courses[0]
    assert (first.code, first.stake, first.level, first.half_days, first.minutes) == (
        "tech-decouvrir",
        "technical",
        "awareness",
        1,
        180,
    )


GOOD = {
    "code": "essai",
    "title": "Essai",
    "stake": "legal",
    "level": "practice",
    "delivery": "remote",
    "half_days": 1,
    "hours": 3.5,
    "audience": "Tous",
    "objectives": ["Essayer"],
    "programme": ["Essai"],
}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "courses: a list of courses is expected"),
        ({"courses": []}, "courses: a list of courses is expected"),
        ({"courses": ["essai"]}, "courses[1]: a block of keys is expected"),
        ({"courses": [GOOD, GOOD]}, "courses[essai].code: used twice"),
        ({"courses": [GOOD | {"titel": "x"}]}, "courses[essai]: unknown key titel"),
        ({"courses": [GOOD | {"title": " "}]}, "courses[essai].title: a text is expected"),
        (
            {"courses": [GOOD | {"stake": "art"}]},
            "courses[essai].stake: one of technical, legal, economic, ethical is expected",
        ),
        (
            {"courses": [GOOD | {"half_days": 0}]},
            "courses[essai].half_days: a whole number from 1 to 60 is expected",
        ),
        (
            {"courses": [GOOD | {"hours": "x"}]},
            "courses[essai].hours: a number of hours up to 400 is expected",
        ),
        (
            {"courses": [GOOD | {"objectives": []}]},
            "courses[essai].objectives: a list of texts is expected",
        ),
    ],
)
def test_a_faulty_catalogue_is_refused_with_its_place(document: object, message: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(document)
    assert str(caught.value) == message


SHEETS = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(1, 3)), st.sampled_from([True, False, None]), max_size=9
)


@given(SHEETS, SHEETS, st.sets(st.tuples(st.integers(1, 3), st.integers(1, 3))))
def test_a_merged_sheet_keeps_both_hands(
    seen: dict[Cell, bool | None], known: dict[Cell, bool | None], ticked: set[Cell]
) -> None:
    together = merge(seen=seen, ticked=ticked, known=known)
    for cell in {*seen, *known, *ticked}:
        changed = (cell in ticked) != bool(seen.get(cell))
        assert (cell in together) == (cell in ticked if changed else bool(known.get(cell)))
    assert set(moved(seen=seen, known=known)) == {cell for cell in seen if seen[cell] != known.get(cell)}
    assert moved(seen=seen, known=seen) == ()
