"""Registries: what a lower page needs from a higher app is declared here and filled by that app.

Entries are registered when apps load (modules named in ``CoreConfig.ready``); a double code is a bug
and fails at start.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Generic, TypeVar

from core.packs import PackChange, Reader
from core.persons import Erasure, PersonRecord, PersonScope

Entry = TypeVar("Entry")


class Registry(Generic[Entry]):
    """A small typed dictionary that refuses to be written twice."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._entries: dict[str, Entry] = {}

    def register(self, code: str, entry: Entry) -> Entry:
        """Add ``entry`` under ``code``. Raises ``ValueError`` if the code is taken."""
        if code in self._entries:
            raise ValueError(f"{self.noun} {code!r} is registered twice")
        self._entries[code] = entry
        return entry

    def get(self, code: str) -> Entry:
        """The entry of ``code``. Raises ``LookupError`` if nobody registered it."""
        try:
            return self._entries[code]
        except KeyError:
            raise LookupError(f"unknown {self.noun} {code!r}") from None

    def __contains__(self, code: str) -> bool:
        return code in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def items(self) -> list[tuple[str, Entry]]:
        """Entries in the order of their codes."""
        return sorted(self._entries.items())

    def values(self) -> list[Entry]:
        """Entries alone, in the same order."""
        return [entry for _code, entry in self.items()]


@dataclass(frozen=True)
class Indicator:
    """A figure of the programme that a target can refer to.

    ``measure(programme, start, end)`` gives the integer value over a period, both days included;
    ``unit`` is French and plural; ``axis`` is the number of the axis it tells of.
    """

    label: str
    unit: str
    axis: int
    measure: Callable[[Any, date, date], int]


@dataclass(frozen=True)
class SearchHit:
    """One line of the search page."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class SearchProvider:
    """Finds rows of one kind that the caller may see: ``find(access, text, limit)``."""

    label: str
    find: Callable[[Any, str, int], list[SearchHit]]


@dataclass(frozen=True)
class TodayTask:
    """A line of « À faire » on the dashboard: a count behind which a list stands."""

    badge: str
    tone: str
    text: str
    url: str
    detail: str = ""


@dataclass(frozen=True)
class MessageTemplate:
    """A message the application may send: its purpose, and where its words are.

    Words live in ``templates/messages/<code>.txt`` with a first line « Objet : … ».
    """

    label: str
    reason: str


@dataclass(frozen=True)
class CompanyPanel:
    """A block that a higher app shows on a company's page: ``rows(access, participation)``."""

    label: str
    template: str
    rows: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: how its frozen context becomes HTML, and how long it is kept.

    ``template`` is rendered with ``{"snapshot": dict, ...extra(snapshot)}``; ``schema`` is the version
    of the snapshot's structure; ``tables(snapshot)`` gives the sheets of the XLSX beside it.
    ``is_announced`` sends an e-mail to whoever asked, once it is ready.
    ``title_is_public`` lets the public verification page print the title, which must then name no person
    and no company. ``is_evidence``: the law keeps it ``retention_years`` even when a person it names asks
    to be erased.
    """

    label: str
    template: str
    schema: int
    retention_years: int
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    tables: Callable[[dict[str, Any]], Iterable[Any]] | None = None
    title_is_public: bool = False
    is_announced: bool = False
    is_evidence: bool = False


@dataclass(frozen=True)
class ReminderSource:
    """Matters that people are reminded of by e-mail, shown on the planner before they are sent.

    ``matters(programme, companies, first, last)`` gives the ``notifications.planning.Matter`` of a programme
    that may cause a reminder between two days, only those of some companies when their identifiers (or a
    query of them) are given, in a constant number of queries.
    """

    label: str
    matters: Callable[[Any, Any, date, date], Iterable[Any]]


@dataclass(frozen=True)
class CalendarEntry:
    """A whole day in a person's calendar; ``uid`` never changes, so that a calendar replaces its entry."""

    uid: str
    day: date
    title: str
    text: str
    path: str


@dataclass(frozen=True)
class PersonDataSource:
    """What an app holds about people: ``collect(scope)`` reads it, ``erase(scope)`` erases what may be.

    Sources erase in the order of ``rank``, those that need others' rows first. ``keeps`` names tables
    (``funding.expense``) or columns (``companies.participation.name``) whose texts an erasure leaves, with
    the reason told to the person; every other text and JSON column is searched and rewritten.
    """

    label: str
    purpose: str
    rank: int
    collect: Callable[[PersonScope], list[PersonRecord]]
    erase: Callable[[PersonScope], Erasure]
    keeps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DueItem:
    """Something whose time is over: its key, what a person calls it, the day its time ended."""

    key: str
    label: str
    due_on: date


@dataclass(frozen=True)
class RetentionRule:
    """How long something is kept: ``due(programme, today)`` lists it, ``purge(programme, keys)`` ends it.

    ``source`` says where the delay comes from. ``programme`` is ``None`` for what belongs to no programme.
    With ``notice_days`` what is due is announced first, and purged only after; zero for technical traces.
    ``purge`` receives keys that are still due, is idempotent and returns how many it ended.
    """

    label: str
    delay: str
    source: str
    outcome: str
    due: Callable[[Any, date], list[DueItem]]
    purge: Callable[[Any, Sequence[str]], int]
    notice_days: int = 30


@dataclass(frozen=True)
class PackSection:
    """A part of a territory pack: settings of a programme that another may take up.

    ``export(programme)`` gives plain JSON without person, company or amount; ``read(reader)`` gives its
    value back, every defect told to the reader with its place; ``compare(programme, value)`` says what
    applying it would change; ``apply(programme, value, actor)`` does it. Sections go by ``rank``.
    """

    label: str
    rank: int
    export: Callable[[Any], Any]
    read: Callable[[Reader], Any]
    compare: Callable[[Any, Any], list[PackChange]]
    apply: Callable[[Any, Any, Any], None]


job_handlers: Registry[Callable[..., Any]] = Registry("job handler")
document_kinds: Registry[DocumentKind] = Registry("document kind")
indicators: Registry[Indicator] = Registry("indicator")
search_providers: Registry[SearchProvider] = Registry("search provider")
today_tasks: Registry[Callable[[Any], list[TodayTask]]] = Registry("dashboard task")
message_templates: Registry[MessageTemplate] = Registry("message template")
company_panels: Registry[CompanyPanel] = Registry("company panel")
# Subject type of a document (``participation``) → identifiers, as text, of those the caller may see.
document_subjects: Registry[Callable[[Any], Any]] = Registry("document subject")
# Subject type of a document → ``tell(subject_id, title, url, actor)`` writes in the history of what it is
# about that the document is ready; called once, in the transaction that keeps its files.
document_histories: Registry[Callable[[str, str, str, Any], None]] = Registry("document history")
# Subject (``participation``) → identifiers, as a query, of the rows the caller may see: for lower apps.
visible_ids: Registry[Callable[[Any], Any]] = Registry("visible ids")
# Label of a row there can be one of for a company → what is done when two companies merge: ``(row, kept)``.
merge_settlers: Registry[Callable[[Any, Any], None]] = Registry("merge settler")
reminder_sources: Registry[ReminderSource] = Registry("reminder source")
# What a person's private calendar address tells: ``entries(access)``.
calendar_sources: Registry[Callable[[Any], Iterable[CalendarEntry]]] = Registry("calendar source")
# Name of a job done once a day → the local time from which it may run.
daily_jobs: Registry[time] = Registry("daily job")
person_data: Registry[PersonDataSource] = Registry("person data source")
# When people last acted by themselves: e-mail address → moment, for a programme.
own_actions: Registry[Callable[[Any], Mapping[str, datetime]]] = Registry("own action")
retention_rules: Registry[RetentionRule] = Registry("retention rule")
pack_sections: Registry[PackSection] = Registry("pack section")
