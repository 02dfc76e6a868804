"""Judge one row of a table: a company to keep, or the reasons to refuse it.

Everything wrong with a row is reported at once, each with its column, so that
a file is corrected in one go. What depends on the programme (its communes,
its NAF, its advisors) comes in as plain data.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from companies.drafts import (
    CompanyDraft,
    ContactDraft,
    EstablishmentDraft,
    Issue,
    IssueCode,
    ParticipationDraft,
    RowVerdict,
)
from companies.gazetteer import CommuneMatch, Gazetteer, commune_warnings, fold
from companies.identifiers import IdentifierFault, InvalidIdentifierError, parse_spreadsheet_siret
from companies.import_parsing import Field, RawRow, Table
from companies.reference import read_naf, read_workforce, read_workforce_band

_EMAIL = re.compile(r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}$")
_POSTAL_CODE = re.compile(r"^\d{5}$", re.ASCII)
_COMMUNE_CODE = re.compile(r"^\d[\dAB]\d{3}$", re.ASCII)
_LEGAL_CATEGORY = re.compile(r"^\d{4}$", re.ASCII)
_SPREADSHEET_ERROR = re.compile(
    r"^#(N/?A|REF!|VALUE!|VALEUR!|NAME\?|NOM\?|DIV/0!|NULL!|NUL!|NUM!|NOMBRE!)$", re.IGNORECASE
)
_LONGEST = {
    Field.CITY: 120,
    Field.CONTACT_FIRST_NAME: 80,
    Field.CONTACT_LAST_NAME: 80,
    Field.CONTACT_PHONE: 30,
    Field.CONTACT_POSITION: 120,
    Field.CONTACT_EMAIL: 254,
}
_LONGEST_TEXT = 250
_LONGEST_QUOTE = 80

SIRET_ISSUES = {
    IdentifierFault.EMPTY: IssueCode.SIRET_MISSING,
    IdentifierFault.SCIENTIFIC: IssueCode.SIRET_SCIENTIFIC,
    IdentifierFault.NOT_DIGITS: IssueCode.SIRET_NOT_DIGITS,
    IdentifierFault.SIREN_FOR_SIRET: IssueCode.SIRET_IS_SIREN,
    IdentifierFault.LENGTH: IssueCode.SIRET_LENGTH,
    IdentifierFault.CHECKSUM: IssueCode.SIRET_CHECKSUM,
    IdentifierFault.RESERVED: IssueCode.SIRET_RESERVED,
}


@dataclass(frozen=True, slots=True)
class RowContext:
    """What the programme knows that a row refers to.

    ``stages``: folded label or code → code. ``advisors``: e-mail addresses in
    lower case. ``naf_codes``: codes of NAF rév. 2, with their dot.
    ``allow_reserved``: demonstration programmes only.
    """

    gazetteer: Gazetteer
    naf_codes: frozenset[str]
    stages: Mapping[str, str]
    advisors: frozenset[str]
    allow_reserved: bool = False


def read_table(table: Table, context: RowContext) -> Iterator[RowVerdict]:
    """Judge every row of a table, in order; a SIRET met twice is refused."""
    first_rows: dict[str, int] = {}
    for row in table.rows:
        verdict = read_row(row, table.headings, context)
        if verdict.draft is not None:
            siret = verdict.draft.establishment.siret
            first = first_rows.setdefault(siret, row.number)
            if first != row.number:
                heading = table.headings[Field.SIRET]
                issue = Issue(IssueCode.DUPLICATE_IN_FILE, heading, siret, str(first))
                verdict = RowVerdict(row.number, verdict.label, None, (issue,))
        yield verdict


def read_row(row: RawRow, headings: Mapping[Field, str], context: RowContext) -> RowVerdict:
    """Judge one row: all its faults, or the draft and its warnings."""
    reader = _RowReader(row, headings, context)
    draft = reader.read()
    label = row.text(Field.NAME) or row.text(Field.SIRET)
    if reader.refusals or draft is None:
        return RowVerdict(row.number, label[:_LONGEST_QUOTE], None, tuple(reader.refusals))
    return RowVerdict(row.number, label[:_LONGEST_QUOTE], draft, (), tuple(reader.warnings))


class _RowReader:
    """Reads the cells of one row, gathering refusals and warnings."""

    def __init__(self, row: RawRow, headings: Mapping[Field, str], context: RowContext) -> None:
        self.row = row
        self.headings = headings
        self.context = context
        self.refusals: list[Issue] = []
        self.warnings: list[Issue] = []

    def read(self) -> ParticipationDraft | None:
        self._check_cells()
        siret = self._siret()
        name = self._required_name()
        naf_code = self._naf()
        band = self._workforce()
        match, postal_code = self._commune()
        contacts = self._contacts()
        stage, advisor = self._stage(), self._advisor()
        legal_category = self._pattern(
            Field.LEGAL_CATEGORY, _LEGAL_CATEGORY, IssueCode.LEGAL_CATEGORY_INVALID
        )
        if self.refusals or siret is None:
            return None
        return ParticipationDraft(
            company=CompanyDraft(
                siren=siret[:9],
                name=name,
                naf_code=naf_code,
                workforce_band=band,
                legal_category=legal_category,
            ),
            establishment=EstablishmentDraft(
                siret=siret,
                trade_name=self.row.text(Field.TRADE_NAME),
                address=self.row.text(Field.ADDRESS),
                postal_code=postal_code,
                city=self.row.text(Field.CITY),
                commune_code=match.code if match.inside else "",
                naf_code=naf_code,
                workforce_band=band,
            ),
            in_territory=match.inside,
            contacts=contacts,
            stage=stage,
            advisor_email=advisor,
        )

    def _refuse(self, code: IssueCode, field: Field, detail: str = "") -> None:
        value = self.row.text(field)[:_LONGEST_QUOTE]
        self.refusals.append(Issue(code, self.headings.get(field, ""), value, detail))

    def _warn(self, code: IssueCode, field: Field, detail: str = "") -> None:
        value = self.row.text(field)[:_LONGEST_QUOTE]
        self.warnings.append(Issue(code, self.headings.get(field, ""), value, detail))

    def _check_cells(self) -> None:
        if self.row.overflow:
            self.refusals.append(Issue(IssueCode.TOO_MANY_CELLS, detail=str(self.row.overflow)))
        for field, text in self.row.cells.items():
            limit = _LONGEST.get(field, _LONGEST_TEXT)
            if _SPREADSHEET_ERROR.match(text):
                self._refuse(IssueCode.CELL_ERROR, field)
            elif "\ufffd" in text:
                self._refuse(IssueCode.CELL_DAMAGED, field)
            elif len(text) > limit:
                self._refuse(IssueCode.CELL_TOO_LONG, field, str(limit))

    def _siret(self) -> str | None:
        text = self.row.text(Field.SIRET)
        try:
            return parse_spreadsheet_siret(text, allow_reserved=self.context.allow_reserved)
        except InvalidIdentifierError as error:
            if not _SPREADSHEET_ERROR.match(text):
                self._refuse(SIRET_ISSUES[error.fault], Field.SIRET)
            return None

    def _required_name(self) -> str:
        name = self.row.text(Field.NAME)
        if not name:
            self._refuse(IssueCode.NAME_MISSING, Field.NAME)
        return name

    def _naf(self) -> str:
        text = self.row.text(Field.NAF_CODE)
        if not text or _SPREADSHEET_ERROR.match(text):
            return ""
        # « 62.01Z – Programmation informatique » is how many tools export it.
        code = read_naf(re.split(r"\s+[-–—:]\s+|\s{2,}", text)[0])
        if code is None:
            self._refuse(IssueCode.NAF_INVALID, Field.NAF_CODE)
            return ""
        if not code:
            self._warn(IssueCode.NAF_OLD, Field.NAF_CODE)
        elif code not in self.context.naf_codes:
            self._warn(IssueCode.NAF_UNKNOWN, Field.NAF_CODE)
            return ""
        return code

    def _workforce(self) -> str:
        for field, read in (
            (Field.WORKFORCE_BAND, read_workforce_band),
            (Field.WORKFORCE, read_workforce),
        ):
            text = self.row.text(field)
            if not text or _SPREADSHEET_ERROR.match(text):
                continue
            band = read(text)
            if band is not None:
                return band
            self._refuse(IssueCode.WORKFORCE_INVALID, field)
        return ""

    def _commune(self) -> tuple[CommuneMatch, str]:
        postal_code = self._padded(Field.POSTAL_CODE, _POSTAL_CODE, IssueCode.POSTAL_CODE_INVALID)
        code = self._padded(Field.COMMUNE_CODE, _COMMUNE_CODE, None)
        city = self.row.text(Field.CITY)
        match = self.context.gazetteer.find(code=code, postal_code=postal_code, city=city)
        field = Field.CITY if Field.CITY in self.headings else Field.POSTAL_CODE
        for issue in commune_warnings(match, postal_code, city):
            heading = self.headings.get(field, "")
            self.warnings.append(Issue(issue.code, heading, issue.value, issue.detail))
        return match, postal_code

    def _padded(self, field: Field, form: re.Pattern[str], fault: IssueCode | None) -> str:
        # 02000 Laon becomes the number 2000 in a spreadsheet; elsewhere than in the territory, four
        # digits are rather a mistake.
        code = self.row.text(field).replace(" ", "")
        if len(code) == 4 and f"0{code[:1]}" in self.context.gazetteer.departments:
            code = f"0{code}"
        if not code or form.match(code):
            return code
        if fault is not None:
            self._refuse(fault, field)
        return ""

    def _pattern(self, field: Field, form: re.Pattern[str], fault: IssueCode) -> str:
        text = self.row.text(field)
        if text and not form.match(text):
            self._refuse(fault, field)
        return text

    def _contacts(self) -> tuple[ContactDraft, ...]:
        texts = {
            field: self.row.text(field)
            for field in (
                Field.CONTACT_FIRST_NAME,
                Field.CONTACT_LAST_NAME,
                Field.CONTACT_EMAIL,
                Field.CONTACT_PHONE,
                Field.CONTACT_POSITION,
            )
        }
        if not any(texts.values()):
            return ()
        email = texts[Field.CONTACT_EMAIL].lower()
        if email and not _EMAIL.match(email):
            self._refuse(IssueCode.EMAIL_INVALID, Field.CONTACT_EMAIL)
        if not texts[Field.CONTACT_LAST_NAME]:
            self._refuse(IssueCode.CONTACT_NAME_MISSING, Field.CONTACT_LAST_NAME)
        return (
            ContactDraft(
                first_name=texts[Field.CONTACT_FIRST_NAME],
                last_name=texts[Field.CONTACT_LAST_NAME],
                email=email,
                phone=texts[Field.CONTACT_PHONE],
                position=texts[Field.CONTACT_POSITION],
            ),
        )

    def _stage(self) -> str:
        text = self.row.text(Field.STAGE)
        if not text:
            return ""
        code = self.context.stages.get(fold(text), "")
        if not code:
            self._refuse(IssueCode.STAGE_UNKNOWN, Field.STAGE)
        return code

    def _advisor(self) -> str:
        email = self.row.text(Field.ADVISOR_EMAIL).lower()
        if email and email not in self.context.advisors:
            self._refuse(IssueCode.ADVISOR_UNKNOWN, Field.ADVISOR_EMAIL)
        return email
