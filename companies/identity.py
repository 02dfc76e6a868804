"""What is known of a company and its establishment, as one value to compare and merge.

Pure module. The shared rows (one per SIREN, one per SIRET) and what one programme states differently
are put together here, so that lists, imports and exports speak of the same thing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from companies.drafts import ParticipationDraft
from companies.gazetteer import fold

_FLAGS = frozenset({"is_head_office", "is_closed", "company_is_closed", "is_undisclosed"})


@dataclass(frozen=True, slots=True)
class Identity:
    """Public facts of a company in a programme.

    ``company_created_on`` is an ISO date. Codes: ``commune_code`` INSEE, in the territory or empty;
    ``*activity_code`` NAF rév. 2; ``*workforce_band`` INSEE. Those prefixed with ``company`` are of the
    legal unit, the others of the establishment.
    """

    name: str
    trade_name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    commune_code: str = ""
    activity_code: str = ""
    workforce_band: str = ""
    company_activity_code: str = ""
    company_workforce_band: str = ""
    legal_category: str = ""
    size_category: str = ""
    company_created_on: str = ""
    is_head_office: bool = False
    is_closed: bool = False
    company_is_closed: bool = False
    is_undisclosed: bool = False

    @property
    def main_activity(self) -> str:
        """Activity of the establishment, else of the company."""
        return self.activity_code or self.company_activity_code

    @property
    def local_workforce(self) -> str:
        """Band of the establishment, else of the company."""
        return self.workforce_band or self.company_workforce_band

    @property
    def total_workforce(self) -> str:
        """Band of the company, else of the establishment: what decides its size."""
        known = self.company_workforce_band not in ("", "NN")
        return self.company_workforce_band if known else self.workforce_band

    def overridden(self, stated: Mapping[str, Any]) -> "Identity":
        """The same with what one programme states differently; unknown keys are ignored."""
        known = {key: value for key, value in stated.items() if key in self.__slots__}
        return replace(self, **known) if known else self

    def differences(self, other: "Identity") -> dict[str, tuple[Any, Any]]:
        """Fields whose values differ: field → (mine, the other's)."""
        mine, theirs = asdict(self), asdict(other)
        return {key: (mine[key], theirs[key]) for key in mine if mine[key] != theirs[key]}


def merged(current: Identity, draft: ParticipationDraft) -> Identity:
    """What the identity becomes when a draft is applied: an empty value never erases a known one.

    A table gives one activity and one workforce: they are the establishment's, and the company's only
    where nothing was known. Only the register tells what is closed, withheld or a head office.
    """
    company, place = draft.company, draft.establishment
    values: dict[str, Any] = {
        "name": company.name,
        "trade_name": place.trade_name,
        "address": place.address,
        "legal_category": company.legal_category,
        "size_category": company.size_category,
    }
    if place.has_place:
        # A place is stated whole: half of an old address would lie.
        values |= {"postal_code": place.postal_code, "city": place.city}
        values["commune_code"] = place.commune_code
        kept = {"postal_code", "city", "commune_code"}
    else:
        kept = set()
    if draft.from_register:
        values |= {
            "activity_code": place.naf_code,
            "workforce_band": place.workforce_band,
            "company_activity_code": company.naf_code,
            "company_workforce_band": company.workforce_band,
            "company_created_on": company.created_on,
            "is_head_office": place.is_head_office,
            "is_closed": place.is_closed,
            "company_is_closed": company.is_closed,
            "is_undisclosed": not company.is_diffusible,
        }
    else:
        values |= _from_table(current, place.naf_code, place.workforce_band)
    changes = {key: value for key, value in values.items() if value or key in kept | _FLAGS}
    return replace(current, **changes)


@dataclass(frozen=True, slots=True)
class Completion:
    """What the register adds to an identity, and where it differs from what was typed.

    Both tables: field → (what was known, what the register says). ``has_place``: its address is taken.
    """

    identity: Identity
    added: dict[str, tuple[Any, Any]]
    differing: dict[str, tuple[Any, Any]]
    has_place: bool


_PLACE = ("postal_code", "city", "commune_code")
_COMPARED = ("name", "postal_code", "activity_code", "workforce_band", "legal_category")


def completed(current: Identity, draft: ParticipationDraft) -> Completion:
    """Complete an identity from a draft of the register: what somebody typed is never written over.

    What only the register knows (closed, withheld, head office) is taken as it says.
    """
    told = asdict(merged(Identity(name=""), draft))
    known = asdict(current)
    takes_place = draft.establishment.has_place and not any(known[key] for key in _PLACE)
    values = {key: value for key, value in told.items() if key in _FLAGS or (value and not known[key])}
    for key in _PLACE:
        values.pop(key, None)
    if takes_place:
        values |= {key: told[key] for key in _PLACE}
    elif not known["commune_code"] and known["postal_code"] == told["postal_code"]:
        values["commune_code"] = told["commune_code"]
    after = replace(current, **values)
    differing = {
        key: (known[key], told[key])
        for key in _COMPARED
        if known[key] and told[key] and fold(str(known[key])) != fold(str(told[key]))
    }
    return Completion(after, current.differences(after), differing, takes_place)


def _from_table(current: Identity, activity: str, band: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if activity and activity != current.main_activity:
        values["activity_code"] = activity
    if band and band != current.local_workforce:
        values["workforce_band"] = band
    if not current.main_activity:
        values["company_activity_code"] = activity
    if not current.local_workforce:
        values["company_workforce_band"] = band
    return values
