"""All the records of a programme that may be one company entered twice, a page at a time.

A page reads a bounded number of records, whatever the programme holds: names are compared inside each
postal code, in the order of the codes, and the next page goes on from the last code read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count

from companies.enums import Stage
from companies.identifiers import format_siret
from companies.likeness import NameIndex
from companies.models import Participation
from programme.links import programme_url
from programme.models import Programme

READ_AT_ONCE = 5_000
"""How many records are compared for one page."""
PER_PAGE = 25
_FIELDS = ("postal_code", "pk", "name", "city", "establishment__siret", "stage")
Row = tuple[Any, ...]
_ORDER = list(Stage)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records that look alike."""

    pk: int
    name: str
    place: str
    siret: str
    stage: str
    url: str


@dataclass(frozen=True, slots=True)
class Twins:
    """Two records, the one of the company followed furthest first, and where they are compared."""

    first: Side
    second: Side
    compare_url: str


@dataclass(frozen=True, slots=True)
class TwinsPage:
    """Some of them; ``next_url`` is empty on the last page."""

    pairs: tuple[Twins, ...]
    next_url: str


def alike_names(programme: Programme, *, after: str = "") -> TwinsPage:
    """Records of one postal code whose names look alike, from the codes that follow ``after`` (one query).

    A code is read whole, so that a pair is never cut by the end of a page. A full page reads on, as far as it
    may, to know whether another pair follows: there is a next page only if it has something to show, or
    records that were too many to be compared here.
    """
    rows = Participation.objects.for_programme(programme).exclude(postal_code="")
    rows = rows.filter(postal_code__gt=after).order_by("postal_code", "pk")
    pairs: list[Twins] = []
    read, last_code, last_shown = 0, after, ""
    for code, group in groupby(rows.values_list(*_FIELDS).iterator(1_000), key=itemgetter(0)):
        if read >= READ_AT_ONCE:
            return TwinsPage(tuple(pairs), _from(last_code))
        known = list(group)
        found = [_twins(programme, *pair) for pair in _pairs(known)]
        if last_shown and found:
            return TwinsPage(tuple(pairs), _from(last_shown))
        pairs += found
        read, last_code = read + len(known), code
        if len(pairs) >= PER_PAGE:
            last_shown = last_shown or code
    return TwinsPage(tuple(pairs), "")


def _from(code: str) -> str:
    return f"?{urlencode({'apres': code})}"


def same_companies(programme: Programme, *, after: int = 0) -> TwinsPage:
    """Records of one company (SIREN): perhaps two establishments, perhaps one entered twice (two queries)."""
    rows = Participation.objects.for_programme(programme).order_by()
    several = rows.filter(establishment__company__gt=after).values("establishment__company")
    several = several.annotate(records=Count("pk")).filter(records__gt=1).order_by("establishment__company")
    found = list(several.values_list("establishment__company", flat=True)[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    members = rows.filter(establishment__company__in=shown).order_by("establishment__company", "pk")
    pairs = [
        _twins(programme, first, second)
        for _company, group in groupby(
            members.values_list("establishment__company", *_FIELDS), key=itemgetter(0)
        )
        for first, second in _with_the_first([row[1:] for row in group])
    ]
    next_url = f"?{urlencode({'motif': 'siren', 'apres': shown[-1]})}" if len(found) > PER_PAGE else ""
    return TwinsPage(tuple(pairs), next_url)


def _pairs(rows: Iterable[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs of rows whose names look alike, of different companies."""
    index: NameIndex[int] = NameIndex()
    known: dict[int, Row] = {}
    for row in rows:
        _code, pk, name, _city, siret, _stage = row
        for found in index.find(name):
            if known[found.key][4][:9] != siret[:9]:
                yield known[found.key], row
        index.add(pk, name)
        known[pk] = row


def _with_the_first(rows: list[Row]) -> Iterator[tuple[Row, Row]]:
    return ((rows[0], other) for other in rows[1:])


def _twins(programme: Programme, first: Row, second: Row) -> Twins:
    """The one followed furthest is proposed as the record to keep; at equal stages, the older one."""
    kept, other = sorted((first, second), key=lambda row: (-_ORDER.index(Stage(row[5])), row[1]))
    compare = programme_url(programme, "companies:merge", pk=kept[1])
    return Twins(_side(programme, kept), _side(programme, other), f"{compare}?avec={other[1]}")


def _side(programme: Programme, row: Row) -> Side:
    code, pk, name, city, siret, stage = row
    return Side(
        pk=pk,
        name=name,
        place=f"{code} {city}".strip(),
        siret=format_siret(siret),
        stage=str(Stage(stage).label),
        url=programme_url(programme, "companies:detail", pk=pk),
    )
