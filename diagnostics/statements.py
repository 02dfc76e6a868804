"""The statements of the hottest path of the application, written by hand.

An answer that saves itself runs them hundreds of times a minute. Compiling them anew from query objects
cost several times what the database takes to run them; these are the same on SQLite and on PostgreSQL.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from core.compiled import KeptStatement

_READ = KeptStatement(
    "SELECT question_code, value, not_applicable, comment, saved_at, by_staff, saved_by_id"
    " FROM diagnostics_answer WHERE respondent_id = %s"
)
_COLUMNS = "question_code, value, not_applicable, comment, by_staff, saved_by_id, saved_at"
_KEYS = "diagnostic_id, respondent_id, choice, retained_from_id"
_UPSERT_HEAD = f"INSERT INTO diagnostics_answer ({_KEYS}, {_COLUMNS}) VALUES "  # noqa: S608 -- constants
_UPSERT_TAIL = (
    " ON CONFLICT (respondent_id, question_code) DO UPDATE SET value = excluded.value,"
    " choice = excluded.choice, not_applicable = excluded.not_applicable, comment = excluded.comment,"
    " retained_from_id = excluded.retained_from_id, by_staff = excluded.by_staff,"
    " saved_by_id = excluded.saved_by_id, saved_at = excluded.saved_at"
)
_HISTORY_HEAD = f"INSERT INTO diagnostics_answerrevision (respondent_id, {_COLUMNS}) VALUES "  # noqa: S608 -- constants
_LOOK_AT_ROW = KeptStatement("SELECT status, mode FROM diagnostics_diagnostic WHERE id = %s")
_LOCK_ROW = KeptStatement(f"{_LOOK_AT_ROW.sql} FOR UPDATE")
_PROGRESS = KeptStatement(
    "UPDATE diagnostics_diagnostic SET status = 'started', started_at = COALESCE(started_at, %s),"
    " answered_at = %s, answered_count = %s, visible_count = %s WHERE id = %s"
)
_OWN_PROGRESS = KeptStatement(
    "UPDATE diagnostics_respondent SET last_seen_at = %s, answered_count = %s, visible_count = %s"
    " WHERE id = %s"
)
_STARTED = KeptStatement(
    "UPDATE diagnostics_diagnostic SET status = 'started', started_at = COALESCE(started_at, %s),"
    " answered_at = %s WHERE id = %s"
)


# One answer at a time from a page that saves by itself; a section at once without script.
_KEPT_LENGTHS = 64


@dataclass(frozen=True)
class AnswerLine:
    """One answer to write; ``value`` is plain JSON."""

    question_code: str
    value: Any
    choice: str
    not_applicable: bool
    comment: str
    retained_from_id: int | None = None


def read_answers(respondent_id: int) -> list[tuple[str, Any, bool, str, Any, bool, int | None]]:
    """Every answer of a respondent: question, JSON value, « sans objet », comment, raw moment, whether
    staff gave it for the company, and who saved it."""
    with connection.cursor() as cursor:
        _READ.run(cursor, [respondent_id])
        return [
            (code, None if value is None else json.loads(value), bool(absent), comment, at, bool(staff), who)
            for code, value, absent, comment, at, staff, who in cursor.fetchall()
        ]


def as_moment(raw: Any) -> datetime:
    """A moment as the database gave it: SQLite keeps universal time without saying so."""
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def lock_status(diagnostic_id: int) -> tuple[str, str]:
    """The status and mode of a diagnostic, which no other transaction changes before this one ends.

    SQLite needs no clause: its transactions write alone (IMMEDIATE).
    """
    statement = _LOCK_ROW if connection.features.has_select_for_update else _LOOK_AT_ROW
    with connection.cursor() as cursor:
        statement.run(cursor, [diagnostic_id])
        status, mode = cursor.fetchone()
    return str(status), str(mode)


def write_answers(
    *,
    diagnostic_id: int,
    respondent_id: int,
    lines: Sequence[AnswerLine],
    saved_by_id: int | None,
    saved_at: datetime,
    by_staff: bool = False,
) -> None:
    """Keep answers and their history: two statements, however many there are."""
    at = connection.ops.adapt_datetimefield_value(saved_at)
    upserts: list[Any] = []
    revisions: list[Any] = []
    for line in lines:
        # NULL, not the JSON word null, so that « not answered » reads alike in every query.
        value = None if line.value is None else json.dumps(line.value, ensure_ascii=False)
        kept = [line.question_code, value, line.not_applicable, line.comment, by_staff, saved_by_id, at]
        upserts += [diagnostic_id, respondent_id, line.choice, line.retained_from_id, *kept]
        revisions += [respondent_id, *kept]
    with connection.cursor() as cursor:
        _upsert(len(lines)).run(cursor, upserts)
        _history(len(lines)).run(cursor, revisions)


def write_progress(*, diagnostic_id: int, at: datetime, answered: int, visible: int) -> None:
    """A diagnostic is started, and its progress is this."""
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        _PROGRESS.run(cursor, [moment, moment, answered, visible, diagnostic_id])


def write_own_progress(
    *, diagnostic_id: int, respondent_id: int, at: datetime, answered: int, visible: int
) -> None:
    """A respondent who answers alone is so far along; the diagnostic is started, nothing more is told."""
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        _OWN_PROGRESS.run(cursor, [moment, answered, visible, respondent_id])
        _STARTED.run(cursor, [moment, moment, diagnostic_id])


@lru_cache(maxsize=_KEPT_LENGTHS)
def _upsert(count: int) -> KeptStatement:
    return KeptStatement(_UPSERT_HEAD + _rows(count, 11) + _UPSERT_TAIL)


@lru_cache(maxsize=_KEPT_LENGTHS)
def _history(count: int) -> KeptStatement:
    return KeptStatement(_HISTORY_HEAD + _rows(count, 8))


def _rows(count: int, width: int) -> str:
    row = f"({', '.join(['%s'] * width)})"
    return ", ".join([row] * count)
