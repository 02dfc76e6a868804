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

from django.db import connection, transaction

from core.compiled import KeptStatement

_READ = KeptStatement(
    "SELECT question_code, value, not_applicable, comment, saved_at, by_staff, saved_by_id"
    " FROM diagnostics_answer WHERE respondent_id = %s"
)
_COLUMNS = "question_code, value, not_applicable, comment, by_staff, saved_by_id, saved_at"
_ANSWER_COLUMNS = f"{_COLUMNS}, choice, retained_from_id"
_LINE_TYPES = ("text", "jsonb", "boolean", "text", "boolean", "bigint", "timestamptz", "text", "bigint")
_REPLACE = (
    " ON CONFLICT (respondent_id, question_code) DO UPDATE SET value = excluded.value,"
    " choice = excluded.choice, not_applicable = excluded.not_applicable, comment = excluded.comment,"
    " retained_from_id = excluded.retained_from_id, by_staff = excluded.by_staff,"
    " saved_by_id = excluded.saved_by_id, saved_at = excluded.saved_at"
)
_INTO_ANSWERS = f"INSERT INTO diagnostics_answer (diagnostic_id, respondent_id, {_ANSWER_COLUMNS}) "
_INTO_HISTORY = f"INSERT INTO diagnostics_answerrevision (respondent_id, {_COLUMNS}) "
_LOOK_AT_ROW = KeptStatement(
    "SELECT status, mode, answers_revision FROM diagnostics_diagnostic WHERE id = %s"
)
_LOCK_ROW = KeptStatement(f"{_LOOK_AT_ROW.sql} FOR UPDATE")
_MOVE = (
    "UPDATE diagnostics_diagnostic SET status = 'started', started_at = COALESCE(started_at, %s),"
    " answered_at = %s, answers_revision = answers_revision + 1{progress}"
    " WHERE id = %s AND answers_revision = %s AND status IN ('open', 'started') AND mode {mode} 'separate'"
)
_MOVE_SHARED = _MOVE.format(progress=", answered_count = %s, visible_count = %s", mode="<>")
_MOVE_ALONE = _MOVE.format(progress="", mode="=")
_OWN_PROGRESS = "UPDATE diagnostics_respondent SET last_seen_at = %s, answered_count = %s, visible_count = %s"


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


@dataclass(frozen=True)
class Save:
    """All that one save writes: answers with their history, and the progress.

    ``revision`` is the diagnostic's when the answers were read; ``alone``: the respondent answers from her
    own point of view, and the progress is hers; ``answered`` and ``visible`` count questions.
    """

    diagnostic_id: int
    respondent_id: int
    revision: int
    alone: bool
    lines: Sequence[AnswerLine]
    saved_by_id: int | None
    saved_at: datetime
    by_staff: bool
    answered: int
    visible: int


def lock_status(diagnostic_id: int) -> tuple[str, str, int]:
    """The status, mode and revision of a diagnostic, which no other transaction changes before this one ends.

    SQLite needs no clause: its transactions write alone (IMMEDIATE).
    """
    statement = _LOCK_ROW if connection.features.has_select_for_update else _LOOK_AT_ROW
    with connection.cursor() as cursor:
        statement.run(cursor, [diagnostic_id])
        status, mode, revision = cursor.fetchone()
    return str(status), str(mode), int(revision)


def write_save(save: Save) -> bool:
    """Write all of it, or nothing and say so: when another save came since, or answers are closed.

    PostgreSQL does it in one statement, whole by itself: no transaction to open and close, and the row is
    held only while it runs. SQLite, which has no such statement, does the same in a transaction.
    """
    at = connection.ops.adapt_datetimefield_value(save.saved_at)
    lines = [_values(save, line, at) for line in save.lines]
    if connection.vendor == "postgresql":
        return _write_at_once(save, at, lines)
    return _write_in_turn(save, at, lines)


def _values(save: Save, line: AnswerLine, at: Any) -> list[Any]:
    """The values of ``_ANSWER_COLUMNS``."""
    # NULL, not the JSON word null, so that « not answered » reads alike in every query.
    value = None if line.value is None else json.dumps(line.value, ensure_ascii=False)
    kept = [line.question_code, value, line.not_applicable, line.comment, save.by_staff, save.saved_by_id, at]
    return [*kept, line.choice, line.retained_from_id]


def _moved(save: Save, at: Any) -> list[Any]:
    """The values of ``_MOVE_SHARED`` or ``_MOVE_ALONE``."""
    progress = [] if save.alone else [save.answered, save.visible]
    return [at, at, *progress, save.diagnostic_id, save.revision]


def _write_at_once(save: Save, at: Any, lines: Sequence[Sequence[Any]]) -> bool:
    values = _moved(save, at)
    if save.alone:
        values += [at, save.answered, save.visible, save.respondent_id]
    for line in lines:
        values += line
    values += [save.respondent_id, save.respondent_id]
    with connection.cursor() as cursor:
        _whole_save(len(lines), save.alone).run(cursor, values)
        (moved,) = cursor.fetchone()
    return bool(moved)


def _write_in_turn(save: Save, at: Any, lines: Sequence[Sequence[Any]]) -> bool:
    history = len(_COLUMNS.split(", "))
    answers = [(save.diagnostic_id, save.respondent_id, *line) for line in lines]
    revisions = [(save.respondent_id, *line[:history]) for line in lines]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MOVE_ALONE if save.alone else _MOVE_SHARED, _moved(save, at))
        if cursor.rowcount == 0:
            return False
        if save.alone:
            own = [at, save.answered, save.visible, save.respondent_id]
            cursor.execute(f"{_OWN_PROGRESS} WHERE id = %s", own)
        cursor.executemany(f"{_INTO_ANSWERS} VALUES {_marks(len(answers[0]))}{_REPLACE}", answers)
        cursor.executemany(f"{_INTO_HISTORY} VALUES {_marks(len(revisions[0]))}", revisions)
    return True


@lru_cache(maxsize=_KEPT_LENGTHS)
def _whole_save(count: int, alone: bool) -> KeptStatement:  # noqa: FBT001 -- part of the key
    """What saves ``count`` answers: nothing is written unless the diagnostic's row moved."""
    move = _MOVE_ALONE if alone else _MOVE_SHARED
    own = f"own AS ({_OWN_PROGRESS} FROM moved WHERE diagnostics_respondent.id = %s), " if alone else ""
    line = f"({', '.join(f'%s::{kind}' for kind in _LINE_TYPES)})"
    return KeptStatement(
        f"WITH moved AS ({move} RETURNING id), {own}"  # noqa: S608 -- constants
        f"line ({_ANSWER_COLUMNS}) AS (VALUES {', '.join([line] * count)}), "
        f"kept AS ({_INTO_ANSWERS} SELECT moved.id, %s, {_ANSWER_COLUMNS} FROM moved, line{_REPLACE}), "
        f"history AS ({_INTO_HISTORY} SELECT %s, {_COLUMNS} FROM moved, line) "
        "SELECT count(*) FROM moved"
    )


def _marks(width: int) -> str:
    return f"({', '.join(['%s'] * width)})"
