"""Matters of the planning's tests, drawn or made by hand."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from notifications.enums import Topic
from notifications.planning import Matter, Occasion, Pause, Preferences, Recipient

FIRST = date(2026, 11, 23)  # a Monday
ADA = Recipient("u1", "Ada Exemple", "ada@essai.example", 1)


def occasion(code: str, day: date, *, lasts: int = 6, **changes: Any) -> Occasion:
    """An occasion useful for ``lasts`` days after its own."""
    return Occasion(code, day, day + timedelta(days=lasts), f"Raison {code}", **changes)


def matter(key: str = "action:1", **changes: Any) -> Matter:
    """A matter of Ada's, due on the first day."""
    facts: dict[str, Any] = {
        "topic": Topic.ACTIONS,
        "template": "reminder_actions",
        "recipient": ADA,
        "occasions": (occasion("jour", FIRST),),
        "title": "Nommer un référent",
        "company": "Tissages imaginés",
        "participation_id": 7,
        "path": "/essai/plans/actions/1/",
        "group_path": "/essai/plans/1/",
    }
    return Matter(key, **{**facts, **changes})


days = st.integers(-20, 50).map(lambda offset: FIRST + timedelta(days=offset))
recipients = st.integers(1, 3).map(lambda n: Recipient(f"u{n}", f"Personne {n}", f"p{n}@essai.example", n))
pauses = st.none() | st.tuples(days, st.none() | st.integers(0, 30)).map(
    lambda drawn: Pause(drawn[0], None if drawn[1] is None else drawn[0] + timedelta(days=drawn[1]))
)
chosen = st.builds(
    Preferences,
    muted=st.frozensets(st.sampled_from([Topic.ACTIONS, Topic.DIAGNOSTICS]), max_size=1),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    paused_until=st.none() | days,
)


@st.composite
def drawn_matter(draw: Callable[..., Any], number: int = 0) -> Matter:
    """A matter with occasions in order, sometimes answered, closed or paused."""
    starts = sorted(draw(st.lists(days, min_size=1, max_size=4, unique=True)))
    occasions = tuple(
        Occasion(
            code=f"{rank}",
            day=start,
            until=start + timedelta(days=draw(st.integers(0, 20))),
            reason=f"raison {rank}",
            stopped_since=starts[rank - 1] if rank else None,
        )
        for rank, start in enumerate(starts)
    )
    return matter(
        f"action:{number}",
        recipient=draw(recipients),
        topic=draw(st.sampled_from([Topic.ACTIONS, Topic.DIAGNOSTICS])),
        occasions=occasions,
        is_closed=draw(st.booleans()) and draw(st.booleans()),
        answered_on=draw(st.none() | days),
        pause=draw(pauses),
        participation_id=draw(st.integers(1, 2)),
    )


@st.composite
def drawn_matters(draw: Callable[..., Any]) -> list[Matter]:
    """Up to five matters of three people."""
    return [draw(drawn_matter(number)) for number in range(draw(st.integers(1, 5)))]


preferences = st.dictionaries(st.sampled_from(["u1", "u2", "u3"]), chosen, max_size=3)
