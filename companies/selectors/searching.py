"""The search of companies, by name, SIREN, SIRET, town or contact: accents and typing errors forgiven.

An exact search comes first: every word is somewhere in the text. Only when it finds nothing does an
approximate one look for words that resemble, and says so.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from django.db import connections
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat, StrIndex

from companies.gazetteer import fold
from companies.identifiers import telephone_digits
from companies.likeness import SEARCH_THRESHOLD, answer_of, closest_word, trigrams
from companies.models.fields import SEARCH_TABLE, TRIGRAM
from core.compiled import KeptStatement

MAX_APPROXIMATE = 60
MAX_KEYS = 500
"""So many first answers are known by their keys: what shows them neither sorts nor counts again."""

MAX_SORTED = 10_000
"""Beyond so many answers, they are left to the ordinary list: reading them all to sort them takes longer."""

_CANDIDATES = 300
_NEAR_THE_BEST = 0.2
_SHORTEST_GUESSED = 4
_MOST_WORDS = 8
_SIRET_DIGITS = 14


@dataclass(frozen=True)
class Found:
    """Participations that answer a search, among ``visible``.

    ``keys`` are those of the first ``total`` answers, in the order of a list: by name, or the closest first;
    of all of them up to ``MAX_KEYS``. None when the answers are too many to be sorted beforehand: ``words``
    then tell which they are.
    """

    visible: "QuerySet[Any]"
    words: Sequence[str] = ()
    keys: tuple[int, ...] | None = None
    total: int = 0
    is_approximate: bool = False

    @cached_property
    def rows(self) -> "QuerySet[Any]":
        """The answers; approximate ones have a ``closeness`` to be sorted by."""
        if self.keys is None or self.total > len(self.keys):
            return holding(self.visible, self.words)
        rows = self.visible.filter(pk__in=self.keys)
        if not self.is_approximate:
            return rows
        # The place of each key in the list of them all.
        places = Value("," + "".join(f"{pk}," for pk in self.keys))
        ranked: QuerySet[Any] = rows.alias(
            closeness=StrIndex(places, Concat(Value(","), Cast("pk", CharField()), Value(",")))
        )
        return ranked


def words_of(text: str) -> list[str]:
    """The words to look for: folded, or one number without what separates its digits."""
    compact = "".join(text.split())
    number = telephone_digits(text) or (compact if compact.isdigit() else "")
    return [number] if number else fold(text).split()[:_MOST_WORDS]


def holding(rows: "QuerySet[Any]", words: Sequence[str]) -> "QuerySet[Any]":
    """Participations whose text holds every word; none without a word."""
    if not words:
        return rows.none()
    for word in words:
        rows = rows.filter(search_text__holds=word)
    return rows


def search(rows: "QuerySet[Any]", text: str, *, programme_id: int, whole: bool = False) -> Found:
    """What answers a search among ``rows``, exactly or, failing that, approximately.

    ``whole`` says that ``rows`` are all those of the programme: who may see everything is not asked again
    which of the answers she may see.
    """
    words = words_of(text)
    guessed = [word for word in words if len(word) >= _SHORTEST_GUESSED and not word.isdigit()]
    found = _exact(rows, words, programme_id, whole=whole)
    if not guessed or found.keys or (found.keys is None and found.rows.exists()):
        return found
    # Words too short to be guessed must be there.
    certain = [word for word in words if word not in guessed]
    connection = connections[rows.db]
    resembling = _resembling if connection.vendor == "postgresql" else _resembling_sqlite
    scored = resembling(_Asked(programme_id, guessed, certain, None if whole else rows), connection)
    keys = tuple(pk for _score, _name, pk in scored)
    return Found(rows, words, keys, len(keys), is_approximate=True)


Among = list[int] | None
"""Keys that an answer must be one of; None when it may be any."""

Candidates = list[tuple[int, str, str]]
"""Rows that may answer: their key, their name, their text."""

Scored = list[tuple[float, str, int]]
"""Answers as they are sorted: their score, negative, their name, their key."""


@dataclass(frozen=True)
class _Asked:
    """An approximate search: words that may resemble, others that must be there, and among which rows.

    ``visible`` is None for the whole programme.
    """

    programme_id: int
    guessed: list[str]
    certain: list[str]
    visible: "QuerySet[Any] | None"

    def candidates(self, ask: Callable[[Among], Candidates]) -> Candidates:
        """Some rows that may answer: those that ``ask`` finds, if it is not cut before enough are visible."""
        found = ask(None)
        if self.visible is None:
            return found
        keys = self.visible.order_by().values_list("pk", flat=True)
        seen = set(keys.filter(pk__in=[pk for pk, _name, _text in found]))
        kept = [each for each in found if each[0] in seen]
        if len(found) < _CANDIDATES or len(kept) >= MAX_APPROXIMATE:
            return kept
        return ask(list(keys))


def _exact(rows: "QuerySet[Any]", words: Sequence[str], programme_id: int, *, whole: bool) -> Found:
    """What holds every word; words that no index knows are left to the ordinary list."""
    if not any(len(word) >= TRIGRAM for word in words):
        return Found(rows, words, None if words else ())
    connection = connections[rows.db]
    if connection.vendor == "postgresql":
        statement = _held_on_postgresql(tuple(_condition(word) for word in words))
        values = [programme_id, *(_value(word) for word in words)]
    else:
        short = [word for word in words if len(word) < TRIGRAM]
        statement = _held_on_sqlite(len(short))
        asked = " AND ".join(f'"{word}"' for word in words if word not in short)
        values = [asked, programme_id, *(f"%{word}%" for word in short)]
    with connection.cursor() as cursor:
        statement.run(cursor, values)
        held = cursor.fetchall()
    keys, total = tuple(pk for pk, _total in held), held[0][1] if held else 0
    if total > MAX_SORTED or (total > len(keys) and not whole):
        return Found(rows, words)
    if keys and not whole:
        visible = set(rows.filter(pk__in=keys).order_by().values_list("pk", flat=True))
        keys = tuple(pk for pk in keys if pk in visible)
        total = len(keys)
    return Found(rows, words, keys, total)


# Tables and columns are named in the code; what is searched is a parameter. Words are folded: letters and
# digits only, so that none of them means anything to LIKE or to MATCH.
_WORDS = "string_to_array(search_text, ' ')"
_WHOLE = f"{_WORDS} @> %s::text[]"
# The few words known to hold this one, then the rows of each: ten times faster than the text by trigrams.
_WITHIN = f"{_WORDS} && ARRAY(SELECT word FROM companies_search_word WHERE word LIKE %s)"  # noqa: S608
_ANYWHERE = "search_text LIKE %s"


def _condition(word: str) -> str:
    if word.isdigit():
        return _WHOLE if len(word) == _SIRET_DIGITS else _ANYWHERE
    return _WITHIN if len(word) >= _SHORTEST_GUESSED else _ANYWHERE


def _value(word: str) -> Any:
    return [word] if _condition(word) == _WHOLE else f"%{word}%"


# A planner that sees the limit of a page reads all names in their order: what answers is found first.
_FIRST = (
    f"SELECT id, count(*) OVER () FROM (SELECT id, name_key FROM held LIMIT {MAX_SORTED + 1}) AS few "  # noqa: S608
    f"ORDER BY name_key, id LIMIT {MAX_KEYS}"
)


@lru_cache(maxsize=64)
def _held_on_postgresql(conditions: tuple[str, ...]) -> KeptStatement:
    return KeptStatement(
        "WITH held AS MATERIALIZED (SELECT id, name_key FROM companies_participation "  # noqa: S608
        f"WHERE programme_id = %s AND {' AND '.join(conditions)}) {_FIRST}"
    )


@lru_cache(maxsize=_MOST_WORDS)
def _held_on_sqlite(short: int) -> KeptStatement:
    return KeptStatement(
        f"WITH held AS (SELECT p.id, p.name_key FROM {SEARCH_TABLE} JOIN companies_participation p "  # noqa: S608
        f"ON p.id = {SEARCH_TABLE}.rowid WHERE {SEARCH_TABLE} MATCH %s AND p.programme_id = %s"
        f"{' AND p.search_text LIKE %s' * short}) {_FIRST}"
    )


def _resembling(asked: _Asked, connection: Any) -> Scored:
    """By the words that companies are known by: those that resemble, then the rows that hold them.

    The closest words are tried alone first: beyond what a page shows, others would only come after.
    """
    near = _near_words(asked.guessed, connection)
    if not all(near.values()):
        return []
    found: Scored = []
    tried: list[dict[str, float]] = []
    for margin in (_NEAR_THE_BEST, 1.0):
        kept = [_within(near[word], margin) for word in asked.guessed]
        if kept == tried or len(found) >= MAX_APPROXIMATE:
            break
        candidates = asked.candidates(partial(_holding_one_of, asked, kept, connection))
        found = _by_score((_score_of(kept, text), name, pk) for pk, name, text in candidates)
        tried = kept
    return found


def _holding_one_of(
    asked: _Asked, near: Sequence[Mapping[str, float]], connection: Any, among: Among
) -> Candidates:
    """Some rows that hold a word near each word asked."""
    statement = _near_on_postgresql(len(asked.guessed), len(asked.certain))
    values = [asked.programme_id, among, among, *map(sorted, near)]
    with connection.cursor() as cursor:
        statement.run(cursor, [*values, *(f"%{word}%" for word in asked.certain)])
        return list(cursor.fetchall())


@lru_cache(maxsize=64)
def _near_on_postgresql(guessed: int, certain: int) -> KeptStatement:
    return KeptStatement(
        "WITH held AS MATERIALIZED (SELECT id, name_key, search_text FROM companies_participation "  # noqa: S608
        "WHERE programme_id = %s AND (%s::bigint[] IS NULL OR id = ANY (%s::bigint[]))"
        f"{f' AND {_WORDS} && %s::text[]' * guessed}{f' AND {_ANYWHERE}' * certain}) "
        f"SELECT id, name_key, search_text FROM held LIMIT {_CANDIDATES}"
    )


def _near_words(words: list[str], connection: Any) -> dict[str, dict[str, float]]:
    """For each word asked, the known words that answer it and how well."""
    near: dict[str, dict[str, float]] = {word: {} for word in words}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked, near FROM unnest(%s::text[]) AS asked, companies_near_words(asked) AS near",
            [words],
        )
        for asked, word in cursor.fetchall():
            score = closest_word(asked, word)
            if score >= SEARCH_THRESHOLD:
                near[asked][word] = score
    return near


def _within(scores: dict[str, float], margin: float) -> dict[str, float]:
    best = max(scores.values())
    return {word: score for word, score in scores.items() if score >= best - margin}


def _score_of(near: Sequence[Mapping[str, float]], text: str) -> float:
    """How well a text answers the words asked: the mean of the closest word to each."""
    held = set(text.split())
    return sum(max(map(each.__getitem__, held.intersection(each)), default=0.0) for each in near) / len(near)


def _by_score(scored: Any) -> Scored:
    """Answers, the best first, no more than a search shows."""
    return sorted((-score, name, pk) for score, name, pk in scored if score)[:MAX_APPROXIMATE]


def _resembling_sqlite(asked: _Asked, connection: Any) -> Scored:
    """By the full-text table: rows that share the rarest trigrams, then the measure in Python."""
    candidates = asked.candidates(partial(_sharing_trigrams, asked, connection))
    return _by_score((answer_of(asked.guessed, text), name, pk) for pk, name, text in candidates)


def _sharing_trigrams(asked: _Asked, connection: Any, among: Among) -> Candidates:
    match = " AND ".join(
        "(" + " OR ".join(f'"{gram}"' for gram in _inner(word)) + ")" for word in asked.guessed
    )
    # Both tables are named in the code; the search itself is a parameter.
    sql = (
        f"SELECT p.id, p.name_key, p.search_text FROM {SEARCH_TABLE} JOIN companies_participation p "  # noqa: S608
        f"ON p.id = {SEARCH_TABLE}.rowid WHERE {SEARCH_TABLE} MATCH %s AND p.programme_id = %s"
        f"{' AND p.search_text LIKE %s' * len(asked.certain)}"
        f"{' AND p.id IN (SELECT value FROM json_each(%s))' if among is not None else ''} "
        f"ORDER BY {SEARCH_TABLE}.rank LIMIT {_CANDIDATES}"
    )
    values = [match, asked.programme_id, *(f"%{word}%" for word in asked.certain)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values if among is None else [*values, json.dumps(among)])
        return list(cursor.fetchall())


def _inner(word: str) -> list[str]:
    """Trigrams within a word: the table knows nothing of where words begin."""
    return sorted(gram for gram in trigrams(word) if " " not in gram)
