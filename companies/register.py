"""Read the answers of the public company register.

Source of the structure: API « Recherche d'entreprises » (DINUM), OpenAPI
file of 2026. The answer describes legal units; a programme works with
establishments. What a record says is trusted as little as any other file:
every value is checked, and each company ends kept or refused for a reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from companies.drafts import (
    CompanyDraft,
    EstablishmentDraft,
    Issue,
    IssueCode,
    ParticipationDraft,
    RowVerdict,
)
from companies.faults import FileFaultCode, FileFaultError
from companies.gazetteer import CommuneMatch, Gazetteer, commune_warnings
from companies.identifiers import (
    IdentifierFault,
    InvalidIdentifierError,
    parse_siren,
    parse_siret,
)
from companies.reference import NAF_OLDER, WORKFORCE_BANDS

Record: TypeAlias = Mapping[str, object]

SIZE_CATEGORIES = frozenset({"MIC", "PME", "ETI", "GE"})

_WITHHELD = re.compile(r"^\[(ND|NON[- ]DIFFUSIBLE)\]$", re.IGNORECASE)
_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_LONGEST_TEXT = 250
_LONGEST_CITY = 120


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """The companies of one answer, and how much of the search it covers.

    An answer without companies is normal: nobody bears that number or name.
    ``total_results`` counts the whole search, of which ``verdicts`` may be
    one page only.
    """

    verdicts: tuple[RowVerdict, ...]
    total_results: int
    search_terms: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """An establishment of the record, with what decides whether it is chosen."""

    draft: EstablishmentDraft
    match: CommuneMatch
    old_naf: str
    requested: bool
    in_territory: bool

    @property
    def rank(self) -> tuple[bool, bool, bool, bool, int, str]:
        """Order of preference, the best first.

        The one that was asked for by its SIRET; then the territory before the
        rest, open before closed, the head office, the largest workforce; the
        number last, so that the same record always gives the same choice.
        """
        band = self.draft.workforce_band
        size = WORKFORCE_BANDS.index(band) if band in WORKFORCE_BANDS else 0
        return (
            not self.requested,
            not self.in_territory,
            self.draft.is_closed,
            not self.draft.is_head_office,
            -size,
            self.draft.siret,
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the programme knows that a record refers to.

    ``naf_codes`` are those of NAF rév. 2; ``allow_reserved`` is for demonstration programmes only.
    """

    gazetteer: Gazetteer
    naf_codes: frozenset[str]
    allow_reserved: bool = False

    def naf(self, text: str) -> str:
        """The code when it is of NAF rév. 2, else nothing."""
        return text if text in self.naf_codes else ""


def read_answer(payload: object, around: Surroundings) -> RegisterAnswer:
    """Turn an answer into verdicts, one per company it lists.

    Accepts the answer itself (``{"results": [...]}``) and the recorded form
    that keeps the search beside it (``{"searchTerms": ..., "result": ...}``).
    Raises ``FileFaultError`` when it is neither.
    """
    terms, answer = _unwrap(payload)
    results = answer.get("results")
    if not isinstance(results, Sequence) or isinstance(results, str):
        raise FileFaultError(FileFaultCode.JSON_NOT_REGISTER)
    verdicts = tuple(
        _read_record(rank, record, terms, around) for rank, record in enumerate(results, start=1)
    )
    total = answer.get("total_results")
    return RegisterAnswer(
        verdicts=verdicts,
        total_results=total if isinstance(total, int) and total >= 0 else len(verdicts),
        search_terms=terms,
    )


def _unwrap(payload: object) -> tuple[str, Record]:
    if not isinstance(payload, Mapping):
        raise FileFaultError(FileFaultCode.JSON_NOT_REGISTER)
    terms = _text(payload.get("searchTerms"))
    answer = payload.get("result", payload)
    if not isinstance(answer, Mapping):
        raise FileFaultError(FileFaultCode.JSON_NOT_REGISTER)
    if "results" not in answer and "erreur" in answer:
        raise FileFaultError(FileFaultCode.REGISTER_ERROR, detail=_text(answer["erreur"]))
    return terms, answer


def _read_record(rank: int, record: object, terms: str, around: Surroundings) -> RowVerdict:
    if not isinstance(record, Mapping):
        return RowVerdict(rank, "", None, (Issue(IssueCode.REGISTER_UNREADABLE),))
    label = _text(record.get("nom_complet")) or _text(record.get("siren"))
    siren, refusals = _read_siren(record, allow_reserved=around.allow_reserved)
    if not siren:
        return RowVerdict(rank, label, None, refusals)
    places = list(_places(record, siren, terms, around))
    if not places:
        empty = not any(True for _ in _raw_places(record))
        code = IssueCode.REGISTER_EMPTY_RECORD if empty else IssueCode.REGISTER_UNREADABLE
        return RowVerdict(rank, label, None, (Issue(code, "siren", siren),))
    places.sort(key=lambda place: place.rank)
    company = _read_company(record, siren, around)
    if not company.name and company.is_diffusible:
        return RowVerdict(rank, label, None, (Issue(IssueCode.NAME_MISSING, value=siren),))
    chosen = places[0]
    draft = ParticipationDraft(company, chosen.draft, in_territory=chosen.in_territory, from_register=True)
    return RowVerdict(rank, label, draft, (), tuple(_warnings(company, chosen, places)))


def _read_siren(record: Record, *, allow_reserved: bool) -> tuple[str, tuple[Issue, ...]]:
    value = _text(record.get("siren"))
    try:
        return parse_siren(value, allow_reserved=allow_reserved), ()
    except InvalidIdentifierError as error:
        reserved = error.fault is IdentifierFault.RESERVED
        code = IssueCode.SIREN_RESERVED if reserved else IssueCode.SIREN_INVALID
        refusals = [Issue(code, "siren", value)]
    if not record.get("siege"):
        refusals.append(Issue(IssueCode.REGISTER_EMPTY_RECORD, "siren", value))
    return "", tuple(refusals)


def _read_company(record: Record, siren: str, around: Surroundings) -> CompanyDraft:
    category = _text(record.get("categorie_entreprise"))
    return CompanyDraft(
        siren=siren,
        name=_text(record.get("nom_raison_sociale")) or _text(record.get("nom_complet")),
        acronym=_text(record.get("sigle")),
        naf_code=around.naf(_text(record.get("activite_principale"))),
        workforce_band=_band(record.get("tranche_effectif_salarie")),
        legal_category=_matching(record.get("nature_juridique"), r"^\d{4}$"),
        size_category=category if category in SIZE_CATEGORIES else "",
        is_closed=_text(record.get("etat_administratif")) == "C",
        closed_on=_date(record.get("date_fermeture")),
        is_diffusible=_text(record.get("statut_diffusion")) not in {"P", "N"},
        created_on=_date(record.get("date_creation")),
    )


def _raw_places(record: Record) -> Iterator[Record]:
    """Every establishment the record shows, each once.

    A search by SIREN lists none beside the head office; a search by SIRET
    lists that one; a search by name lists those that matched; a page of the
    register's site lists them all.
    """
    head_office = record.get("siege")
    if isinstance(head_office, Mapping) and head_office:
        yield {**head_office, "est_siege": True}
    for key in ("matching_etablissements", "etablissements"):
        listed = record.get(key)
        if isinstance(listed, Sequence) and not isinstance(listed, str):
            yield from (item for item in listed if isinstance(item, Mapping) and item)


def _places(record: Record, siren: str, terms: str, around: Surroundings) -> Iterator[_Place]:
    seen: set[str] = set()
    for raw in _raw_places(record):
        try:
            siret = parse_siret(_text(raw.get("siret")), allow_reserved=around.allow_reserved)
        except InvalidIdentifierError:
            continue
        if siret in seen or not siret.startswith(siren):
            continue
        seen.add(siret)
        yield _read_place(raw, siret, terms, around)


def _read_place(raw: Record, siret: str, terms: str, around: Surroundings) -> _Place:
    postal_code = _matching(raw.get("code_postal"), r"^\d{5}$")
    city = _text(raw.get("libelle_commune"))[:_LONGEST_CITY]
    match = around.gazetteer.find(
        code=_matching(raw.get("commune"), r"^\d[\dAB]\d{3}$"), postal_code=postal_code, city=city
    )
    naf = _text(raw.get("activite_principale"))
    draft = EstablishmentDraft(
        siret=siret,
        trade_name=_trade_name(raw),
        address=_street(_text(raw.get("adresse")), postal_code, city),
        postal_code=postal_code,
        city=city,
        commune_code=match.code if match.inside else "",
        naf_code=around.naf(naf),
        workforce_band=_band(raw.get("tranche_effectif_salarie")),
        is_head_office=raw.get("est_siege") is True,
        is_closed=_text(raw.get("etat_administratif")) == "F",
        closed_on=_date(raw.get("date_fermeture")),
    )
    return _Place(
        draft=draft,
        match=match,
        old_naf=naf if NAF_OLDER.match(naf) else "",
        requested=_matching(terms.replace(" ", ""), r"^\d{14}$") == siret,
        in_territory=match.inside,
    )


def _warnings(company: CompanyDraft, chosen: _Place, places: list[_Place]) -> Iterator[Issue]:
    place = chosen.draft
    if not company.is_diffusible:
        yield Issue(IssueCode.NOT_DIFFUSIBLE, value=company.siren)
    if company.is_closed:
        yield Issue(IssueCode.COMPANY_CLOSED, value=company.siren, detail=company.closed_on)
    elif place.is_closed:
        yield Issue(IssueCode.ESTABLISHMENT_CLOSED, value=place.siret, detail=place.closed_on)
    yield from commune_warnings(chosen.match, place.postal_code, place.city)
    yield from _choice_warnings(place, chosen, places)
    if place.workforce_band in {"", "NN"} and company.workforce_band in {"", "NN"}:
        yield Issue(IssueCode.WORKFORCE_UNKNOWN, value=company.workforce_band)
    if chosen.old_naf:
        yield Issue(IssueCode.NAF_OLD, value=chosen.old_naf, detail=company.naf_code)
    elif not place.naf_code and not company.naf_code:
        yield Issue(IssueCode.NAF_UNKNOWN)


def _choice_warnings(place: EstablishmentDraft, chosen: _Place, places: list[_Place]) -> Iterator[Issue]:
    """Say what the choice of the establishment left aside."""
    head_office = next((other.draft for other in places if other.draft.is_head_office), None)
    if chosen.in_territory and head_office is not None and head_office.siret != place.siret:
        yield Issue(IssueCode.HEAD_OFFICE_ELSEWHERE, value=place.city, detail=head_office.city)
    others = [
        other.draft.city
        for other in places
        if other is not chosen and other.in_territory and not other.draft.is_closed
    ]
    if chosen.in_territory and others:
        names = ", ".join(dict.fromkeys(others))
        yield Issue(IssueCode.SEVERAL_ESTABLISHMENTS, value=place.city, detail=names)


def _text(value: object) -> str:
    """Return a one-line text, empty when absent, withheld or not a text."""
    if not isinstance(value, str):
        return ""
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return "" if _WITHHELD.match(line) else line[:_LONGEST_TEXT]


def _matching(value: object, pattern: str) -> str:
    text = _text(value)
    return text if re.match(pattern, text, re.ASCII) else ""


def _band(value: object) -> str:
    text = _text(value)
    return text if text in WORKFORCE_BANDS else ""


def _date(value: object) -> str:
    text = _text(value)
    if not _ISO_DATE.match(text):
        return ""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _trade_name(raw: Record) -> str:
    signs = raw.get("liste_enseignes")
    if isinstance(signs, Sequence) and not isinstance(signs, str):
        for sign in signs:
            if _text(sign):
                return _text(sign)
    return _text(raw.get("nom_commercial"))


def _street(address: str, postal_code: str, city: str) -> str:
    """Drop the town that the register repeats at the end of the address."""
    tail = f"{postal_code} {city}".strip().lower()
    if tail and address.lower().endswith(tail):
        return address[: -len(tail)].strip(" ,")
    return address
