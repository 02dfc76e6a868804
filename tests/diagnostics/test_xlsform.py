"""XLSForm: what becomes what, and refusals that name sheet, row and reason."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BusinessError
from diagnostics.answers import Answer
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition, Kind, parse_definition
from diagnostics.models import Questionnaire
from diagnostics.services import read_file
from diagnostics.xlsform import XlsFormError, read_xlsform
from diagnostics.xlsform.conditions import ConditionWriter
from diagnostics.xlsform.expressions import ExpressionError, read_expression

ALONE = "not(selected(., 'aucun') and count-selected(.) > 1)"
SURVEY = [
    [
        "type",
        "name",
        "label",
        "hint",
        "required",
        "relevant",
        "constraint",
        "constraint_message",
        "parameters",
    ],
    ["begin group", "profil", "Votre entreprise"],
    ["select_one region", "region", "Quelle région ?", "Celle du siège", "yes"],
    ["integer", "effectif", "Combien de personnes ?", "", "yes", "", ". > 0 and . <= 500", "De 1 à 500."],
    ["decimal", "part", "Part à l’export ?", "", "", "${effectif} >= 10", ". >= 0 and 100 >= ."],
    ["begin_group", "outils-groupe", "Vos outils", "", "", "${region} != ''"],
    [
        "select_multiple outil",
        "outils",
        "Lesquels ?",
        "",
        "no",
        "",
        "not(selected(., 'aucun') and count-selected(.) > 1)",
    ],
    ["note", "merci", "Presque fini."],
    ["end_group"],
    ["end group"],
    ["begin_group", "avis", "Votre avis", "", "", "selected(${outils}, 'ia') and not(${effectif} < 2)"],
    ["range", "note-ia", "De 1 à 5 ?", "", "", "", "", "", "start=1 end=5 step=1"],
    ["range", "temps", "Quelle part du temps ?", "", "", "", "", "", "start=0 end=1 step=0.25"],
    ["date", "depuis", "Depuis quand ?"],
    ["text", "pourquoi", "Pourquoi ?"],
    ["end_group"],
]
CHOICES = [
    ["list_name", "name", "label"],
    ["region", "hdf", "Hauts-de-France"],
    ["region", "idf", "Île-de-France"],
    [],
    ["outil", "tableur", "Tableur"],
    ["outil", "ia", "Assistant"],
    ["outil", "aucun", "Aucun"],
]
SETTINGS = [["form_title", "form_id", "version"], ["Un formulaire", "mon formulaire", "2026012301"]]


def sheets(**changes: Any) -> dict[str, Any]:
    found = {"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}
    return {**found, **changes}


def problems_of(**changes: Any) -> list[tuple[str, int, str]]:
    with pytest.raises(XlsFormError) as refused:
        read_xlsform(sheets(**changes))
    return [(each.sheet, each.row, each.reason % each.values) for each in refused.value.problems]


@pytest.fixture(scope="module")
def form() -> Definition:
    return parse_definition(read_xlsform(sheets()))


def test_groups_become_sections_and_types_become_kinds(form: Definition):
    assert (form.code, form.title, form.levels) == ("mon-formulaire", "Un formulaire", ())
    assert [(d.code, d.title, [(q.code, q.kind) for q in d.questions]) for d in form.dimensions] == [
        (
            "profil",
            "Votre entreprise",
            [
                ("region", Kind.SINGLE),
                ("effectif", Kind.NUMBER),
                ("part", Kind.NUMBER),
                ("outils-groupe", Kind.NOTE),
                ("outils", Kind.MULTIPLE),
                ("merci", Kind.NOTE),
            ],
        ),
        (
            "avis",
            "Votre avis",
            [
                ("note-ia", Kind.SCALE),
                ("temps", Kind.NUMBER),
                ("depuis", Kind.DATE),
                ("pourquoi", Kind.SHORT_TEXT),
            ],
        ),
    ]
    region, people = form.questions["region"], form.questions["effectif"]
    assert (region.help, region.required, form.questions["part"].required) == ("Celle du siège", True, False)
    assert (people.minimum, people.maximum, people.decimals, people.refusal) == (1, 500, 0, "De 1 à 500.")
    assert (form.questions["part"].minimum, form.questions["part"].maximum) == (0, 100)
    assert (form.questions["temps"].maximum, form.questions["temps"].decimals) == (1, 2)
    assert [c.exclusive for c in form.questions["outils"].choices] == [False, False, True]


def test_relevant_of_questions_groups_and_groups_inside_groups(form: Definition):
    def shown(**given: Any) -> set[str]:
        return set(what_is_shown(form, {code: Answer(value) for code, value in given.items()}).questions)

    assert shown() == {"region", "effectif"}
    assert "part" in shown(effectif=10)
    assert "part" not in shown(effectif=9)
    assert {"outils-groupe", "outils", "merci"} <= shown(region="hdf")
    assert "note-ia" in shown(region="hdf", outils=frozenset({"ia"}), effectif=2)
    assert "note-ia" not in shown(region="hdf", outils=frozenset({"ia"}), effectif=1)
    assert "note-ia" not in shown(outils=frozenset({"ia"}), effectif=2)


def test_a_choice_filter_shows_choices_by_their_columns():
    survey = [
        ["type", "name", "label", "choice_filter"],
        ["select_one region", "region", "Région ?"],
        ["select_one ville", "ville", "Ville ?", "region=${region} and garde != 'non'"],
    ]
    choices = [
        ["list_name", "name", "label", "region", "garde"],
        ["region", "hdf", "HdF"],
        ["region", "idf", "IdF"],
        ["ville", "lille", "Lille", "hdf"],
        ["ville", "paris", "Paris", "idf"],
        ["ville", "vide", "Ville retirée", "idf", "non"],
        ["ville", "autre", "Autre", "hdf"],
        ["ville", "autre", "Autre", "idf"],
    ]
    form = parse_definition(read_xlsform(sheets(survey=survey, choices=choices)))
    assert [c.code for c in form.questions["ville"].choices] == ["lille", "paris", "autre"]
    hidden = what_is_shown(form, {"region": Answer("hdf")}).hidden_choices["ville"]
    assert hidden == {"paris"}
    assert what_is_shown(form, {}).hidden_choices["ville"] == {"lille", "paris", "autre"}
    assert [d.code for d in form.dimensions] == ["questions-1"]


def test_translations_follow_their_columns():
    survey = [
        ["type", "name", "label::Français (fr)", "label::English (en)", "hint::English (en)", "hint"],
        ["select_one oui_non", "q", "Oui ?", "Yes?", "Tick", "Cochez"],
    ]
    choices = [["list name", "name", "label::English (en)", "label"], ["oui_non", "oui", "Yes", "Oui"]]
    choices.append(["oui_non", "non", "No", "Non"])
    setting = [["form_title", "default_language"], ["Titre", "Français (fr)"]]
    written = read_xlsform(sheets(survey=survey, choices=choices, settings=setting))
    french, english = parse_definition(written), parse_definition(written, "en")
    assert french.languages == ("fr", "en")
    assert (french.questions["q"].text, english.questions["q"].text) == ("Oui ?", "Yes?")
    assert (french.questions["q"].help, english.questions["q"].help) == ("Cochez", "Tick")
    assert [c.label for c in english.questions["q"].choices] == ["Yes", "No"]

    setting[1][1] = "de"
    assert problems_of(survey=survey, choices=choices, settings=setting)[0] == (
        "survey",
        2,
        "«\u00a0label\u00a0»\u00a0: le texte manque dans la langue principale (de)",
    )


def test_our_own_columns_make_it_scored():
    survey = [["type", "name", "label", "weight", "not_applicable"], ["select_one l", "q", "Q ?", "2", "yes"]]
    choices = [
        ["list_name", "name", "label", "points", "counts"],
        ["l", "a", "A", "0.5"],
        ["l", "b", "B", "1"],
    ]
    choices.append(["l", "c", "C", "", "no"])
    levels = [["code", "name", "from", "reading"], ["n1", "Bas", "0", "Bas."], ["n2", "Haut", "50", "Haut."]]
    form = parse_definition(read_xlsform(sheets(survey=survey, choices=choices, levels=levels)))
    question = form.questions["q"]
    assert (question.weight, question.not_applicable) == (2, True)
    assert [(c.points, c.counts) for c in question.choices] == [(0.5, True), (1, True), (0, False)]
    assert [(level.code, level.starts_at) for level in form.levels] == [("n1", 0), ("n2", 50)]


def line(**cells: str) -> list[list[str]]:
    return [list(cells), list(cells.values())]


REFUSED = [
    (line(type="begin_repeat", name="r"), 2, "le type «\u00a0begin_repeat\u00a0» n’a pas d’équivalent"),
    (
        line(type="calculate", name="c", calculation="1+1"),
        2,
        "le type «\u00a0calculate\u00a0» n’a pas d’équivalent",
    ),
    (line(type="geopoint", name="g", label="Où ?"), 2, "le type «\u00a0geopoint\u00a0» n’a pas d’équivalent"),
    (line(type="text", name="t", default="x"), 2, "la colonne «\u00a0default\u00a0» n’a pas d’équivalent"),
    (
        line(type="text", name="à b"),
        2,
        "«\u00a0à b\u00a0»\u00a0: 40 lettres sans accent, chiffres, «\u00a0-\u00a0» ou "
        "«\u00a0_\u00a0» au plus",
    ),
    (
        line(type="select_one nulle", name="s"),
        2,
        "la liste «\u00a0nulle\u00a0» n’est pas dans la feuille «\u00a0choices\u00a0»",
    ),
    (
        line(type="select_one region or_other", name="s"),
        2,
        "«\u00a0or_other\u00a0»\u00a0: ajoutez un choix et une question de texte",
    ),
    (
        line(type="text", name="t", relevant="${inconnue} = 'x'"),
        2,
        "«\u00a0relevant\u00a0»\u00a0: «\u00a0inconnue\u00a0» n’est pas une question du formulaire",
    ),
    (
        line(type="text", name="t", relevant="pulldata('a', 'b') = 'x'"),
        2,
        "«\u00a0relevant\u00a0»\u00a0: la fonction «\u00a0pulldata()\u00a0» n’est pas admise",
    ),
    (
        line(type="text", name="t", relevant="1 +"),
        2,
        "«\u00a0relevant\u00a0»\u00a0: «\u00a0+\u00a0» n’est pas une comparaison",
    ),
    (
        line(type="text", name="t", constraint="regex(., '[a-z]+')"),
        2,
        "«\u00a0constraint\u00a0»\u00a0: la fonction «\u00a0regex()\u00a0» n’est pas admise",
    ),
    (
        line(type="decimal", name="d", constraint=". > 0"),
        2,
        "«\u00a0constraint\u00a0»\u00a0: pour un nombre à décimales, «\u00a0<=\u00a0» ou «\u00a0>=\u00a0»",
    ),
    (
        line(type="text", name="t", required="peut-être"),
        2,
        "«\u00a0required\u00a0»\u00a0: «\u00a0yes\u00a0» ou «\u00a0no\u00a0» attendu",
    ),
    (
        line(type="text", name="t", appearance="signature"),
        2,
        "«\u00a0appearance\u00a0»\u00a0: «\u00a0signature\u00a0» n’a pas",
    ),
    (line(type="end_group"), 2, "ce groupe se referme sans avoir été ouvert"),
    (line(type="begin_group", name="g"), 2, "le groupe «\u00a0g\u00a0» n’est pas refermé"),
    (
        line(type="range", name="r", parameters="begin=2"),
        2,
        "«\u00a0parameters\u00a0»\u00a0: «\u00a0start=1 end=5 step=1\u00a0» attendu",
    ),
    (
        [["type", "name", "label::Klingon"], ["text", "t", "x"]],
        1,
        "la langue de la colonne «\u00a0label::Klingon\u00a0»",
    ),
]


@pytest.mark.parametrize(("survey", "row", "reason"), REFUSED)
def test_what_cannot_be_represented_names_its_sheet_row_and_reason(survey: Any, row: int, reason: str):
    found = problems_of(survey=survey)
    assert any((each[0], each[1]) == ("survey", row) and each[2].startswith(reason) for each in found), found


def test_every_problem_is_told_at_once_and_references_are_checked_by_row():
    survey = [*SURVEY, ["text", "t", "x" * 700], ["image", "i", "Photo"], ["text", "t", "Encore"]]
    assert [(sheet, row) for sheet, row, _reason in problems_of(survey=survey)] == [
        ("survey", 18),
        ("survey", 19),
    ]
    found = problems_of(survey=[*SURVEY, ["text", "t", "x" * 700]])
    assert [(sheet, row) for sheet, row, _reason in found] == [("survey", 17)]
    assert "un texte d’au plus 600 caractères" in found[0][2]
    circle = [
        ["type", "name", "label", "relevant"],
        ["integer", "a", "A", "${b} > 1"],
        ["integer", "b", "B", "${a} > 1"],
    ]
    assert problems_of(survey=circle)[0][:2] == ("survey", 2)
    assert problems_of(entities=[["list_name"], ["x"]])[0][0] == "entities"
    assert problems_of(survey=[])[0][:2] == ("survey", 0)


@settings(max_examples=60)
@given(st.text(alphabet="${}ab'().<>=!, 0123andornotselected-", max_size=60))
def test_any_expression_is_read_or_refused_never_a_crash(text: str):
    writer = ConditionWriter({"a": {"kind": "number"}, "b": {"kind": "short_text"}})
    written: Any = {}
    with suppress(ExpressionError):
        written = writer.write(read_expression(text))
    assert isinstance(written, bool | dict)


def test_deep_and_long_expressions_are_refused():
    for text in ("(" * 5_000 + "1=1", "not(" * 500, "${a} = 1 or " * 2_000):
        with pytest.raises(ExpressionError):
            read_expression(text)


def workbook(path: Path | BytesIO, **named: Any) -> None:
    book = xlsxwriter.Workbook(path)
    for name, rows in named.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()


@pytest.mark.django_db
def test_a_workbook_is_imported_whole_or_not_at_all(tmp_path: Path):
    workbook(tmp_path / "bon.xlsx", **sheets())
    call_command("import_questionnaire", tmp_path / "bon.xlsx", draft=True, verbosity=0)
    assert Questionnaire.objects.get().title == "Un formulaire"

    workbook(
        tmp_path / "autre.xlsx",
        **sheets(
            settings=[["form_title", "form_id"], ["Autre", "autre"]],
            survey=[*SURVEY, ["audio", "a", "Parlez"]],
        ),
    )
    with pytest.raises(CommandError) as refused:
        call_command("import_questionnaire", tmp_path / "autre.xlsx")
    assert "feuille survey, ligne 17\u00a0: le type «\u00a0audio\u00a0» n’a pas d’équivalent" in str(
        refused.value
    )
    assert Questionnaire.objects.count() == 1


def test_a_file_that_is_no_workbook_is_refused_in_words():
    for name, content in (
        ("a.xlsx", b"PK nothing"),
        ("a.xls", b"\xd0\xcf\x11\xe0old"),
        ("a.yaml", b"\xff\xfe"),
    ):
        with pytest.raises(BusinessError):
            read_file(name, content)
