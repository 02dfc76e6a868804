"""Registries: what a lower page needs from a higher app is declared here and filled by that app.

Entries are registered when apps load (modules named in ``CoreConfig.ready``); a double code is a bug
and fails at start.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

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
    ``title_is_public`` lets the public verification page print the title, which must then name no person
    and no company.
    """

    label: str
    template: str
    schema: int
    retention_years: int
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    tables: Callable[[dict[str, Any]], Iterable[Any]] | None = None
    title_is_public: bool = False


job_handlers: Registry[Callable[..., Any]] = Registry("job handler")
document_kinds: Registry[DocumentKind] = Registry("document kind")
indicators: Registry[Indicator] = Registry("indicator")
search_providers: Registry[SearchProvider] = Registry("search provider")
today_tasks: Registry[Callable[[Any], list[TodayTask]]] = Registry("dashboard task")
message_templates: Registry[MessageTemplate] = Registry("message template")
company_panels: Registry[CompanyPanel] = Registry("company panel")
# Subject type of a document (``participation``) → identifiers, as text, of those the caller may see.
document_subjects: Registry[Callable[[Any], Any]] = Registry("document subject")
