from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companies.drafts import (
    CompanyDraft,
    ContactDraft,
    EstablishmentDraft,
    Issue,
    IssueCode,
    ParticipationDraft,
    RowVerdict,
)
from companies.gazetteer import CommuneMatch, MatchKind, fold
from companies.import_parsing import Field, RawRow, Table
from companies.import_rows import RowContext, read_row, read_table
from companies.reference import (
    WORKFORCE_BOUNDS,
    read_naf,
    read_workforce,
    read_workforce_band,
    workforce_band_of,
)
from tests.companies.samples import SIREN, SIRET, gazetteer

HEADINGS = {field: f"Colonne {field}" for field in Field}
CONTEXT = RowContext(
    gazetteer=gazetteer(),
    naf_codes=frozenset({"62.01Z"}),
    stages={"engagee": "engaged", "engaged": "engaged"},
    advisors=frozenset({"conseil@programme.example"}),
    allow_reserved=True,
)
WHOLE = {
    Field.SIRET: SIRET,
    Field.NAME: "Ateliers imaginés",
    Field.TRADE_NAME: "L'Atelier",
    Field.ADDRESS: "3 rue Inventée",
    Field.POSTAL_CODE: "59500",
    Field.CITY: "Douai",
    Field.NAF_CODE: "6201Z",
    Field.WORKFORCE: "32",
    Field.LEGAL_CATEGORY: "5710",
    Field.STAGE: "Engagée",
    Field.ADVISOR_EMAIL: "Conseil@programme.example",
    Field.CONTACT_FIRST_NAME: "Ada",
    Field.CONTACT_LAST_NAME: "Exemple",
    Field.CONTACT_EMAIL: "Ada@ateliers.example",
    Field.CONTACT_PHONE: "+33 3 00 00 00 00",
    Field.CONTACT_POSITION: "Gérante",
}


def judge(**changes: str) -> RowVerdict:
    cells = {**WHOLE, **{Field(key): value for key, value in changes.items()}}
    return read_row(RawRow(7, cells), HEADINGS, CONTEXT)


def test_a_whole_row_is_kept() -> None:
    assert judge() == RowVerdict(
        row=7,
        label="Ateliers imaginés",
        draft=ParticipationDraft(
            company=CompanyDraft(
                siren=SIREN,
                name="Ateliers imaginés",
                naf_code="62.01Z",
                workforce_band="12",
                legal_category="5710",
            ),
            establishment=EstablishmentDraft(
                siret=SIRET,
                trade_name="L'Atelier",
                address="3 rue Inventée",
                postal_code="59500",
                city="Douai",
                commune_code="59178",
                naf_code="62.01Z",
                workforce_band="12",
            ),
            in_territory=True,
            contacts=(
                ContactDraft("Ada", "Exemple", "ada@ateliers.example", "+33 3 00 00 00 00", "Gérante"),
            ),
            stage="engaged",
            advisor_email="conseil@programme.example",
        ),
    )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (Field.SIRET, "", IssueCode.SIRET_MISSING),
        (Field.SIRET, "9,99E+13", IssueCode.SIRET_SCIENTIFIC),
        (Field.SIRET, "abc", IssueCode.SIRET_NOT_DIGITS),
        (Field.SIRET, SIREN, IssueCode.SIRET_IS_SIREN),
        (Field.SIRET, "12", IssueCode.SIRET_LENGTH),
        (Field.SIRET, "99900424200029", IssueCode.SIRET_CHECKSUM),
        (Field.NAME, "", IssueCode.NAME_MISSING),
        (Field.NAME, "#N/A", IssueCode.CELL_ERROR),
        (Field.SIRET, "#REF!", IssueCode.CELL_ERROR),
        (Field.NAF_CODE, "#VALEUR!", IssueCode.CELL_ERROR),
        (Field.NAME, "Caf\ufffd", IssueCode.CELL_DAMAGED),
        (Field.NAME, "x" * 251, IssueCode.CELL_TOO_LONG),
        (Field.POSTAL_CODE, "595", IssueCode.POSTAL_CODE_INVALID),
        (Field.POSTAL_CODE, "5900", IssueCode.POSTAL_CODE_INVALID),
        (Field.NAF_CODE, "informatique", IssueCode.NAF_INVALID),
        (Field.WORKFORCE, "beaucoup", IssueCode.WORKFORCE_INVALID),
        (Field.WORKFORCE_BAND, "12 à 15", IssueCode.WORKFORCE_INVALID),
        (Field.LEGAL_CATEGORY, "SAS", IssueCode.LEGAL_CATEGORY_INVALID),
        (Field.CONTACT_EMAIL, "ada@", IssueCode.EMAIL_INVALID),
        (Field.CONTACT_LAST_NAME, "", IssueCode.CONTACT_NAME_MISSING),
        (Field.STAGE, "peut-être", IssueCode.STAGE_UNKNOWN),
        (Field.ADVISOR_EMAIL, "autre@programme.example", IssueCode.ADVISOR_UNKNOWN),
    ],
)
def test_one_wrong_cell_refuses_the_row_with_its_column(field: Field, value: str, code: IssueCode) -> None:
    verdict = judge(**{field: value})
    assert verdict.draft is None
    assert [(issue.code, issue.column) for issue in verdict.refusals] == [(code, HEADINGS[field])]


def test_all_faults_of_a_row_are_told_together() -> None:
    verdict = judge(siret="", name="", postal_code="x", stage="?")
    assert [issue.code for issue in verdict.refusals] == [
        IssueCode.SIRET_MISSING,
        IssueCode.NAME_MISSING,
        IssueCode.POSTAL_CODE_INVALID,
        IssueCode.STAGE_UNKNOWN,
    ]


def test_reserved_numbers_are_refused_in_a_real_programme() -> None:
    verdict = read_row(RawRow(2, WHOLE), HEADINGS, replace(CONTEXT, allow_reserved=False))
    assert [issue.code for issue in verdict.refusals] == [IssueCode.SIRET_RESERVED]


def test_too_many_cells_refuse_the_row() -> None:
    verdict = read_row(RawRow(2, WHOLE, overflow=3), HEADINGS, CONTEXT)
    assert verdict.refusals == (Issue(IssueCode.TOO_MANY_CELLS, detail="3"),)


@pytest.mark.parametrize(
    ("changes", "issue", "in_territory"),
    [
        (
            {"postal_code": "75001", "city": "Paris"},
            Issue(IssueCode.OUTSIDE_TERRITORY, HEADINGS[Field.CITY], "75001 Paris"),
            False,
        ),
        (
            {"postal_code": "02000", "city": "Nulle part"},
            Issue(IssueCode.COMMUNE_UNKNOWN, HEADINGS[Field.CITY], "02000 Nulle part"),
            True,
        ),
        (
            {"postal_code": "", "city": ""},
            Issue(IssueCode.COMMUNE_UNKNOWN, HEADINGS[Field.CITY], ""),
            False,
        ),
        (
            {"postal_code": "59160", "city": "Lomme"},
            Issue(IssueCode.COMMUNE_MERGED, HEADINGS[Field.CITY], "Lomme", "59350"),
            True,
        ),
        ({"naf_code": "70.2A"}, Issue(IssueCode.NAF_OLD, HEADINGS[Field.NAF_CODE], "70.2A"), True),
        ({"naf_code": "62.02A"}, Issue(IssueCode.NAF_UNKNOWN, HEADINGS[Field.NAF_CODE], "62.02A"), True),
    ],
)
def test_warnings_keep_the_row(changes: dict[str, str], issue: Issue, in_territory: bool) -> None:
    verdict = judge(**changes)
    assert verdict.draft is not None
    assert (verdict.warnings, verdict.draft.in_territory) == ((issue,), in_territory)


def test_zeros_lost_at_the_head_of_a_postal_code_come_back() -> None:
    verdict = judge(postal_code="2000", city="Laon")
    assert verdict.draft is not None
    assert (verdict.draft.establishment.postal_code, verdict.draft.establishment.commune_code) == (
        "02000",
        "02408",
    )


def test_a_number_met_twice_is_refused_naming_the_first_row() -> None:
    rows = (RawRow(2, WHOLE), RawRow(5, {**WHOLE, Field.NAME: "Autre"}))
    verdicts = list(read_table(Table(HEADINGS, (), rows), CONTEXT))
    assert verdicts[0].is_kept
    assert verdicts[1] == RowVerdict(
        5, "Autre", None, (Issue(IssueCode.DUPLICATE_IN_FILE, HEADINGS[Field.SIRET], SIRET, "2"),)
    )


@pytest.mark.parametrize(
    ("code", "postal_code", "city", "expected"),
    [
        ("59350", "", "", CommuneMatch(MatchKind.FOUND, "59350", inside=True)),
        ("59298", "", "", CommuneMatch(MatchKind.MERGED, "59350", inside=True)),
        ("02045", "", "", CommuneMatch(MatchKind.MERGED, "02439", inside=True)),
        ("59999", "", "", CommuneMatch(MatchKind.UNKNOWN, inside=True)),
        ("75115", "", "", CommuneMatch(MatchKind.OUTSIDE, "75115")),
        ("", "02000", "AULNOIS SOUS LAON", CommuneMatch(MatchKind.FOUND, "02037", inside=True)),
        ("", "59350", "St André lès Lille", CommuneMatch(MatchKind.FOUND, "59527", inside=True)),
        ("", "59000", "Lille Cedex 9", CommuneMatch(MatchKind.FOUND, "59350", inside=True)),
        ("", "59013", "LILLE CEDEX", CommuneMatch(MatchKind.FOUND, "59350", inside=True)),
        ("", "59160", "Hellemmes-Lille", CommuneMatch(MatchKind.MERGED, "59350", inside=True)),
        ("", "59500", "", CommuneMatch(MatchKind.FOUND, "59178", inside=True)),
        ("", "", "Douai", CommuneMatch(MatchKind.FOUND, "59178", inside=True)),
        ("", "80999", "Douai", CommuneMatch(MatchKind.UNKNOWN, inside=True)),
        ("", "", "", CommuneMatch(MatchKind.UNKNOWN)),
    ],
)
def test_communes_are_found_from_what_is_known(
    code: str, postal_code: str, city: str, expected: CommuneMatch
) -> None:
    assert gazetteer().find(code=code, postal_code=postal_code, city=city) == expected


@given(st.integers(0, 5_000_000))
def test_every_number_of_employees_has_its_band(count: int) -> None:
    smallest, largest = WORKFORCE_BOUNDS[workforce_band_of(count)]
    assert smallest <= count
    assert largest is None or count <= largest
    assert read_workforce(f"{count:,}".replace(",", " ")) == workforce_band_of(count)


def test_bands_are_read_from_codes_and_words() -> None:
    assert [
        read_workforce_band(text)
        for text in (
            *("12", "NN", "nn", "1", "20 à 49 salariés", "1 ou 2 salariés", "1 000 à 1 999 salariés"),
            *("10\u202f000 salariés et plus", "0 salarié", "peu", "20 à 50"),
        )
    ] == ["12", "NN", "NN", "01", "12", "01", "42", "53", "00", None, None]


def test_naf_forms() -> None:
    assert [read_naf(text) for text in ("62.01Z", "6201z", "62 01 Z", "75.1E", "62.1", "", "A")] == [
        *("62.01Z", "62.01Z", "62.01Z", ""),
        *(None, None, None),
    ]


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.dictionaries(st.sampled_from(list(Field)), st.text(max_size=30)))
def test_any_row_is_kept_or_refused_with_reasons(cells: dict[Field, str]) -> None:
    verdict = read_row(RawRow(2, cells), HEADINGS, CONTEXT)
    assert verdict.is_kept != bool(verdict.refusals)
