"""Find the commune of an address, through postal codes and past mergers.

A postal code is not a commune: 59160 Lomme is INSEE 59350 (Lille). Communes
merge, and files keep the old names and codes for years. The tables come from
the programme's own territory; this module only searches them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from companies.drafts import Issue, IssueCode

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_CEDEX = re.compile(r"\s+cedex(\s+\d+)?\s*$", re.IGNORECASE)
_POSTAL = re.compile(r"^\d{5}$")


def fold(text: str) -> str:
    """Reduce a name to lower-case words without accents, for comparison."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    stripped = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", stripped.lower()).strip()


def fold_commune(name: str) -> str:
    """Fold the name of a commune the way the post abbreviates it."""
    words = fold(_CEDEX.sub("", name)).split()
    short = {"saint": "st", "sainte": "ste", "sur": "s", "les": "lez"}
    return " ".join(short.get(word, word) for word in words)


class MatchKind(StrEnum):
    """How sure the commune is."""

    FOUND = "found"
    MERGED = "merged"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CommuneMatch:
    """The commune in force (``code`` empty when unknown) and how it was found.

    ``inside`` says whether the address lies in the territory, which may be
    known by its department when the commune itself is not.
    """

    kind: MatchKind
    code: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Communes of one territory.

    ``names``: code in force → folded name. ``by_postal_code``: postal code →
    codes in force. ``former``: former code → code in force. ``former_names``:
    folded former name → codes in force. ``departments``: codes such as 59.
    """

    names: Mapping[str, str]
    by_postal_code: Mapping[str, tuple[str, ...]]
    former: Mapping[str, str]
    former_names: Mapping[str, tuple[str, ...]]
    departments: frozenset[str]

    def find(self, *, code: str = "", postal_code: str = "", city: str = "") -> CommuneMatch:
        """Find the commune from whatever is known of the address."""
        if code:
            return self._by_code(code)
        if postal_code and not self._may_hold(postal_code):
            return CommuneMatch(MatchKind.OUTSIDE)
        return self._by_address(postal_code, fold_commune(city))

    def _by_code(self, code: str) -> CommuneMatch:
        # A code that is both former and in force (a merged commune often
        # keeps the code of its chief town) is in force.
        if code in self.names:
            return CommuneMatch(MatchKind.FOUND, code, inside=True)
        if code in self.former:
            return CommuneMatch(MatchKind.MERGED, self.former[code], inside=True)
        if code[:2] in self.departments:
            return CommuneMatch(MatchKind.UNKNOWN, inside=True)
        return CommuneMatch(MatchKind.OUTSIDE, code)

    def _may_hold(self, postal_code: str) -> bool:
        return not _POSTAL.match(postal_code) or (
            postal_code in self.by_postal_code or postal_code[:2] in self.departments
        )

    def _by_address(self, postal_code: str, city: str) -> CommuneMatch:
        around = self.by_postal_code.get(postal_code, ())
        named = [code for code in around if self.names[code] == city]
        if len(named) == 1:
            return CommuneMatch(MatchKind.FOUND, named[0], inside=True)
        former = self.former_names.get(city, ())
        merged = [code for code in former if not around or code in around]
        if city and len(merged) == 1:
            return CommuneMatch(MatchKind.MERGED, merged[0], inside=True)
        if len(around) == 1:
            return CommuneMatch(MatchKind.FOUND, around[0], inside=True)
        if not around and city:
            return self._by_name(postal_code, city)
        return self._unknown(postal_code)

    def _by_name(self, postal_code: str, city: str) -> CommuneMatch:
        # Post office boxes and CEDEX have postal codes of their own: the name
        # decides, within the department, when only one commune bears it.
        found = [
            code
            for code, name in self.names.items()
            if name == city and (not postal_code or code[:2] == postal_code[:2])
        ]
        if len(found) == 1:
            return CommuneMatch(MatchKind.FOUND, found[0], inside=True)
        return self._unknown(postal_code)

    def _unknown(self, postal_code: str) -> CommuneMatch:
        return CommuneMatch(MatchKind.UNKNOWN, inside=postal_code[:2] in self.departments)


def build_gazetteer(
    communes: Iterable[tuple[str, str, Iterable[str]]],
    former: Iterable[tuple[str, str, str]],
) -> Gazetteer:
    """Index a territory.

    ``communes``: (code, name, postal codes). ``former``: (former code, former
    name — may be empty —, code in force); rows whose target is not among the
    communes are ignored.
    """
    names: dict[str, str] = {}
    by_postal: dict[str, list[str]] = {}
    for code, name, postal_codes in communes:
        names[code] = fold_commune(name)
        for postal_code in postal_codes:
            by_postal.setdefault(postal_code, []).append(code)
    former_codes: dict[str, str] = {}
    former_names: dict[str, list[str]] = {}
    for old_code, old_name, code in former:
        if code not in names:
            continue
        former_codes[old_code] = code
        if old_name:
            former_names.setdefault(fold_commune(old_name), []).append(code)
    return Gazetteer(
        names=names,
        by_postal_code={key: tuple(codes) for key, codes in by_postal.items()},
        former=former_codes,
        former_names={key: tuple(dict.fromkeys(codes)) for key, codes in former_names.items()},
        departments=frozenset(code[:2] for code in names),
    )


def commune_warnings(match: CommuneMatch, postal_code: str, city: str) -> Iterator[Issue]:
    """Say what the reader should know of how the commune was found."""
    place = f"{postal_code} {city}".strip()
    if match.kind is MatchKind.OUTSIDE:
        yield Issue(IssueCode.OUTSIDE_TERRITORY, value=place)
    elif match.kind is MatchKind.UNKNOWN:
        yield Issue(IssueCode.COMMUNE_UNKNOWN, value=place)
    elif match.kind is MatchKind.MERGED:
        yield Issue(IssueCode.COMMUNE_MERGED, value=city or place, detail=match.code)
