"""Typed access to an untrusted document: each read says what it expects and notes what it finds.

A `Node` is one mapping of the document. Reads never raise: they note a problem and return a
neutral value, so that one pass finds everything that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from .problems import MAX_PROBLEMS, DefinitionError, Problem
from .problems import gettext_noop as _

CODE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LARGEST_NUMBER = 10**12
MOST_DECIMALS = 9

E = TypeVar("E", bound=StrEnum)


class Problems:
    """The problems noted while one document is read, and the language it is read in.

    `languages` are those a text may be written in, the author's own first; empty when the document
    has only one and every text is plain.
    """

    def __init__(self) -> None:
        self._noted: list[Problem] = []
        self.languages: tuple[str, ...] = ()
        self.language = ""

    def note(self, path: str, expected: str, found: str, **values: object) -> None:
        """Note one problem; stops everything when there are absurdly many."""
        said = {name: str(value) for name, value in values.items()}
        self._noted.append(Problem(path, expected, found, said))
        if len(self._noted) >= MAX_PROBLEMS:
            self.raise_if_any()

    def __len__(self) -> int:
        return len(self._noted)

    def raise_if_any(self) -> None:
        """Raise `DefinitionError` with everything noted so far."""
        if self._noted:
            raise DefinitionError(tuple(self._noted))


def shown(value: object) -> str:
    """A short picture of what was found, safe to print whatever its size."""
    if value is None:
        return _("rien")
    if isinstance(value, dict):
        return _("un bloc de clés")
    if isinstance(value, list):
        return _("une liste")
    text = CONTROL_CHARACTERS.sub("�", str(value))
    return f"«\u00a0{text[:60]}…\u00a0»" if len(text) > 60 else f"«\u00a0{text}\u00a0»"


def unquoted(value: object) -> str:
    """The same picture as a part of a path, without quotation marks."""
    return shown(value).strip("«\u00a0»")


def as_fraction(value: object) -> Fraction | None:
    """The exact value of a written number, or None. 0.1 is one tenth, not its nearest float."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        return None
    if number != round(number, MOST_DECIMALS):
        return None
    return Fraction(number)


class Node:
    """One mapping of the document, with its path; remembers the keys that were read."""

    def __init__(self, value: object, path: str, problems: Problems) -> None:
        self.path = path
        self.problems = problems
        self._known: set[str] = set()
        if isinstance(value, dict):
            self.values: dict[object, object] = value
        else:
            self.values = {}
            self.problems.note(path or "document", _("un bloc de clés"), shown(value))

    def at(self, key: str) -> str:
        """The path of one key of this mapping."""
        return f"{self.path}.{key}" if self.path else key

    def note(self, key: str, expected: str, **values: object) -> None:
        """Note that `key` does not hold what the format expects."""
        self.problems.note(self.at(key), expected, shown(self.values.get(key)), **values)

    def has(self, key: str) -> bool:
        """Whether the key holds something."""
        return self.values.get(key) is not None

    def take(self, key: str) -> object:
        """The value under `key`, which is then no unknown key."""
        self._known.add(key)
        return self.values.get(key)

    def finish(self) -> None:
        """Note every key nobody asked for: a misspelt key must not pass for an absent one."""
        for key in self.values:
            if key not in self._known:
                self.problems.note(self.at(unquoted(key)), _("aucune clé de ce nom ici"), shown(key))

    def text(self, key: str, *, most: int, optional: bool = False) -> str:
        """A text of at most `most` characters, without control characters, ends trimmed.

        Where the document has several languages, a text may be a block {language: text}.
        """
        value = self.take(key)
        if isinstance(value, dict) and self.problems.languages:
            return self._translated(value, key, most=most, optional=optional)
        return self._plain(value, self.at(key), most=most, optional=optional)

    def _translated(self, value: dict[object, object], key: str, *, most: int, optional: bool) -> str:
        own = self.problems.languages[0]
        texts: dict[str, str] = {}
        for language, text in value.items():
            path = f"{self.at(key)}.{unquoted(language)}"
            if not isinstance(language, str) or language not in self.problems.languages:
                words = ", ".join(self.problems.languages)
                self.problems.note(path, _("un mot parmi\u00a0: %(words)s"), shown(language), words=words)
            else:
                texts[language] = self._plain(text, path, most=most, optional=optional or language != own)
        if not texts.get(own) and not optional:
            self.problems.note(f"{self.at(key)}.{own}", _("un texte"), shown(None))
        return texts.get(self.problems.language) or texts.get(own, "")

    def _plain(self, value: object, path: str, *, most: int, optional: bool) -> str:
        if value is None and optional:
            return ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or (not value.strip() and not optional):
            self.problems.note(path, _("un texte"), shown(value))
            return ""
        if len(value) > most:
            expected = _("un texte d’au plus %(most)s caractères")
            self.problems.note(path, expected, shown(value), most=most)
        if CONTROL_CHARACTERS.search(value):
            self.problems.note(path, _("un texte sans caractère de contrôle"), shown(value))
        return value.strip()

    def code(self, key: str = "code") -> str:
        """A code: what links answers, results and conditions to this element for ever."""
        value = self.take(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not CODE_PATTERN.fullmatch(value):
            self.note(
                key,
                _("un code d’au plus 40 lettres sans accent, chiffres, «\u00a0-\u00a0» ou «\u00a0_\u00a0»"),
            )
            return ""
        return value

    def reference(self, key: str, known: Collection[str], expected: str) -> str:
        """The code of something this document defines; notes `expected` when it does not."""
        value = self.take(key)
        if not isinstance(value, str) or value not in known:
            self.note(key, expected)
            return ""
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """A true or a false."""
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.note(key, _("true ou false"))
            return default
        return value

    def integer(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number between two bounds, both included."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.note(key, _("un nombre entier de %(least)s à %(most)s"), least=least, most=most)
            return least
        return value

    def number(
        self,
        key: str,
        *,
        least: int = -LARGEST_NUMBER,
        most: int = LARGEST_NUMBER,
        default: Fraction | None = None,
    ) -> Fraction:
        """An exact number between two bounds, both included."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        number = as_fraction(value)
        if number is None or not least <= number <= most:
            self.note(key, _("un nombre de %(least)s à %(most)s"), least=least, most=most)
            return Fraction(max(least, 0))
        return number

    def one_of(self, key: str, enum: type[E], *, default: E | None = None) -> E:
        """One member of `enum`, written as its value."""
        value = self.take(key)
        if value is None and default is not None:
            return default
        try:
            return enum(str(value))
        except ValueError:
            self.note(key, _("un mot parmi\u00a0: %(words)s"), words=", ".join(enum))
            return next(iter(enum))

    def items(self, key: str, *, least: int, most: int) -> Iterator[Node]:
        """The mappings of the list under `key`, each with a path that names its code."""
        for path, value in self.listed(key, least=least, most=most):
            yield Node(value, path, self.problems)

    def listed(self, key: str, *, least: int, most: int) -> list[tuple[str, object]]:
        """The values of the list under `key` with their paths; absent counts as empty."""
        value = self.take(key)
        if value is None:
            value = []
        if not isinstance(value, list) or not least <= len(value) <= most:
            found = str(len(value)) if isinstance(value, list) else shown(value)
            expected = _("une liste de %(least)s à %(most)s éléments")
            self.problems.note(self.at(key), expected, found, least=least, most=most)
            value = value[:most] if isinstance(value, list) else []
        return [(f"{self.at(key)}[{_label(item, rank)}]", item) for rank, item in enumerate(value)]


def _label(item: object, rank: int) -> str:
    """What names an element in a path: its code when it has a proper one, else its rank from 1."""
    if isinstance(item, dict):
        code = item.get("code", item.get("level"))
        if isinstance(code, str) and CODE_PATTERN.fullmatch(code):
            return code
    return str(rank + 1)
