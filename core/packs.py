"""Reading a territory pack: every defect is told with its place, and nothing is applied. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_CODE = re.compile(r"[-A-Za-z0-9_]+")


def _storable(text: str) -> bool:
    """Whether a database keeps this text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


@dataclass(frozen=True)
class PackProblem:
    """Why a pack is refused, and where: ``sections.axes[2].name``."""

    path: str
    reason: str


@dataclass(frozen=True)
class PackChange:
    """What applying a pack would do to one thing: ``added``, or ``changed`` with what differs."""

    what: str
    added: bool
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """Reasons, written by the door in its language."""

    text: str = "a text is expected"
    too_long: str = "too long"
    number: str = "a whole number is expected"
    out_of_range: str = "out of range"
    choice: str = "unknown value"
    code: str = "an identifier is expected"
    truth: str = "true or false is expected"
    items: str = "a list is expected"
    block: str = "a block of keys is expected"
    missing: str = "missing"
    unknown: str = "unknown key"
    twice: str = "used twice"


@dataclass
class Reader:
    """A place in a document, and the defects found so far, shared by the places below.

    Each method gives a usable value whatever it finds, so that one reading tells every defect; values
    are to be used only when ``problems`` is empty.
    """

    value: Any
    path: str = ""
    words: Words = field(default_factory=Words)
    problems: list[PackProblem] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        """Note a defect here."""
        self.problems.append(PackProblem(self.path or "–", reason))

    def at(self, key: str) -> "Reader":
        """The place under ``key``; a defect when there is none."""
        if not isinstance(self.value, Mapping):
            self.refuse(self.words.block)
            return self._below(None, key)
        below = self._below(self.value.get(key), key)
        if key not in self.value:
            below.refuse(self.words.missing)
            # What the caller will say of the absent value is said already.
            below.problems = []
        return below

    def _below(self, value: Any, key: str) -> "Reader":
        path = f"{self.path}.{key}" if self.path else key
        return Reader(value, path, self.words, self.problems)

    def only(self, *keys: str) -> None:
        """Refuse keys that this version does not know: they would be lost without a word."""
        if isinstance(self.value, Mapping):
            for key in self.value:
                if key not in keys:
                    self._below(None, str(key)).refuse(self.words.unknown)

    def items(self, unique: str = "") -> Iterator["Reader"]:
        """The places of a list; no two with the same value under ``unique``."""
        if not isinstance(self.value, list):
            self.refuse(self.words.items)
            return
        seen: set[str] = set()
        for rank, value in enumerate(self.value):
            item = Reader(value, f"{self.path}[{rank}]", self.words, self.problems)
            if not isinstance(value, Mapping):
                item.refuse(self.words.block)
                continue
            code = str(value.get(unique)) if unique else ""
            if unique and code in seen:
                item._below(None, unique).refuse(self.words.twice)
            seen.add(code)
            yield item

    def text(self, key: str, *, limit: int, required: bool = True) -> str:
        """A text under ``key``, no longer than ``limit``."""
        place = self.at(key)
        if not isinstance(place.value, str) or (required and not place.value.strip()):
            place.refuse(self.words.text)
            return ""
        if not _storable(place.value):
            place.refuse(self.words.text)
        elif len(place.value) > limit:
            place.refuse(self.words.too_long)
        return place.value

    def code(self, key: str, *, limit: int) -> str:
        """An identifier under ``key``: letters, digits, dashes."""
        place = self.at(key)
        if not isinstance(place.value, str) or not _CODE.fullmatch(place.value):
            place.refuse(self.words.code)
            return ""
        if len(place.value) > limit:
            place.refuse(self.words.too_long)
        return place.value

    def truth(self, key: str) -> bool:
        """``true`` or ``false`` under ``key``."""
        place = self.at(key)
        if not isinstance(place.value, bool):
            place.refuse(self.words.truth)
        return place.value is True

    def number(self, key: str, *, low: int, high: int) -> int:
        """A whole number under ``key``, both bounds included."""
        place = self.at(key)
        if isinstance(place.value, bool) or not isinstance(place.value, int):
            place.refuse(self.words.number)
            return low
        if not low <= place.value <= high:
            place.refuse(self.words.out_of_range)
            return low
        return place.value

    def choice(self, key: str, known: Sequence[str]) -> str:
        """One of the known words under ``key``."""
        place = self.at(key)
        if place.value not in known:
            place.refuse(self.words.choice)
            return known[0]
        return str(place.value)

    def texts(self, key: str, *, limit: int) -> list[str]:
        """A list of texts under ``key``."""
        place = self.at(key)
        if not isinstance(place.value, list):
            place.refuse(self.words.items)
            return []
        for rank, text in enumerate(place.value):
            if not isinstance(text, str) or not text.strip() or len(text) > limit or not _storable(text):
                Reader(text, f"{place.path}[{rank}]", self.words, self.problems).refuse(self.words.text)
        return [text for text in place.value if isinstance(text, str)]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys whose value changes, with both values when they are short."""
    return tuple(
        f"{key}\u00a0: {_short(before.get(key))} → {_short(value)}"
        for key, value in after.items()
        if before.get(key) != value
    )


def _short(value: Any) -> str:
    text = str(value)
    return f"«\u00a0{text}\u00a0»" if len(text) <= 60 else f"«\u00a0{text[:57]}…\u00a0»"
