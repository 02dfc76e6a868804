"""The statements of the hottest path of the application, written by hand.

An answer that saves itself runs them hundreds of times a minute. Compiling them anew from query objects
cost several times what the database takes to run them; these are the same on SQLite and on PostgreSQL.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

_READ = (
    "SELECT question_code, value, not_applicable, comment, saved_at FROM diagnostics_answer"
    " WHERE respondent_id = %s"
)
_COLUMNS = "question_code, value, not_applicable, comment, saved_by_id, saved_at"
_UPSERT_HEAD = f"INSERT INTO diagnostics_answer (diagnostic_id, respondent_id, choice, {_COLUMNS}) VALUES "  # noqa: S608 -- constants
_UPSERT_TAIL = (
    " ON CONFLICT (respondent_id, question_code) DO UPDATE SET value = excluded.value,"
    " choice = excluded.choice, not_applicable = excluded.not_applicable, comment = excluded.comment,"
    " saved_by_id = excluded.saved_by_id, saved_at = excluded.saved_at"
)
_HISTORY_HEAD = f"INSERT INTO diagnostics_answerrevision (respondent_id, {_COLUMNS}) VALUES "  # noqa: S608 -- constants
_LOCK = "SELECT status FROM diagnostics_diagnostic WHERE id = %s"
_PROGRESS = (
    "UPDATE diagnostics_diagnostic SET status = 'started', started_at = COALESCE(started_at, %s),"
    " answered_at = %s, answered_count = %s, visible_count = %s WHERE id = %s"
)


@dataclass(frozen=True)
class AnswerLine:
    """One answer to write; ``value`` is plain JSON."""

    question_code: str
    value: Any
    choice: str
    not_applicable: bool
    comment: str


def read_answers(respondent_id: int) -> list[tuple[str, Any, bool, str, Any]]:
    """Question, JSON value, « sans objet », comment and raw moment of every answer of a respondent."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [respondent_id])
        return [
            (code, None if value is None else json.loads(value), bool(not_applicable), comment, at)
            for code, value, not_applicable, comment, at in cursor.fetchall()
        ]


def as_moment(raw: Any) -> datetime:
    """A moment as the database gave it: SQLite keeps universal time without saying so."""
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def lock_status(diagnostic_id: int) -> str:
    """The status of a diagnostic, which no other transaction changes before this one ends.

    SQLite needs no clause: its transactions write alone (IMMEDIATE).
    """
    clause = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK + clause, [diagnostic_id])
        (status,) = cursor.fetchone()
    return str(status)


def write_answers(
    *,
    diagnostic_id: int,
    respondent_id: int,
    lines: Sequence[AnswerLine],
    saved_by_id: int | None,
    saved_at: datetime,
) -> None:
    """Keep answers and their history: two statements, however many there are."""
    at = connection.ops.adapt_datetimefield_value(saved_at)
    upserts: list[Any] = []
    revisions: list[Any] = []
    for line in lines:
        # NULL, not the JSON word null, so that « not answered » reads alike in every query.
        value = None if line.value is None else json.dumps(line.value, ensure_ascii=False)
        kept = [line.question_code, value, line.not_applicable, line.comment, saved_by_id, at]
        upserts += [diagnostic_id, respondent_id, line.choice, *kept]
        revisions += [respondent_id, *kept]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT_HEAD + _rows(len(lines), 9) + _UPSERT_TAIL, upserts)
        cursor.execute(_HISTORY_HEAD + _rows(len(lines), 7), revisions)


def write_progress(*, diagnostic_id: int, at: datetime, answered: int, visible: int) -> None:
    """A diagnostic is started, and its progress is this."""
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, [moment, moment, answered, visible, diagnostic_id])


def _rows(count: int, width: int) -> str:
    row = f"({', '.join(['%s'] * width)})"
    return ", ".join([row] * count)
