"""How alike two names are, forgiving typing errors. Pure: trigrams of words, as ``pg_trgm`` makes them.

The same measure ranks an approximate search and finds companies entered twice, on every database.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from companies.gazetteer import fold

Key = TypeVar("Key", bound=Hashable)

SEARCH_THRESHOLD = 0.5
"""From here a word of a text answers a word of a search: « tissages » holds 0.75 of « tisages »."""

DUPLICATE_THRESHOLD = 0.55
"""From here two names of one postal code may be one company."""

# Words that tell the form of a company, never which one it is.
_FORMS = frozenset(
    (
        *("sa", "sas", "sasu", "sarl", "eurl", "sci", "snc", "scop", "scic", "gie", "ei", "eirl", "selarl"),
        *("ets", "etablissements", "societe", "ste", "entreprise", "groupe", "cie", "compagnie"),
        *("et", "de", "la", "le", "les", "du", "des", "d", "l"),
    )
)


def trigrams(text: str) -> frozenset[str]:
    """Trigrams of each word of a folded text, two spaces before and one after it."""
    return frozenset(
        padded[start : start + 3]
        for padded in (f"  {word} " for word in text.split())
        for start in range(len(padded) - 2)
    )


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Share of their trigrams that two texts have in common, from 0 to 1."""
    if not first or not second:
        return 0.0
    common = len(first & second)
    return common / (len(first) + len(second) - common)


@lru_cache(maxsize=8192)
def _of_word(word: str) -> frozenset[str]:
    """Trigrams of one word, which most texts share with others."""
    return trigrams(word)


def closest_word(word: str, text: str) -> float:
    """Share of a folded word that the best word of a text holds; 1 when the text holds it whole."""
    if word in text:
        return 1.0
    asked = _of_word(word)
    best = max((len(asked & _of_word(other)) for other in text.split()), default=0)
    return best / len(asked) if asked else 0.0


def answer_of(words: Iterable[str], text: str) -> float:
    """How well a text answers all words of a search: their mean, 0 when one of them is not there at all."""
    scores = [closest_word(word, text) for word in words]
    if not scores or min(scores) < SEARCH_THRESHOLD:
        return 0.0
    return sum(scores) / len(scores)


def name_core(name: str) -> str:
    """The words of a name that tell one company from another; the whole name when it has no others."""
    words = fold(name).split()
    return " ".join(word for word in words if word not in _FORMS) or " ".join(words)


@dataclass(frozen=True, slots=True)
class Resemblance(Generic[Key]):
    """A known name that looks like another."""

    key: Key
    score: float


class NameIndex(Generic[Key]):
    """Names in which likenesses are looked for; built once for the many rows of a file."""

    def __init__(self) -> None:
        self._sizes: dict[Key, int] = {}
        self._holders: dict[str, list[Key]] = defaultdict(list)

    def add(self, key: Key, name: str) -> None:
        """Know one more name."""
        grams = trigrams(name_core(name))
        self._sizes[key] = len(grams)
        for gram in grams:
            self._holders[gram].append(key)

    def find(self, name: str, *, threshold: float = DUPLICATE_THRESHOLD) -> list[Resemblance[Key]]:
        """Names that look like this one, the closest first."""
        return sorted(self._found(name, threshold), key=lambda found: (-found.score, str(found.key)))

    def _found(self, name: str, threshold: float) -> Iterator[Resemblance[Key]]:
        grams = trigrams(name_core(name))
        common: dict[Key, int] = defaultdict(int)
        for gram in grams:
            for key in self._holders.get(gram, ()):
                common[key] += 1
        for key, shared in common.items():
            score = shared / (len(grams) + self._sizes[key] - shared)
            if score >= threshold:
                yield Resemblance(key, score)
