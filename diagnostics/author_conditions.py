"""A condition being built by form: what was sent, what is shown, and each gesture without script.

Every input is named by the place of its part: ``c`` for the outermost group, ``c-1-0`` for the first part
of its second one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from diagnostics.author_texts import Language
from diagnostics.author_wording import mode_label, word_label
from diagnostics.condition_editing import (
    ALL,
    ANSWERED,
    AT_LEAST,
    AT_MOST,
    IS,
    IS_NOT,
    LEVEL,
    LEVEL_OF,
    MODES,
    NONE,
    NOT_ALL,
    UNANSWERED,
    Group,
    Place,
    Statement,
)
from diagnostics.definition import (
    MAX_DEPTH,
    MAX_PARTS,
    NUMERIC_KINDS,
    PICKING_KINDS,
    SCALE_KINDS,
    Kind,
)
from diagnostics.editing import Document, Part, questions_of

Choices = list[tuple[str, str]]
_NAME = re.compile(rf"c((?:-\d{{1,2}}){{0,{MAX_DEPTH + 1}}})-(mode|sujet)")


@dataclass(frozen=True)
class StatementView:
    """A line of the builder: names of its inputs, what they offer and hold."""

    name: str
    label: str
    subject: str
    word: str
    words: Choices
    part: str
    parts: Choices
    choices: tuple[tuple[str, str, bool], ...]
    text: str
    needs_value: bool
    error: str


@dataclass(frozen=True)
class GroupView:
    """A group of the builder; ``may_nest``: another group fits inside; ``is_full``: nothing more does."""

    name: str
    label: str
    mode: str
    modes: Choices
    parts: tuple[PartView, ...]
    may_nest: bool
    is_full: bool
    error: str


@dataclass(frozen=True)
class PartView:
    """A line or a group: one of them."""

    line: StatementView | None = None
    group: GroupView | None = None


def name_of(place: Place) -> str:
    """What the inputs of a part are named by."""
    return "-".join(["c", *map(str, place)])


def place_label(shown: Group, place: Place) -> str:
    """Where a part is, as the page says it: « Ligne 2.1 », « Groupe 2 »."""
    if not place:
        return _("La condition")
    number = ".".join(str(rank + 1) for rank in place)
    kind = _("Groupe %(number)s") if isinstance(shown.at(place), Group) else _("Ligne %(number)s")
    return kind % {"number": number}


def read_group(data: QueryDict) -> Group:
    """What was sent, as it stands."""
    inside: dict[Place, set[int]] = {}
    for name in data:
        found = _NAME.fullmatch(name)
        place = tuple(int(each) for each in found[1].split("-")[1:]) if found else ()
        if place:
            inside.setdefault(place[:-1], set()).add(place[-1])
    return _read(data, (), inside)


def _read(data: QueryDict, place: Place, inside: Mapping[Place, set[int]]) -> Group:
    name = name_of(place)
    mode = data.get(f"{name}-mode", ALL)
    parts: list[Statement | Group] = []
    for rank in sorted(inside.get(place, ())):
        under = (*place, rank)
        if f"{name_of(under)}-mode" in data:
            parts.append(_read(data, under, inside))
        else:
            parts.append(_read_line(data, name_of(under)))
    return Group(mode if mode in MODES else ALL, tuple(parts[:MAX_PARTS]))


def _read_line(data: QueryDict, name: str) -> Statement:
    return Statement(
        subject=data.get(f"{name}-sujet", ""),
        word=data.get(f"{name}-mot", IS),
        values=tuple(text for text in data.getlist(f"{name}-valeur") if text.strip()),
        part=data.get(f"{name}-part", ""),
    )


def after_gesture(shown: Group, gesture: str) -> tuple[Group, str]:
    """The condition after a button, and the name of the input where work goes on.

    « ligne:c-1 » and « groupe:c » add inside a group, « retirer:c-1-0 » removes a part; any other changes
    nothing.
    """
    word, _colon, name = gesture.partition(":")
    ranks = name.split("-")
    if ranks[0] != "c" or not all(each.isdecimal() and len(each) < 3 for each in ranks[1:]):
        return shown, ""
    place = tuple(int(each) for each in ranks[1:])
    found = shown.at(place)
    if word == "retirer" and place and found is not None:
        return _without(shown, place), f"{name_of(place[:-1])}-ligne"
    if word == "montrer" and isinstance(found, Statement):
        return shown, f"{name}-mot"
    if word not in ("ligne", "groupe") or not isinstance(found, Group) or len(found.parts) >= MAX_PARTS:
        return shown, ""
    fresh = Statement() if word == "ligne" else Group(ALL, (Statement(),))
    added = f"{name}-{len(found.parts)}-{'sujet' if word == 'ligne' else 'mode'}"
    return _changed(shown, place, (*found.parts, fresh)), added


def _changed(group: Group, place: Place, parts: tuple[Statement | Group, ...]) -> Group:
    """The same condition with other parts in the group at a place."""
    if not place:
        return replace(group, parts=parts)
    rank, rest = place[0], place[1:]
    inner = group.parts[rank]
    changed = _changed(inner, rest, parts) if isinstance(inner, Group) else inner
    return replace(group, parts=(*group.parts[:rank], changed, *group.parts[rank + 1 :]))


def _without(group: Group, place: Place) -> Group:
    """The same condition without a part; a group goes with its last one."""
    above = group.at(place[:-1])
    if not isinstance(above, Group):
        return group
    if len(above.parts) == 1 and len(place) > 1:
        return _without(group, place[:-1])
    rank = place[-1]
    return _changed(group, place[:-1], (*above.parts[:rank], *above.parts[rank + 1 :]))


class Builder:
    """Shows a condition: the questions that may be named, and for each what may be said of its answer."""

    def __init__(
        self, document: Document, language: Language, *, without: str = "", results: bool = False
    ) -> None:
        self.document, self.language = document, language
        self.questions: dict[str, Part] = {
            str(question.get("code")): question
            for _section, question in questions_of(document)
            if question.get("kind") != Kind.NOTE and str(question.get("code")) != without
        }
        self.results = results

    def subjects(self) -> list[tuple[str, Choices]]:
        """What a statement may be about, by section."""
        groups: list[tuple[str, Choices]] = []
        for section in self.document.get("dimensions") or []:
            inside = [
                (code, self.language.shown(each.get("text"))[:110])
                for each in section.get("questions") or []
                if (code := str(each.get("code"))) in self.questions
            ]
            groups.append((self.language.shown(section.get("title")), inside))
        if self.results:
            levels = [
                (LEVEL_OF + str(each.get("code")), self.language.shown(each.get("title")))
                for each in self.document.get("dimensions") or []
            ]
            groups.append((_("Niveau d’un thème"), levels))
        return groups

    def faults(self, shown: Group) -> dict[Place, str]:
        """What a line begun lacks to say something, by place."""
        found = {}
        for place, line in shown.statements():
            fault = self._fault(line) if line.subject else ""
            if fault:
                found[place] = fault
        return found

    def _fault(self, line: Statement) -> str:
        words = self._words(line.subject)
        if not words or (line.subject.startswith(LEVEL_OF) and not self.results):
            return _("cette question n’est plus dans le questionnaire\u00a0; choisissez-en une autre.")
        if line.word in (ANSWERED, UNANSWERED):
            return ""
        parts = [code for code, _label in self._parts(line.subject)]
        if parts and line.part not in parts:
            return _("choisissez la ligne ou la colonne de cette question.")
        if not line.values:
            return _("dites quelle réponse est attendue, ou retirez la ligne.")
        return ""

    def view(self, shown: Group, faults: Mapping[Place, str]) -> GroupView:
        """The whole condition as it is drawn."""
        return self._group(shown, shown, (), 0, faults)

    def _group(
        self, whole: Group, group: Group, place: Place, depth: int, faults: Mapping[Place, str]
    ) -> GroupView:
        """A group, where ``depth`` counts the written conditions around it: « not » is one more."""
        inside = depth + (2 if group.mode in (NONE, NOT_ALL) else 1)
        parts = []
        for rank, part in enumerate(group.parts):
            under = (*place, rank)
            if isinstance(part, Group):
                parts.append(PartView(group=self._group(whole, part, under, inside, faults)))
            else:
                label, error = place_label(whole, under), faults.get(under, "")
                parts.append(PartView(line=self._line(part, name_of(under), label, error)))
        return GroupView(
            name=name_of(place),
            label=place_label(whole, place),
            mode=group.mode,
            modes=[(mode, mode_label(mode)) for mode in MODES],
            parts=tuple(parts),
            may_nest=inside < MAX_DEPTH and len(parts) < MAX_PARTS,
            is_full=len(parts) >= MAX_PARTS,
            error=faults.get(place, ""),
        )

    def _line(self, statement: Statement, name: str, label: str, error: str) -> StatementView:
        words = self._words(statement.subject)
        word = statement.word if statement.word in words else next(iter(words), "")
        choices = self._choices(statement.subject)
        return StatementView(
            name=name,
            label=label,
            subject=statement.subject,
            word=word,
            words=[(each, word_label(each)) for each in words],
            part=statement.part,
            parts=self._parts(statement.subject),
            choices=tuple((code, shown, code in statement.values) for code, shown in choices),
            text=self._typed(statement) if not choices else "",
            needs_value=word not in (ANSWERED, UNANSWERED) and bool(words),
            error=error,
        )

    def _typed(self, statement: Statement) -> str:
        """A typed value as it is written in French; a text stays as it is."""
        text = next(iter(statement.values), "")
        kind = self.questions.get(statement.subject, {}).get("kind")
        return text.replace(".", ",") if kind in NUMERIC_KINDS | SCALE_KINDS else text

    def _parts(self, subject: str) -> Choices:
        question = self.questions.get(subject, {})
        listed: Iterable[Mapping[str, Any]] = question.get("rows") or question.get("columns") or []
        return [(str(each.get("code")), self.language.shown(each.get("label"))) for each in listed]

    def _words(self, subject: str) -> tuple[str, ...]:
        if subject.startswith(LEVEL_OF):
            return (LEVEL,)
        kind = str(self.questions.get(subject, {}).get("kind", ""))
        if kind in PICKING_KINDS:
            return (IS, IS_NOT, ANSWERED, UNANSWERED)
        if kind in NUMERIC_KINDS | SCALE_KINDS or kind == Kind.DATE:
            return (AT_LEAST, AT_MOST, IS, IS_NOT, ANSWERED, UNANSWERED)
        if kind == Kind.FILE:
            return (ANSWERED, UNANSWERED)
        return (ANSWERED, UNANSWERED, IS, IS_NOT) if kind else ()

    def _choices(self, subject: str) -> Choices:
        listed: list[Mapping[str, Any]] = self.questions.get(subject, {}).get("choices") or []
        key = "label"
        if subject.startswith(LEVEL_OF):
            listed, key = self.document.get("levels") or [], "name"
        return [(str(each.get("code")), self.language.shown(each.get(key))) for each in listed]
