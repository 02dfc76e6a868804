import contextlib
import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companies.drafts import (
    CompanyDraft,
    EstablishmentDraft,
    Issue,
    IssueCode,
    ParticipationDraft,
    RowVerdict,
)
from companies.faults import FileFaultCode, FileFaultError
from companies.register import RegisterAnswer, Surroundings, read_answer
from tests.companies.samples import (
    PARIS,
    SIREN,
    SIRET,
    gazetteer,
    make_siren,
    make_siret,
    register_answer,
    register_place,
    register_record,
)

DEMONSTRATION = Surroundings(gazetteer(), frozenset({"62.02A"}), allow_reserved=True)
REAL = Surroundings(gazetteer(), frozenset({"62.02A"}))
SECOND = make_siret(SIREN, 2)
THIRD = make_siret(SIREN, 3)


def read(*records: dict[str, object], **options: object) -> RegisterAnswer:
    return read_answer(register_answer(*records), DEMONSTRATION)


def only(record: dict[str, object]) -> RowVerdict:
    (verdict,) = read(record).verdicts
    return verdict


def codes(verdict: RowVerdict) -> list[IssueCode]:
    return [issue.code for issue in verdict.refusals + verdict.warnings]


def chosen(verdict: RowVerdict) -> str:
    assert verdict.draft is not None
    return verdict.draft.establishment.siret


def test_a_plain_company_is_kept_whole() -> None:
    assert read(register_record()).verdicts == (
        RowVerdict(
            row=1,
            label="FILATURES IMAGINAIRES DU NORD (FIN)",
            draft=ParticipationDraft(
                company=CompanyDraft(
                    siren=SIREN,
                    name="FILATURES IMAGINAIRES DU NORD",
                    acronym="FIN",
                    naf_code="62.02A",
                    workforce_band="12",
                    legal_category="5710",
                    size_category="PME",
                    created_on="2015-01-13",
                ),
                establishment=EstablishmentDraft(
                    siret=SIRET,
                    address="12 RUE DES TISSERANDS",
                    postal_code="59500",
                    city="DOUAI",
                    commune_code="59178",
                    naf_code="62.02A",
                    workforce_band="12",
                    is_head_office=True,
                ),
                in_territory=True,
                from_register=True,
            ),
        ),
    )


def test_an_empty_answer_is_normal() -> None:
    assert read() == RegisterAnswer(verdicts=(), total_results=0)


def test_recorded_answers_keep_the_search_and_the_total() -> None:
    wrapped = {"searchTerms": "filatures", "result": register_answer(register_record(), total=91)}
    answer = read_answer(wrapped, DEMONSTRATION)
    assert (answer.search_terms, answer.total_results, len(answer.verdicts)) == ("filatures", 91, 1)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ([], FileFaultCode.JSON_NOT_REGISTER),
        ("texte", FileFaultCode.JSON_NOT_REGISTER),
        ({}, FileFaultCode.JSON_NOT_REGISTER),
        ({"results": "abc"}, FileFaultCode.JSON_NOT_REGISTER),
        ({"result": None}, FileFaultCode.JSON_NOT_REGISTER),
        ({"erreur": "Veuillez indiquer au moins un paramètre"}, FileFaultCode.REGISTER_ERROR),
    ],
)
def test_another_json_is_refused_as_a_whole(payload: object, code: FileFaultCode) -> None:
    with pytest.raises(FileFaultError) as caught:
        read_answer(payload, REAL)
    assert caught.value.code is code


def test_a_head_office_elsewhere_gives_way_to_the_open_place_of_the_territory() -> None:
    verdict = only(
        register_record(
            siege=register_place(SIRET, est_siege=True, **PARIS),
            matching_etablissements=[
                register_place(SECOND, etat_administratif="F", date_fermeture="2004-12-28"),
                register_place(THIRD),
            ],
        )
    )
    assert chosen(verdict) == THIRD
    assert verdict.warnings == (Issue(IssueCode.HEAD_OFFICE_ELSEWHERE, value="DOUAI", detail="PARIS"),)


def test_places_listed_by_the_register_s_site_count_too() -> None:
    record = register_record(
        siege=register_place(SIRET, est_siege=True, **PARIS), etablissements=[register_place(SECOND)]
    )
    assert chosen(only(record)) == SECOND


def test_a_closed_place_of_the_territory_is_kept_with_a_warning() -> None:
    closed = register_place(
        SECOND, etat_administratif="F", date_fermeture="1995-09-20", activite_principale="75.1E"
    )
    verdict = only(
        register_record(
            siege=register_place(SIRET, est_siege=True, **PARIS), matching_etablissements=[closed]
        )
    )
    assert chosen(verdict) == SECOND
    assert verdict.warnings == (
        Issue(IssueCode.ESTABLISHMENT_CLOSED, value=SECOND, detail="1995-09-20"),
        Issue(IssueCode.HEAD_OFFICE_ELSEWHERE, value="DOUAI", detail="PARIS"),
        Issue(IssueCode.NAF_OLD, value="75.1E", detail="62.02A"),
    )


def test_among_open_places_the_head_office_then_the_largest_wins() -> None:
    small = register_place(SECOND, tranche_effectif_salarie="NN", libelle_commune="AMIENS", commune="80021")
    large = register_place(THIRD, tranche_effectif_salarie="21")
    elsewhere = register_record(
        siege=register_place(SIRET, est_siege=True, **PARIS), matching_etablissements=[small, large]
    )
    verdict = only(elsewhere)
    assert chosen(verdict) == THIRD
    assert Issue(IssueCode.SEVERAL_ESTABLISHMENTS, value="DOUAI", detail="AMIENS") in verdict.warnings
    at_home = register_record(matching_etablissements=[small, large])
    assert chosen(only(at_home)) == SIRET


def test_the_establishment_that_was_asked_for_is_the_one() -> None:
    answer = register_answer(register_record(matching_etablissements=[register_place(SECOND)]))
    (verdict,) = read_answer({"searchTerms": SECOND, "result": answer}, DEMONSTRATION).verdicts
    assert chosen(verdict) == SECOND


def test_outside_the_territory_is_kept_with_a_warning() -> None:
    verdict = only(register_record(siege=register_place(SIRET, est_siege=True, **PARIS)))
    assert verdict.draft is not None
    assert not verdict.draft.in_territory
    assert verdict.warnings == (Issue(IssueCode.OUTSIDE_TERRITORY, value="75015 PARIS"),)


def test_a_closed_company_is_kept_with_its_date() -> None:
    closed = register_place(SIRET, est_siege=True, etat_administratif="F", date_fermeture="2022-10-22")
    verdict = only(register_record(siege=closed, etat_administratif="C", date_fermeture="2022-10-22"))
    assert verdict.draft is not None
    assert (verdict.draft.company.is_closed, verdict.draft.company.closed_on) == (True, "2022-10-22")
    assert verdict.warnings == (Issue(IssueCode.COMPANY_CLOSED, value=SIREN, detail="2022-10-22"),)


@pytest.mark.parametrize("withheld", ["[ND]", "[NON-DIFFUSIBLE]"])
def test_withheld_names_are_empty_never_copied(withheld: str) -> None:
    place = register_place(
        SIRET,
        est_siege=True,
        adresse=withheld,
        code_postal=withheld,
        liste_enseignes=[withheld, withheld],
        nom_commercial=withheld,
        statut_diffusion_etablissement="P",
    )
    verdict = only(
        register_record(
            nom_complet=withheld,
            nom_raison_sociale=withheld,
            sigle=withheld,
            statut_diffusion="P",
            siege=place,
        )
    )
    assert verdict.draft is not None
    assert "[" not in repr(
        (verdict.draft.company.name, verdict.draft.establishment.address, verdict.label)
    ).replace("[]", "")
    assert (verdict.draft.company.name, verdict.draft.company.is_diffusible) == ("", False)
    assert codes(verdict) == [IssueCode.NOT_DIFFUSIBLE]


def test_an_activity_that_is_in_no_nomenclature_is_left_empty() -> None:
    place = register_place(SIRET, est_siege=True, activite_principale="99.99Z")
    verdict = only(register_record(activite_principale="99.99Z", siege=place))
    assert verdict.draft is not None
    assert (verdict.draft.company.naf_code, verdict.draft.establishment.naf_code) == ("", "")
    assert codes(verdict) == [IssueCode.NAF_UNKNOWN]


@pytest.mark.parametrize("band", [None, "NN"])
def test_an_unknown_workforce_is_kept(band: str | None) -> None:
    verdict = only(
        register_record(
            tranche_effectif_salarie=band,
            siege=register_place(SIRET, est_siege=True, tranche_effectif_salarie=band),
        )
    )
    assert codes(verdict) == [IssueCode.WORKFORCE_UNKNOWN]


def test_postal_code_and_commune_may_differ_and_merged_communes_are_found() -> None:
    lomme = register_place(
        SIRET,
        est_siege=True,
        adresse="3 QUAI INVENTE 59160 LILLE",
        code_postal="59160",
        commune="59350",
        libelle_commune="LILLE",
    )
    associated = {**lomme, "commune": "59355", "libelle_commune": "LOMME"}
    verdict = only(register_record(siege=lomme))
    assert verdict.draft is not None
    assert (verdict.draft.establishment.postal_code, verdict.draft.establishment.commune_code) == (
        "59160",
        "59350",
    )
    assert verdict.warnings == ()
    merged = only(register_record(siege=associated))
    assert merged.draft is not None
    assert merged.draft.establishment.commune_code == "59350"
    assert merged.warnings == (Issue(IssueCode.COMMUNE_MERGED, value="LOMME", detail="59350"),)


def test_post_office_places_are_accepted() -> None:
    siret = "35600000000001"
    verdict = only(register_record("356000000", siege=register_place(siret, est_siege=True)))
    assert chosen(verdict) == siret


def test_an_empty_record_with_a_wrong_number_is_refused_for_both_reasons() -> None:
    verdict = only(register_record("123456789", nom_complet=None, nom_raison_sociale=None, siege={}))
    assert verdict == RowVerdict(
        1,
        "123456789",
        None,
        (
            Issue(IssueCode.SIREN_INVALID, "siren", "123456789"),
            Issue(IssueCode.REGISTER_EMPTY_RECORD, "siren", "123456789"),
        ),
    )


def test_other_refusals_are_stated() -> None:
    empty = register_record(make_siren(2), siege={})
    foreign = register_record(make_siren(3), siege=register_place(SIRET))
    nameless = register_record(make_siren(4), nom_complet=None, nom_raison_sociale=None)
    verdicts = read(empty, foreign, nameless, "texte").verdicts  # type: ignore[arg-type]
    assert [[issue.code for issue in verdict.refusals] for verdict in verdicts] == [
        [IssueCode.REGISTER_EMPTY_RECORD],
        [IssueCode.REGISTER_UNREADABLE],
        [IssueCode.NAME_MISSING],
        [IssueCode.REGISTER_UNREADABLE],
    ]
    (reserved,) = read_answer(register_answer(register_record()), REAL).verdicts
    assert codes(reserved) == [IssueCode.SIREN_RESERVED]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_any_json_is_read_or_refused(payload: object) -> None:
    with contextlib.suppress(FileFaultError):
        read_answer(payload, REAL)


@given(st.sampled_from(sorted(register_record())), st.sampled_from(sorted(register_place(SIRET))), JSON, JSON)
def test_a_spoilt_value_never_breaks_reading_nor_loses_the_company(
    key: str, place_key: str, value: object, place_value: object
) -> None:
    record = copy.deepcopy(register_record())
    siege = record["siege"]
    assert isinstance(siege, dict)
    siege[place_key] = place_value
    record[key] = value
    (verdict,) = read_answer(register_answer(record), DEMONSTRATION).verdicts
    assert verdict.is_kept != bool(verdict.refusals)
    json.dumps([issue.value for issue in verdict.warnings])
