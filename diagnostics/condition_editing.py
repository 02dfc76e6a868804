"""Conditions as a form shows them: groups of simple statements.

Inside a group all statements hold and one group is enough (« any »), or the other way round (« all »).
Nearly every condition an author writes is of that shape; one that nests deeper is left to the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

IS, IS_NOT, AT_LEAST, AT_MOST = "is", "is_not", "at_least", "at_most"
ANSWERED, UNANSWERED, LEVEL = "answered", "unanswered", "level"
WORDS = (IS, IS_NOT, AT_LEAST, AT_MOST, ANSWERED, UNANSWERED)
LEVEL_OF = "niveau:"
"""Marks a statement on the level of a section, where a question is chosen."""

_PICKED = ("equals", "selected")


@dataclass(frozen=True)
class Statement:
    """« The answer to `question` (its `part`) is one of `values` ». `subject` is a question's code or,
    after ``LEVEL_OF``, a section's."""

    subject: str = ""
    word: str = IS
    values: tuple[str, ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Groups:
    """`any_of` true: one group is enough, inside which all statements hold; false: the other way round."""

    any_of: bool
    groups: tuple[tuple[Statement, ...], ...]


def to_groups(condition: Any) -> Groups | None:
    """The groups that say a written condition; None when it nests deeper than a form shows."""
    if not condition:
        return Groups(any_of=True, groups=())
    if not isinstance(condition, dict):
        return None
    if set(condition) == {"any"}:
        return _grouped(condition["any"], inner="all", any_of=True)
    if set(condition) == {"all"}:
        alone = _statements(condition["all"])
        if alone is not None:
            return Groups(any_of=True, groups=(alone,))
        return _grouped(condition["all"], inner="any", any_of=False)
    statement = _statement(condition)
    return None if statement is None else Groups(any_of=True, groups=((statement,),))


def _grouped(parts: Any, *, inner: str, any_of: bool) -> Groups | None:
    groups = []
    for part in parts if isinstance(parts, list) else []:
        listed = part[inner] if isinstance(part, dict) and set(part) == {inner} else [part]
        group = _statements(listed)
        if group is None:
            return None
        groups.append(group)
    return Groups(any_of, tuple(groups))


def _statements(parts: Any) -> tuple[Statement, ...] | None:
    found = [_statement(part) for part in parts] if isinstance(parts, list) else [None]
    return None if any(each is None for each in found) else tuple(each for each in found if each is not None)


def _statement(written: Any) -> Statement | None:
    if not isinstance(written, dict):
        return None
    if set(written) == {"not"}:
        inner = _statement(written["not"])
        return (
            None
            if inner is None or inner.word != IS
            else Statement(inner.subject, IS_NOT, inner.values, inner.part)
        )
    if set(written) == {"dimension", "level_at_most"}:
        return Statement(LEVEL_OF + str(written["dimension"]), LEVEL, (str(written["level_at_most"]),))
    part = str(written.get("row") or written.get("column") or "")
    keys = set(written) - {"question", "row", "column"}
    if "question" not in written or len(keys) != 1:
        return None
    key, subject = keys.pop(), str(written["question"])
    value = written[key]
    if key == "answered":
        return Statement(subject, ANSWERED if value else UNANSWERED)
    if key == "in" and isinstance(value, list):
        return Statement(subject, IS, tuple(str(each) for each in value), part)
    if key in _PICKED:
        return Statement(subject, IS, (str(value),), part)
    return Statement(subject, key, (str(value),), part) if key in (AT_LEAST, AT_MOST) else None


def from_groups(shown: Groups, questions: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The condition to write, None for none. ``questions`` are the document's, by code."""
    inner, outer = ("all", "any") if shown.any_of else ("any", "all")
    blocks = []
    for group in shown.groups:
        written = [block for each in group if (block := _write(each, questions))]
        if written:
            blocks.append(written[0] if len(written) == 1 else {inner: written})
    if not blocks:
        return None
    return blocks[0] if len(blocks) == 1 else {outer: blocks}


def _write(statement: Statement, questions: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    if statement.subject.startswith(LEVEL_OF):
        dimension = statement.subject.removeprefix(LEVEL_OF)
        return {"dimension": dimension, "level_at_most": next(iter(statement.values), "")}
    question = questions.get(statement.subject)
    if question is None:
        return None
    block: dict[str, Any] = {"question": statement.subject}
    if statement.word in (ANSWERED, UNANSWERED):
        return {**block, "answered": statement.word == ANSWERED}
    if not statement.values:
        return None
    if statement.part:
        block["column" if question.get("columns") else "row"] = statement.part
    if statement.word in (AT_LEAST, AT_MOST):
        return {**block, statement.word: _number(statement.values[0])}
    said = {**block, **_picked(question, statement.values)}
    return {"not": said} if statement.word == IS_NOT else said


def _picked(question: dict[str, Any], values: tuple[str, ...]) -> dict[str, Any]:
    if not question.get("choices"):
        text = values[0]
        return {
            "equals": text if question.get("kind") in ("short_text", "long_text", "date") else _number(text)
        }
    if len(values) > 1:
        return {"in": list(values)}
    return {"equals" if question.get("kind") == "single" else "selected": values[0]}


def _number(text: str) -> int | float | str:
    """A typed number; what is none stays as typed, and the validation says so."""
    bare = "".join(text.split()).replace(",", ".")
    try:
        number = float(bare)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
