"""Two public families of frameworks, expressed by a file alone: their shape, with questions of our own."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from diagnostics.answers import Answer, read_authored
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition, parse_definition
from diagnostics.explaining import explain
from diagnostics.progress import progress_of
from diagnostics.recommending import recommend
from diagnostics.scoring import Ignored, IgnoredBecause, score
from diagnostics.services import read_document

FOLDER = Path(__file__).parent / "frameworks"


def framework(name: str) -> Definition:
    return parse_definition(read_document((FOLDER / name).read_text(encoding="utf-8")))


def answers_to(definition: Definition, **written: Any) -> dict[str, Answer]:
    """Answers as an author writes them; ``_`` stands for ``-`` in a code."""
    codes = {key.replace("_", "-"): raw for key, raw in written.items()}
    return {code: read_authored(definition.questions[code], raw) for code, raw in codes.items()}


@pytest.fixture(scope="module")
def maturity() -> Definition:
    return framework("maturite-numerique.yaml")


@pytest.fixture(scope="module")
def security() -> Definition:
    return framework("securite-numerique.yaml")


def test_each_column_counts_as_a_question_of_its_own(maturity: Definition):
    answers = answers_to(
        maturity,
        investissements={"fait": ["produit", "vente"], "prevu": ["aucun"]},
        preparation=["besoins", "budget", "materiel"],
    )
    result = score(maturity, answers)

    assert [(c.question, c.part, c.share, c.weight) for c in result.contributions] == [
        ("investissements", "fait", Fraction(1, 2), 1),
        ("investissements", "prevu", 0, 1),
        ("preparation", None, Fraction(3, 4), 1),
    ]
    assert result.dimensions[0].exact == Fraction(500, 12)
    assert [each.exact for each in result.dimensions[1:]] == [None] * 5
    assert result.exact == Fraction(500, 12)


def test_a_column_left_empty_leaves_the_denominator_and_is_missing(maturity: Definition):
    answers = answers_to(maturity, investissements={"fait": ["produit"]})
    result = score(maturity, answers)

    assert result.exact == 25
    assert Ignored("investissements", IgnoredBecause.UNANSWERED, "prevu") in result.ignored
    missing = {each.question: each.rows for each in progress_of(maturity, answers).missing}
    assert missing["investissements"] == ("prevu",)


def test_scales_with_named_steps_shares_of_ticks_and_own_thresholds(maturity: Definition):
    answers = answers_to(
        maturity,
        techniques={"simulation": 5, "capteurs": 0, "impression": 3},
        gestion=["regles"],
        securite=["politique", "partage"],
        choix="en-partie",
    )
    by_code = {each.code: each for each in score(maturity, answers).dimensions}
    assert by_code["preparation-technique"].exact == Fraction(800, 15)
    # One tick of three, and a negative one that cancels the other: 1/6 is under 20.
    assert (by_code["donnees"].exact, by_code["donnees"].level) == (Fraction(100, 6), "base")
    assert (by_code["environnement"].exact, by_code["environnement"].level) == (50, "moyen")
    better = answers_to(maturity, gestion=["regles"], securite=["politique"])
    # 41.7 reads « moyen » for the whole; this dimension says so from 20.
    data = next(each for each in score(maturity, better).dimensions if each.code == "donnees")
    assert (data.tenths, data.level) == (417, "moyen")


def test_a_choice_that_does_not_count_takes_its_question_out(security: Definition):
    result = score(security, answers_to(security, mots_de_passe="nsp", comptes_admin="nommes"))
    assert result.exact == 100
    assert Ignored("mots-de-passe", IgnoredBecause.NOT_COUNTED) in result.ignored
    assert [m.measure.code for m in recommend(security, {"mots-de-passe": Answer("nsp")}, result)] == [
        "regles-mots-de-passe"
    ]


def test_an_answer_opens_nested_questions_with_values_by_halves(security: Definition):
    closed = what_is_shown(security, answers_to(security, mots_de_passe="non"))
    assert not {"double", "double-moyen"} & closed.questions

    answers = answers_to(security, mots_de_passe="oui", double="partout", double_moyen=["appli", "cle"])
    assert {"double", "double-moyen"} <= what_is_shown(security, answers).questions
    result = score(security, answers)
    # 1.5/3 weighs 3, 2.5/3 weighs 1, 2.5 of the 2.5 that two ticks may bring weighs 1.
    assert result.exact == 100 * (3 * Fraction(1, 2) + Fraction(5, 6) + 1) / 5
    # The best answer to « double » is worth 2.5 of 3: nothing more is to be gained there.
    assert [each.question for each in result.best_gains()] == ["mots-de-passe"]


def test_an_answer_sets_others_which_stay_editable(security: Definition):
    answers = answers_to(security, informatique="personne", copies="essayees")
    shown = what_is_shown(security, answers)

    assert shown.set_by == {
        "mises-a-jour": ("informatique",),
        "journaux": ("informatique",),
        "prestataire-contrat": ("informatique",),
    }
    assert shown.answers["mises-a-jour"] == Answer("jamais")
    assert shown.answers["prestataire-contrat"].not_applicable
    by_code = {each.code: each for each in score(security, answers).dimensions}
    assert by_code["copies-et-mises-a-jour"].exact == Fraction(300, 6)

    own = {**answers, **answers_to(security, mises_a_jour="vite")}
    shown = what_is_shown(security, own)
    assert shown.answers["mises-a-jour"] == Answer("vite")
    assert "mises-a-jour" not in shown.set_by
    assert explain(security, own)["set"][0] == {
        "question": "journaux",
        "by": ["informatique"],
        "answer": "Non",
    }


def test_a_hidden_choice_no_longer_counts(security: Definition):
    chosen = answers_to(security, informatique="prestataire", journaux="externes")
    assert what_is_shown(security, chosen).answers["journaux"] == Answer("externes")
    moved = {**chosen, **answers_to(security, informatique="interne")}
    shown = what_is_shown(security, moved)
    assert shown.hidden_choices == {"journaux": frozenset({"externes"})}
    assert shown.answers["journaux"] == Answer()


def test_blocking_criteria_cap_the_whole_and_one_dimension(security: Definition):
    answers = answers_to(
        security,
        mots_de_passe="oui-verifie",
        comptes_admin="tous",
        copies="non-essayees",
        mises_a_jour="vite",
    )
    result = score(security, answers)
    access = next(each for each in result.dimensions if each.code == "acces")
    assert (access.level_before_caps, access.level) == ("n1", "n0")
    assert access.because == ("Des comptes d’administration sont ouverts à tous.",)
    assert (result.level_before_caps, result.level) == ("n1", "n1")

    better = {**answers, **answers_to(security, comptes_admin="nommes")}
    assert (score(security, better).level_before_caps, score(security, better).level) == ("n2", "n1")


def test_a_section_under_condition_with_weighted_rows(security: Definition):
    few = answers_to(security, postes=4, machines={"separees": 3, "inventaire": 0})
    assert "atelier" not in what_is_shown(security, few).dimensions
    many = answers_to(security, postes=5, machines={"separees": 3, "inventaire": 0})
    assert score(security, many).exact == 75
