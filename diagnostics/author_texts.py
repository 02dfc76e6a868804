"""Reading and writing one language of a document's texts, and the numbers its author types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Language:
    """The language being written, among those of the document; its own comes first."""

    code: str
    all: tuple[str, ...]

    @property
    def is_own(self) -> bool:
        """Whether it is the author's own language."""
        return not self.all or self.code == self.all[0]

    def read(self, written: Any) -> str:
        """The text in this language; nothing where it is not translated."""
        if isinstance(written, dict):
            return str(written.get(self.code) or "")
        return "" if written is None or not self.is_own else str(written)

    def shown(self, written: Any) -> str:
        """The text to be read: in this language or else in the author's own."""
        own = next(iter(written.values()), "") if isinstance(written, dict) and written else written
        fallback = written.get(self.all[0]) if isinstance(written, dict) and self.all else own
        return self.read(written) or str(fallback or "")

    def write(self, former: Any, text: str) -> Any:
        """What to write so that this language says ``text`` and the others what they said."""
        if not self.all or (self.is_own and not isinstance(former, dict)):
            return text
        texts = dict(former) if isinstance(former, dict) else {self.all[0]: former or ""}
        texts[self.code] = text
        return {language: said for language, said in texts.items() if said}


def language_of(document: dict[str, Any], asked: str = "") -> Language:
    """The language asked for when the document has it, else its own."""
    known = tuple(str(each) for each in document.get("languages") or ())
    return Language(asked if asked in known else (known[0] if known else ""), known)


def typed_number(value: Any) -> str:
    """A number as an author types it."""
    return "" if value is None else str(value).replace(".", ",")
