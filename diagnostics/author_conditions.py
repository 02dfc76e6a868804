"""A condition being built by form: what was sent, what is shown, and each gesture without script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from diagnostics.author_texts import Language
from diagnostics.author_wording import word_label
from diagnostics.condition_editing import (
    ANSWERED,
    AT_LEAST,
    AT_MOST,
    IS,
    IS_NOT,
    LEVEL,
    LEVEL_OF,
    UNANSWERED,
    Groups,
    Statement,
)
from diagnostics.definition import NUMERIC_KINDS, PICKING_KINDS, SCALE_KINDS, Kind
from diagnostics.editing import Document, Part, questions_of

MOST = 20
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class StatementView:
    """A line of the builder: names of its inputs, what they offer and hold."""

    name: str
    subject: str
    word: str
    words: Choices
    part: str
    parts: Choices
    choices: tuple[tuple[str, str, bool], ...]
    text: str
    needs_value: bool
    remove: str


@dataclass(frozen=True)
class GroupView:
    """A group of the builder."""

    rank: int
    statements: tuple[StatementView, ...]
    add: str


def read_groups(data: QueryDict) -> Groups:
    """What was sent, as it stands."""
    groups = []
    for rank in range(MOST):
        statements = []
        for place in range(MOST):
            name = f"g{rank}-{place}"
            if f"{name}-sujet" in data:
                values = tuple(text for text in data.getlist(f"{name}-valeur") if text.strip())
                statements.append(
                    Statement(
                        subject=data.get(f"{name}-sujet", ""),
                        word=data.get(f"{name}-mot", IS),
                        values=values,
                        part=data.get(f"{name}-part", ""),
                    )
                )
        if statements:
            groups.append(tuple(statements))
    return Groups(any_of=data.get("assemblage", "any") == "any", groups=tuple(groups))


def after_gesture(groups: Groups, gesture: str) -> Groups:
    """The groups after a button: « ajouter-1 », « retirer-0-2 », « groupe »; any other changes nothing."""
    word, _dash, place = gesture.partition("-")
    numbers = [int(each) for each in place.split("-") if each.isdecimal()]
    found = [list(group) for group in groups.groups]
    if word == "groupe" and len(found) < MOST:
        found.append([Statement()])
    elif word == "ajouter" and len(numbers) == 1 and numbers[0] < len(found):
        if len(found[numbers[0]]) < MOST:
            found[numbers[0]].append(Statement())
    elif word == "retirer" and len(numbers) == 2 and numbers[0] < len(found):
        found[numbers[0]][numbers[1] : numbers[1] + 1] = []
    return replace(groups, groups=tuple(tuple(group) for group in found if group))


class Builder:
    """Shows groups: the questions that may be named, and for each what may be said of its answer."""

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

    def views(self, groups: Groups) -> tuple[GroupView, ...]:
        """The groups as they are drawn."""
        return tuple(
            GroupView(
                rank,
                tuple(self._view(rank, place, each) for place, each in enumerate(group)),
                f"ajouter-{rank}",
            )
            for rank, group in enumerate(groups.groups)
        )

    def _view(self, rank: int, place: int, statement: Statement) -> StatementView:
        words = self._words(statement.subject)
        word = statement.word if statement.word in words else next(iter(words), "")
        choices = self._choices(statement.subject)
        question = self.questions.get(statement.subject, {})
        parts = question.get("rows") or question.get("columns") or []
        return StatementView(
            name=f"g{rank}-{place}",
            subject=statement.subject,
            word=word,
            words=[(each, word_label(each)) for each in words],
            part=statement.part,
            parts=[(str(each.get("code")), self.language.shown(each.get("label"))) for each in parts],
            choices=tuple((code, label, code in statement.values) for code, label in choices),
            text=next(iter(statement.values), "").replace(".", ",") if not choices else "",
            needs_value=word not in (ANSWERED, UNANSWERED) and bool(words),
            remove=f"retirer-{rank}-{place}",
        )

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
