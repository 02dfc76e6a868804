"""Companies that may have been entered twice: one SIREN, or one postal code and names that look alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from companies.drafts import Issue, IssueCode, ParticipationDraft
from companies.identifiers import format_siret
from companies.likeness import NameIndex
from companies.models import Participation
from programme.models import Programme

MAX_SHOWN = 5
_SIREN_DIGITS = 9


@dataclass(frozen=True)
class NearDuplicate:
    """A company already in the programme that may be the same one, and why."""

    participation_id: int
    name: str
    city: str
    siret: str
    is_same_company: bool

    @property
    def reason(self) -> str:
        """Why it is shown."""
        if self.is_same_company:
            return _("même entreprise (SIREN), autre établissement")
        return _("nom proche, même code postal")

    @property
    def shown_siret(self) -> str:
        """Its number, easy to read."""
        return format_siret(self.siret)


def near_duplicates(
    programme: Programme, *, siret: str, name: str, postal_code: str, excluding: int | None = None
) -> list[NearDuplicate]:
    """Companies of the programme that may be the same, the most certain first (one query)."""
    siren = "".join(siret.split())[:_SIREN_DIGITS]
    sought = Q(pk__in=[])
    if len(siren) == _SIREN_DIGITS:
        sought |= Q(establishment__company__siren=siren)
    if name.strip() and postal_code:
        sought |= Q(postal_code=postal_code)
    rows = Participation.objects.for_programme(programme).filter(sought)
    if excluding is not None:
        rows = rows.exclude(pk=excluding)
    index: NameIndex[int] = NameIndex()
    known: dict[int, NearDuplicate] = {}
    values = rows.order_by("name_key", "pk").values_list("pk", "name", "city", "establishment__siret")
    for pk, known_name, city, number in values:
        same = number.startswith(siren) and len(siren) == _SIREN_DIGITS
        known[pk] = NearDuplicate(pk, known_name, city, number, same)
        index.add(pk, known_name)
    close = [known[found.key] for found in index.find(name) if not known[found.key].is_same_company]
    return [*(row for row in known.values() if row.is_same_company), *close][:MAX_SHOWN]


class DuplicateFinder:
    """The same for the rows of a file: each postal code is read once, rows of the file count too."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._by_postal_code: dict[str, NameIndex[tuple[str, str]]] = {}
        self._by_siren: dict[str, tuple[str, str]] = {}

    def prepare(self, drafts: Iterable[ParticipationDraft]) -> None:
        """Read what a chunk of rows will be compared with (two queries at most)."""
        chunk = list(drafts)
        missing = {draft.establishment.postal_code for draft in chunk} - {""} - set(self._by_postal_code)
        for postal_code in missing:
            self._by_postal_code[postal_code] = NameIndex()
        for postal_code, siret, name in self._rows(postal_code__in=missing) if missing else ():
            self._by_postal_code[postal_code].add((siret, name), name)
        sirens = {draft.company.siren for draft in chunk} - set(self._by_siren)
        for _postal_code, siret, name in self._rows(establishment__company__siren__in=sirens):
            self._by_siren.setdefault(siret[:_SIREN_DIGITS], (siret, name))

    def _rows(self, **condition: Any) -> Any:
        rows = Participation.objects.for_programme(self._programme).filter(**condition)
        return rows.values_list("postal_code", "establishment__siret", "name").order_by("pk").iterator()

    def issue(self, draft: ParticipationDraft) -> Issue | None:
        """What a new row may be a double of, in the programme or earlier in the file."""
        siren, siret = draft.company.siren, draft.establishment.siret
        same = self._by_siren.get(siren)
        if same is not None and same[0] != siret:
            return Issue(IssueCode.SAME_COMPANY, value=same[1], detail=same[0])
        index = self._by_postal_code.get(draft.establishment.postal_code)
        for found in index.find(draft.company.name) if index and draft.company.name else ():
            if found.key[0] != siret:
                return Issue(IssueCode.NEAR_DUPLICATE, value=found.key[1], detail=found.key[0])
        return None

    def remember(self, draft: ParticipationDraft) -> None:
        """Count a row of the file among what the next ones are compared with."""
        siret, name = draft.establishment.siret, draft.company.name
        self._by_siren.setdefault(draft.company.siren, (siret, name))
        index = self._by_postal_code.get(draft.establishment.postal_code)
        if index is not None and name:
            index.add((siret, name), name)
