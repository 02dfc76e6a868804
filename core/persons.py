"""A person by her address: what is found of her in texts, and what stands in her place once erased. Pure.

A text is searched for the address and the full name (either order, with or without accents, with an
initial or a civility). A surname alone is left: « Martin » is also a company, a street, somebody else.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from core.formats import format_date
from core.i18n import gettext_lazy as _

ERASED_NAME = "Personne effacée"
ERASED_DOMAIN = "efface.invalid"
_CIVILITIES = r"(?:m\.|mr\.?|mme\.?|mlle\.?|monsieur|madame|mademoiselle)"
_GAP = r"[\s\u00a0\u202f]+"
_ASCII_RUN = re.compile(r"[A-Za-z0-9]+")


def erased_address(key: object) -> str:
    """An address that stays unique and reaches nobody (RFC 2606)."""
    return f"efface-{key}@{ERASED_DOMAIN}"


def unaccented(text: str) -> str:
    """The text without accents, in the same case."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@dataclass(frozen=True)
class Identity:
    """What a person is recognised by in a text. ``names`` are pairs of first name and surname."""

    email: str
    names: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _address(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w.+-]){re.escape(self.email)}(?!\w|-|\.\w)", re.IGNORECASE)

    @cached_property
    def _name(self) -> re.Pattern[str] | None:
        forms = sorted({form for pair in self.names for form in _forms(*pair)}, key=len, reverse=True)
        if not forms:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)

    def mentioned_in(self, value: Any) -> bool:
        """Whether a text, or any text inside a JSON value, names the person."""
        return any(
            self._address.search(text) or (self._name is not None and self._name.search(text))
            for text in _texts(value)
        )

    def scrub(self, value: Any, *, address: str) -> Any:
        """The same text or JSON value without the person; ``address`` stands for hers."""
        if isinstance(value, str):
            text = self._address.sub(address, unicodedata.normalize("NFC", value))
            return self._name.sub(ERASED_NAME, text) if self._name is not None else text
        if isinstance(value, Mapping):
            return {
                self.scrub(key, address=address): self.scrub(each, address=address)
                for key, each in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.scrub(each, address=address) for each in value]
        return value

    def needles(self) -> tuple[str, ...]:
        """Plain fragments, one of which is in every text that names the person.

        Letters and digits without accents only, so that a database finds them whatever its collation
        and however it writes JSON. Empty when none can be trusted: then every text must be read.
        """
        found = []
        for word in (self.email, *(last for _first, last in self.names)):
            runs: list[str] = _ASCII_RUN.findall(word)
            if not runs:
                return ()
            found.append(max(runs, key=len))
        return tuple(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield unicodedata.normalize("NFC", value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(key)
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _forms(first: str, last: str) -> Iterator[str]:
    """Ways of writing one name, as patterns."""
    first, last = (" ".join(unicodedata.normalize("NFC", part).split()) for part in (first, last))
    if not last:
        return
    for known_first, known_last in {(first, last), (unaccented(first), unaccented(last))}:
        surname = _spaced(known_last)
        yield rf"{_CIVILITIES}{_GAP}{surname}"
        if known_first:
            name = _spaced(known_first)
            yield rf"{name}{_GAP}{surname}"
            yield rf"{surname},?{_GAP}{name}"
            yield rf"{re.escape(known_first[0])}\.{_GAP}?{surname}"


def _spaced(words: str) -> str:
    return _GAP.join(re.escape(word) for word in words.split())


@dataclass(frozen=True)
class PersonScope:
    """Whose data is meant, and where: one programme, or the whole installation when there is none.

    ``belongs_here`` / ``belongs_elsewhere``: whether she held a role in this programme, and in another;
    ``keeps_account`` is set when a source found that the law asks for her name (who validated what).
    """

    identity: Identity
    programme: Any = None
    belongs_here: bool = False
    belongs_elsewhere: bool = False
    keeps_account: bool = False

    @property
    def email(self) -> str:
        """The address the person is known by."""
        return self.identity.email

    def within(self, rows: Any, path: str = "programme") -> Any:
        """The rows of the programme, ``path`` leading to it; all of them for the whole installation."""
        return rows.filter(**{path: self.programme}) if self.programme is not None else rows


@dataclass(frozen=True)
class PersonRecord:
    """Something held about a person: what it is, and its plain values by French label."""

    title: str
    facts: Mapping[str, Any]

    @property
    def hint(self) -> str:
        """The first thing told, which sets apart several records of one title."""
        return next((text for _label, text, _items in self.lines() if text != "–"), "")

    def lines(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """The same for a page: label, text, and the lines of a list."""
        return [
            (label, "", tuple(_in_words(each) for each in value) or ("–",))
            if isinstance(value, list | tuple)
            else (label, _in_words(value) or "–", ())
            for label, value in self.facts.items()
        ]


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return " · ".join(text for text in map(_in_words, value.values()) if text)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value))
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Kept:
    """What an erasure leaves, and the reason."""

    what: str
    count: int
    reason: str


@dataclass(frozen=True)
class Erasure:
    """What a source did: rows erased or made anonymous, what it kept, what the person should know."""

    erased: int = 0
    kept: tuple[Kept, ...] = ()
    notes: tuple[str, ...] = field(default=())
    keeps_account: bool = False


def kept(what: str, count: int, reason: str) -> tuple[Kept, ...]:
    """One line of what is kept; none when nothing is."""
    return (Kept(str(what), count, str(reason)),) if count else ()


def total(erasures: Iterable[Erasure]) -> int:
    """Rows erased by several sources."""
    return sum(erasure.erased for erasure in erasures)


ACCOUNTING_REASON = _(
    "Pièces comptables et dossiers d’aide\u00a0: conservés 10 ans (code de commerce, art. L. 123-22\u00a0; "
    "contrôle des cofinancements)."
)
TRAINING_REASON = _(
    "Preuves de formation cofinancée (présence, certificat)\u00a0: conservées 10 ans pour les contrôles."
)
