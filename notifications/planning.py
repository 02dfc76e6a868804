"""Which reminders leave on which day, and why: a pure function of matters, preferences and dates.

The same computation makes the planner that people read and the e-mails that the daily job sends. Nothing
depends on the clock, on what was computed the day before, or on the order of the matters; what was sent is
given as a ledger of keys. A day that was missed is caught up while the reminder is still useful.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

from notifications.enums import Silence, Topic

WORKING_DAYS = frozenset(range(5))


@dataclass(frozen=True)
class Recipient:
    """Who is reminded. ``key`` tells people apart (``u12``) and names nobody; no ``email``, no message."""

    key: str
    name: str
    email: str
    user_id: int | None = None


@dataclass(frozen=True)
class Pause:
    """Days, both included, during which nothing is sent; without an end, until further notice."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the day is in the pause."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Occasion:
    """A reminder that a matter may cause.

    Wanted on ``day``, useless after ``until``. An answer given on ``stopped_since`` or later stops it, and
    whatever was to come before it.
    """

    code: str
    day: date
    until: date
    reason: str
    stopped_since: date | None = None


@dataclass(frozen=True)
class Matter:
    """Something one person is expected to do. ``occasions`` are in the order of their days.

    ``path`` is the page that settles it; ``group_path`` the page of all such matters of the company.
    """

    key: str
    topic: Topic
    template: str
    recipient: Recipient
    occasions: tuple[Occasion, ...]
    title: str
    company: str
    participation_id: int | None
    path: str
    group_path: str
    due_on: date | None = None
    is_closed: bool = False
    answered_on: date | None = None
    pause: Pause | None = None
    attachment: str = ""


@dataclass(frozen=True)
class Preferences:
    """What a person chose: topics she does not want, days she accepts, a pause until a day (included)."""

    muted: frozenset[Topic] = frozenset()
    weekdays: frozenset[int] = WORKING_DAYS
    paused_until: date | None = None


EVERYTHING = Preferences()


@dataclass(frozen=True)
class Line:
    """A reminder placed on its day."""

    key: str
    day: date
    matter: Matter
    reason: str


@dataclass(frozen=True)
class PlannedMessage:
    """One e-mail: every reminder of one kind that one person gets that day about one company."""

    day: date
    lines: tuple[Line, ...]

    @property
    def matter(self) -> Matter:
        """The first matter, which has the recipient, the company and the template of all."""
        return self.lines[0].matter

    @property
    def keys(self) -> tuple[str, ...]:
        """What the ledger keeps."""
        return tuple(line.key for line in self.lines)


@dataclass(frozen=True)
class Withheld:
    """A reminder that was due in the period and will not be sent."""

    day: date
    matter: Matter
    reason: str
    why: Silence


@dataclass(frozen=True)
class Plan:
    """What leaves over a period, day by day, and what does not, with the reason of each."""

    messages: tuple[PlannedMessage, ...]
    withheld: tuple[Withheld, ...]


@cache
def public_holidays(year: int) -> frozenset[date]:
    """French public holidays: nobody is reminded of anything on these days."""
    return frozenset(holidays.country_holidays("FR", years=year))


def last_working_day(day: date) -> date:
    """The day itself when people work, or the nearest working day before it."""
    while day.weekday() not in WORKING_DAYS or day in public_holidays(day.year):
        day -= timedelta(days=1)
    return day


def occasion_key(matter: Matter, occasion: Occasion) -> str:
    """What the ledger keeps of a reminder: its matter, its person, its moment."""
    return f"{matter.key}/{matter.recipient.key}/{occasion.code}"


def plan(
    matters: Iterable[Matter],
    *,
    preferences: Mapping[str, Preferences],
    sent: Set[str],
    refused: Set[str],
    first: date,
    days: int,
) -> Plan:
    """E-mails of ``days`` days from ``first``.

    ``preferences`` are by recipient's key; ``sent`` holds the keys of the ledger; ``refused`` the addresses,
    in small letters, that refused a message.
    """
    last = first + timedelta(days=days - 1)
    lines: list[Line] = []
    withheld: list[Withheld] = []
    for matter in matters:
        chosen = preferences.get(matter.recipient.key, EVERYTHING)
        for outcome in _outcomes(matter, chosen, sent, refused, first, last):
            if isinstance(outcome, Line):
                lines.append(outcome)
            else:
                withheld.append(outcome)
    return Plan(
        messages=tuple(_messages(lines)),
        withheld=tuple(sorted(withheld, key=lambda each: (each.day, each.matter.company, each.matter.key))),
    )


def _outcomes(
    matter: Matter, chosen: Preferences, sent: Set[str], refused: Set[str], first: date, last: date
) -> Iterator[Line | Withheld]:
    if matter.is_closed:
        return
    placed: dict[date, Line] = {}
    answered = _answered(matter)
    for occasion in _unsent(matter, sent):
        start = max(occasion.day, first)
        if start > min(occasion.until, last):
            continue
        why = Silence.ANSWERED if occasion.code in answered else _silence(matter, chosen, refused)
        day = None if why else _first_open_day(matter, chosen, start, occasion.until)
        if day is None:
            why = why or _closed_because(matter, chosen, occasion.until)
            yield Withheld(start, matter, occasion.reason, why)
        elif day <= last:
            # A later reminder on the same day says the same thing better.
            placed[day] = Line(occasion_key(matter, occasion), day, matter, occasion.reason)
    yield from placed.values()


def _unsent(matter: Matter, sent: Set[str]) -> tuple[Occasion, ...]:
    """Occasions after the last one that was sent: an earlier one would come back in time."""
    kept: list[Occasion] = []
    for occasion in reversed(matter.occasions):
        if occasion_key(matter, occasion) in sent:
            break
        kept.append(occasion)
    return tuple(reversed(kept))


def _answered(matter: Matter) -> frozenset[str]:
    """Codes of the occasions that an answer stops: what stops one stops all those before it."""
    stopped: set[str] = set()
    is_answered = False
    for occasion in reversed(matter.occasions):
        answered, since = matter.answered_on, occasion.stopped_since
        is_answered = is_answered or (answered is not None and since is not None and answered >= since)
        if is_answered:
            stopped.add(occasion.code)
    return frozenset(stopped)


def _silence(matter: Matter, chosen: Preferences, refused: Set[str]) -> Silence | None:
    if not matter.recipient.email:
        return Silence.NO_ADDRESS
    if matter.recipient.email.lower() in refused:
        return Silence.REFUSED
    return Silence.MUTED if matter.topic in chosen.muted else None


def _is_open(matter: Matter, chosen: Preferences, day: date) -> bool:
    return (
        day.weekday() in chosen.weekdays
        and (chosen.paused_until is None or day > chosen.paused_until)
        and not (matter.pause is not None and matter.pause.holds(day))
        and day not in public_holidays(day.year)
    )


def _first_open_day(matter: Matter, chosen: Preferences, start: date, until: date) -> date | None:
    for offset in range((until - start).days + 1):
        day = start + timedelta(days=offset)
        if _is_open(matter, chosen, day):
            return day
    return None


def _closed_because(matter: Matter, chosen: Preferences, until: date) -> Silence:
    if matter.pause is not None and matter.pause.holds(until):
        return Silence.COMPANY_PAUSED
    if chosen.paused_until is not None and until <= chosen.paused_until:
        return Silence.PERSON_PAUSED
    return Silence.QUIET


def _messages(lines: Iterable[Line]) -> Iterator[PlannedMessage]:
    groups: dict[tuple[date, str, str, int], list[Line]] = {}
    for line in lines:
        matter = line.matter
        group = (line.day, matter.recipient.key, matter.template, matter.participation_id or 0)
        groups.setdefault(group, []).append(line)
    for group in sorted(groups):
        yield PlannedMessage(group[0], tuple(sorted(groups[group], key=lambda line: line.key)))
