"""Conditions as a form shows them: groups of statements and of other groups, to any depth.

A group says how its parts hold together: all of them, one at least, none, not all of them. Written, a
condition has only « all », « any » and « not »; both say the same things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

IS, IS_NOT, AT_LEAST, AT_MOST = "is", "is_not", "at_least", "at_most"
ANSWERED, UNANSWERED, LEVEL = "answered", "unanswered", "level"
ALL, ANY, NONE, NOT_ALL = "all", "any", "none", "not_all"
MODES = (ALL, ANY, NONE, NOT_ALL)
LEVEL_OF = "niveau:"
"""Marks a statement on the level of a section, where a question is chosen."""

_NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,9})?")
_PICKED = ("equals", "selected")
_NEGATED = {ALL: NOT_ALL, ANY: NONE}
_INSIDE = {NOT_ALL: ALL, NONE: ANY}

Place = tuple[int, ...]
"""Where a part is: the rank of each group it is in, then its own. The outermost group is ``()``."""


@dataclass(frozen=True)
class Statement:
    """« The answer to `question` (its `part`) is one of `values` ». `subject` is a question's code or,
    after ``LEVEL_OF``, a section's."""

    subject: str = ""
    word: str = IS
    values: tuple[str, ...] = ()
    part: str = ""


@dataclass(frozen=True)
class Group:
    """Parts that hold together as `mode` says."""

    mode: str = ALL
    parts: tuple[Statement | Group, ...] = ()

    def at(self, place: Place) -> Statement | Group | None:
        """The part at a place of this group, None when there is none."""
        found: Statement | Group | None = self
        for rank in place:
            found = found.parts[rank] if isinstance(found, Group) and rank < len(found.parts) else None
        return found

    def statements(self, place: Place = ()) -> Iterator[tuple[Place, Statement]]:
        """Every statement inside, with its place."""
        for rank, part in enumerate(self.parts):
            if isinstance(part, Group):
                yield from part.statements((*place, rank))
            else:
                yield (*place, rank), part


def to_group(condition: Any) -> Group | None:
    """The outermost group of a written condition; None for what is no condition at all."""
    if not condition:
        return Group()
    part = _part(condition)
    return Group(ALL, (part,)) if isinstance(part, Statement) else part


def _part(written: Any) -> Statement | Group | None:
    if not isinstance(written, dict):
        return None
    keys = set(written)
    if keys == {"not"}:
        return _negated(_part(written["not"]))
    if keys in ({"all"}, {"any"}):
        mode = keys.pop()
        return _group(mode, written[mode])
    statement = _statement(written)
    if statement is not None:
        return statement
    # Several keys side by side in one block all have to hold.
    apart = [{key: written[key]} for key in ("all", "any", "not") if key in written]
    rest = {key: value for key, value in written.items() if key not in ("all", "any", "not")}
    level = {key: rest.pop(key) for key in ("dimension", "level_at_most") if key in rest}
    blocks = [block for block in (rest, level, *apart) if block]
    return _group(ALL, blocks) if len(blocks) > 1 else None


def _group(mode: str, listed: Any) -> Group | None:
    parts = [_part(each) for each in listed] if isinstance(listed, list) else []
    known = tuple(part for part in parts if part is not None)
    return Group(mode, known) if parts and len(known) == len(parts) else None


def _negated(part: Statement | Group | None) -> Statement | Group | None:
    if part is None:
        return None
    if isinstance(part, Statement) and part.word == IS:
        return Statement(part.subject, IS_NOT, part.values, part.part)
    if isinstance(part, Group) and part.mode in _NEGATED:
        return Group(_NEGATED[part.mode], part.parts)
    return Group(NONE, (part,))


def _statement(written: Mapping[str, Any]) -> Statement | None:
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


@dataclass(frozen=True)
class Written:
    """A condition to write, None for none; `places` tells what part of the form each path comes from."""

    condition: dict[str, Any] | None
    places: tuple[tuple[str, Place], ...] = ()

    def place_of(self, path: str) -> Place:
        """The part of the form that wrote what is at a path of the condition."""
        within = [(len(start), place) for start, place in self.places if path.startswith(start)]
        return max(within, default=(0, ()))[1]


def from_group(shown: Group, questions: Mapping[str, Mapping[str, Any]]) -> Written:
    """The condition that a form says. ``questions`` are the document's, by code.

    Lines left blank and groups left empty say nothing; a group of one part says no more than this part.
    """
    return _written(shown, (), questions) or Written(None)


def _written(
    part: Statement | Group, place: Place, questions: Mapping[str, Mapping[str, Any]]
) -> Written | None:
    if isinstance(part, Statement):
        block = _write(part, questions)
        return None if block is None else Written(block, (("", place),))
    ranked = (_written(each, (*place, rank), questions) for rank, each in enumerate(part.parts))
    inside = [each for each in ranked if each is not None]
    if not inside:
        return None
    if len(inside) > 1:
        inside = [_together(_INSIDE.get(part.mode, part.mode), inside, place)]
    return _under("not", inside[0], place) if part.mode in _INSIDE else inside[0]


def _together(key: str, inside: list[Written], place: Place) -> Written:
    moved = (
        (f"{key}[{rank}]{'.' if path else ''}{path}", where)
        for rank, each in enumerate(inside, start=1)
        for path, where in each.places
    )
    return Written({key: [each.condition for each in inside]}, (("", place), *moved))


def _under(key: str, inside: Written, place: Place) -> Written:
    moved = ((f"{key}{'.' if path else ''}{path}", where) for path, where in inside.places)
    return Written({key: inside.condition}, (("", place), *moved))


def _write(statement: Statement, questions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
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
        return {**block, statement.word: _number(statement.values[0], question)}
    said = {**block, **_picked(question, statement.values)}
    return {"not": said} if statement.word == IS_NOT else said


def _picked(question: Mapping[str, Any], values: tuple[str, ...]) -> dict[str, Any]:
    if not question.get("choices"):
        return {"equals": _number(values[0], question)}
    if len(values) > 1:
        return {"in": list(values)}
    return {"equals" if question.get("kind") == "single" else "selected": values[0]}


def _number(text: str, question: Mapping[str, Any]) -> int | float | str:
    """A typed number; what is none stays as typed, and the validation says so. A text stays a text."""
    if question.get("kind") in ("short_text", "long_text", "date"):
        return text
    bare = "".join(text.split()).replace(",", ".")
    if not _NUMBER.fullmatch(bare):
        return text
    number = float(bare)
    return int(number) if number.is_integer() else number
