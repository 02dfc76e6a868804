"""The search of companies, by name, SIREN, SIRET, town or contact: accents and typing errors forgiven.

An exact search comes first: every word is somewhere in the text. Only when it finds nothing does an
approximate one look for words that resemble, and says so.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connections
from django.db.models import Case, FloatField, QuerySet, Value, When
from django.db.models.expressions import Combinable

from companies.gazetteer import fold
from companies.likeness import answer_of, trigrams
from companies.models.fields import SEARCH_TABLE

MAX_APPROXIMATE = 60
_CANDIDATES = 300
_PG_THRESHOLDS = (0.5, 0.35)
_SHORTEST_GUESSED = 4
_MOST_WORDS = 8


@dataclass(frozen=True)
class Found:
    """Participations that answer a search; ``closeness`` is there to sort approximate ones by."""

    rows: "QuerySet[Any]"
    is_approximate: bool = False


def words_of(text: str) -> list[str]:
    """The words to look for: folded, or one number without its spaces."""
    compact = "".join(text.split())
    return [compact] if compact.isdigit() else fold(text).split()[:_MOST_WORDS]


def holding(rows: "QuerySet[Any]", words: list[str]) -> "QuerySet[Any]":
    """Participations whose text holds every word; none without a word."""
    if not words:
        return rows.none()
    for word in words:
        rows = rows.filter(search_text__holds=word)
    return rows


def search(rows: "QuerySet[Any]", text: str, *, programme_id: int) -> Found:
    """What answers a search among ``rows``, exactly or, failing that, approximately."""
    words = words_of(text)
    exact = holding(rows, words)
    guessed = [word for word in words if len(word) >= _SHORTEST_GUESSED and not word.isdigit()]
    if not guessed or exact.exists():
        return Found(exact)
    # Words too short to be guessed must be there.
    kept = rows
    for word in words:
        if word not in guessed:
            kept = kept.filter(search_text__holds=word)
    connection = connections[rows.db]
    if connection.vendor == "postgresql":
        return Found(_resembling(kept, guessed, connection), is_approximate=True)
    return Found(_resembling_sqlite(kept, guessed, programme_id, connection), is_approximate=True)


def _resembling(rows: "QuerySet[Any]", words: list[str], connection: Any) -> "QuerySet[Any]":
    """By ``pg_trgm``: its index gives candidates, the common measure keeps and sorts them.

    Its own measure is stricter with long words: what the first threshold misses is asked again lower.
    """
    best: Combinable = Value(0.0)
    plain = rows.model.objects.filter(pk__in=rows.order_by().values("pk"))
    for word in words:
        plain = plain.filter(search_text__trigram_word_similar=word)
        best = best + TrigramWordSimilarity(word, "search_text")
    found = plain.annotate(closeness=best).order_by("-closeness", "name_key", "pk")
    for threshold in _PG_THRESHOLDS:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(threshold)]
            )
        candidates = list(found.values_list("pk", "search_text")[:MAX_APPROXIMATE])
        if scored := _scored(words, candidates):
            return _ranked(rows, scored)
    return _ranked(rows, [])


def _scored(words: list[str], candidates: list[tuple[int, str]]) -> list[tuple[int, float]]:
    """Candidates that do answer, the best first."""
    scores = [(pk, answer_of(words, text)) for pk, text in candidates]
    kept = sorted((pair for pair in scores if pair[1]), key=lambda pair: (-pair[1], pair[0]))
    return kept[:MAX_APPROXIMATE]


def _resembling_sqlite(
    rows: "QuerySet[Any]", words: list[str], programme_id: int, connection: Any
) -> "QuerySet[Any]":
    """By the full-text table: rows that share the rarest trigrams, then the measure in Python."""
    asked = " AND ".join("(" + " OR ".join(f'"{gram}"' for gram in _inner(word)) + ")" for word in words)
    # Both tables are named in the code; the search itself is a parameter.
    sql = (
        f"SELECT p.id, p.search_text FROM {SEARCH_TABLE} JOIN companies_participation p "  # noqa: S608
        f"ON p.id = {SEARCH_TABLE}.rowid WHERE {SEARCH_TABLE} MATCH %s AND p.programme_id = %s "
        f"ORDER BY {SEARCH_TABLE}.rank LIMIT {_CANDIDATES}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [asked, programme_id])
        candidates = cursor.fetchall()
    return _ranked(rows, _scored(words, candidates))


def _inner(word: str) -> list[str]:
    """Trigrams within a word: the table knows nothing of where words begin."""
    return sorted(gram for gram in trigrams(word) if " " not in gram)


def _ranked(rows: "QuerySet[Any]", scored: list[tuple[int, float]]) -> "QuerySet[Any]":
    places = [When(pk=pk, then=Value(-score)) for pk, score in scored]
    closeness: Combinable = Value(0.0)
    if places:
        closeness = Case(*places, default=closeness, output_field=FloatField())
    ranked: QuerySet[Any] = rows.filter(pk__in=[pk for pk, _score in scored]).alias(closeness=closeness)
    return ranked
