"""What an import proposes, before anything is written.

The three doors (CSV, XLSX, the public register) end in the same frozen
records, so that one service validates, compares and writes them.
"""

from dataclasses import dataclass
from enum import StrEnum


class IssueCode(StrEnum):
    """Every reason an import can give for refusing or flagging a company.

    The words shown to people are in ``companies.wording``: this module is
    read by code that knows nothing of languages.
    """

    # Refusals: the company is not kept.
    SIRET_MISSING = "siret_missing"
    SIRET_SCIENTIFIC = "siret_scientific"
    SIRET_NOT_DIGITS = "siret_not_digits"
    SIRET_IS_SIREN = "siret_is_siren"
    SIRET_LENGTH = "siret_length"
    SIRET_CHECKSUM = "siret_checksum"
    SIRET_RESERVED = "siret_reserved"
    SIREN_INVALID = "siren_invalid"
    SIREN_RESERVED = "siren_reserved"
    NAME_MISSING = "name_missing"
    REGISTER_EMPTY_RECORD = "register_empty_record"
    REGISTER_UNREADABLE = "register_unreadable"
    POSTAL_CODE_INVALID = "postal_code_invalid"
    NAF_INVALID = "naf_invalid"
    WORKFORCE_INVALID = "workforce_invalid"
    LEGAL_CATEGORY_INVALID = "legal_category_invalid"
    EMAIL_INVALID = "email_invalid"
    CONTACT_NAME_MISSING = "contact_name_missing"
    STAGE_UNKNOWN = "stage_unknown"
    ADVISOR_UNKNOWN = "advisor_unknown"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    CELL_ERROR = "cell_error"
    CELL_DAMAGED = "cell_damaged"
    CELL_TOO_LONG = "cell_too_long"
    TOO_MANY_CELLS = "too_many_cells"
    # Warnings: the company is kept.
    OUTSIDE_TERRITORY = "outside_territory"
    COMMUNE_UNKNOWN = "commune_unknown"
    COMMUNE_MERGED = "commune_merged"
    POSTAL_CODE_DIFFERS = "postal_code_differs"
    COMPANY_CLOSED = "company_closed"
    ESTABLISHMENT_CLOSED = "establishment_closed"
    NOT_DIFFUSIBLE = "not_diffusible"
    WORKFORCE_UNKNOWN = "workforce_unknown"
    NAF_OLD = "naf_old"
    NAF_UNKNOWN = "naf_unknown"
    HEAD_OFFICE_ELSEWHERE = "head_office_elsewhere"
    SEVERAL_ESTABLISHMENTS = "several_establishments"
    SAME_COMPANY = "same_company"
    NEAR_DUPLICATE = "near_duplicate"
    MERGED_AWAY = "merged_away"


@dataclass(frozen=True, slots=True)
class Issue:
    """One remark on one value.

    ``column`` is the heading as the file writes it (empty for the register),
    ``value`` the offending text, ``detail`` what the message needs beyond it
    (a date, another row's number, a list of towns).
    """

    code: IssueCode
    column: str = ""
    value: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """A person named on the row of a company."""

    first_name: str
    last_name: str
    email: str = ""
    phone: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class CompanyDraft:
    """The legal unit: one per SIREN.

    ``name`` is empty when the register withholds it. ``naf_code`` is NAF
    rév. 2 or empty. ``workforce_band`` is an INSEE code, ``NN`` or empty.
    ``legal_category`` is the INSEE code of level III (4 digits) or empty.
    ``closed_on`` and ``created_on`` are ISO dates, empty when they do not apply or are not known.
    """

    siren: str
    name: str
    acronym: str = ""
    naf_code: str = ""
    workforce_band: str = ""
    legal_category: str = ""
    size_category: str = ""
    is_closed: bool = False
    closed_on: str = ""
    is_diffusible: bool = True
    created_on: str = ""


@dataclass(frozen=True, slots=True)
class EstablishmentDraft:
    """The place that takes part in the programme: one per SIRET.

    ``commune_code`` is the INSEE code in force in the territory, empty when
    unknown or outside; ``postal_code`` and ``city`` stay as the post writes
    them (59160 Lomme belongs to the commune 59350).
    """

    siret: str
    trade_name: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    commune_code: str = ""
    naf_code: str = ""
    workforce_band: str = ""
    is_head_office: bool = False
    is_closed: bool = False
    closed_on: str = ""

    @property
    def has_place(self) -> bool:
        """Whether anything is said of where it is."""
        return bool(self.postal_code or self.city or self.commune_code)


@dataclass(frozen=True, slots=True)
class ParticipationDraft:
    """All that one row says of one company and its place in the programme."""

    company: CompanyDraft
    establishment: EstablishmentDraft
    in_territory: bool
    contacts: tuple[ContactDraft, ...] = ()
    stage: str = ""
    advisor_email: str = ""
    from_register: bool = False


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What becomes of one row: kept with warnings, or refused for reasons.

    ``row`` is the number a spreadsheet shows (the heading is row 1); for the
    register it is the rank of the company in the answer, from 1.
    ``label`` names the company in the report even when it is refused.
    """

    row: int
    label: str
    draft: ParticipationDraft | None
    refusals: tuple[Issue, ...] = ()
    warnings: tuple[Issue, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the company goes on to be compared and written."""
        return self.draft is not None
