"""XLSForm out: what is written reads back the same; what cannot be written is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from diagnostics import services
from diagnostics.author_wording import loss_lines
from diagnostics.definition import (
    AllOf,
    AnyOf,
    Condition,
    Definition,
    Kind,
    Not,
    Operator,
    Predicate,
    parse_definition,
)
from diagnostics.models import QuestionnaireVersion
from diagnostics.xlsform import read_xlsform, write_xlsform
from programme.models import Programme

from .documents import LEVELS, multiple, rich_document, scale, single

FRAMEWORKS = Path(__file__).parent / "frameworks"


def back(document: Any) -> Definition:
    """The questionnaire its own XLSForm reads back."""
    form = write_xlsform(document)
    rows = {each.name: [each.columns, *each.rows] for each in form.sheets}
    return parse_definition(read_xlsform(rows))


def losses(document: Any) -> dict[str, list[str]]:
    """What is lost, by element."""
    lines = loss_lines(write_xlsform(document).losses)
    plain = [(what.replace("\u00a0", " "), reasons.replace("\u00a0", " ")) for what, reasons in lines]
    return {what: reasons.split(" ; ") for what, reasons in plain}


def sayable() -> dict[str, Any]:
    """A questionnaire that an XLSForm says whole."""
    either = {"any": [{"question": "outils", "selected": "a"}, {"question": "outils", "selected": "b"}]}
    asked = [
        single("usage", not_applicable=True, help="Une aide.", required=False),
        multiple("outils", most_ticked=2, show_if={"not": {"question": "usage", "equals": "non"}}),
        {"code": "entier", "kind": "number", "text": "Combien ?", "decimals": 0, "min": -2, "max": 1200},
        {
            "code": "part",
            "kind": "number",
            "text": "Quelle part ?",
            "min": 0.5,
            "refusal": "Un demi au moins.",
        },
        {
            "code": "degre",
            "kind": "scale",
            "text": "De 0 à 5 ?",
            "weight": 0.5,
            "scale": {"min": 0, "max": 5},
            "show_if": {"all": [{"question": "entier", "at_least": 10}, either]},
        },
    ]
    told = [
        {"code": "depuis", "kind": "date", "text": "Depuis quand ?", "required": False},
        {"code": "mot", "kind": "short_text", "text": "En un mot ?"},
        {
            "code": "phrase",
            "kind": "long_text",
            "text": "Pourquoi ?",
            "show_if": {"question": "mot", "equals": "l'IA"},
        },
        {"code": "piece", "kind": "file", "text": "Le devis ?"},
        {"code": "fin", "kind": "note", "text": "C’est fini."},
        single("dernier", choices=conditional_choices()),
    ]
    sections = [
        {"code": "faire", "title": "Faire", "questions": asked},
        {
            "code": "dire",
            "title": "Dire",
            "show_if": {"question": "usage", "answered": True},
            "questions": told,
        },
    ]
    return {
        "code": "dicible",
        "version": 3,
        "title": "Dicible",
        "minutes": 12,
        "levels": LEVELS,
        "dimensions": sections,
    }


def conditional_choices() -> list[dict[str, Any]]:
    """Choices of which two are shown under the same condition, one under another, one always."""
    few, many = {"question": "entier", "at_most": 9}, {"question": "entier", "at_least": 10}
    return [
        {"code": "tous", "label": "Tous", "points": 1},
        {"code": "petits", "label": "Petits", "show_if": few},
        {"code": "tres-petits", "label": "Très petits", "show_if": few},
        {"code": "grands", "label": "Grands", "points": 2, "show_if": many},
        {"code": "nsp", "label": "Je ne sais pas", "counts": False},
    ]


def test_what_an_xlsform_can_say_reads_back_the_same():
    document = sayable()
    assert losses(document) == {}
    assert back(document) == parse_definition(document)


def test_every_language_is_written_and_read_back():
    document = sayable()
    document["languages"] = ["fr", "en"]
    document["title"] = {"fr": "Dicible", "en": "Sayable"}
    document["dimensions"][0]["questions"][0]["text"] = {"fr": "L’utilisez-vous ?", "en": "Do you use it?"}
    document["levels"] = [
        {**level, "name": {"fr": level["name"], "en": level["code"]}} for level in document["levels"]
    ]
    form = write_xlsform(document)
    rows = {each.name: [each.columns, *each.rows] for each in form.sheets}
    read = read_xlsform(rows)
    for language in ("fr", "en"):
        assert parse_definition(read, language) == parse_definition(document, language)
    assert "label::en (en)" in rows["survey"][0]


def test_what_an_xlsform_cannot_say_is_listed_with_the_element_it_is_lost_from():
    document = sayable()
    document["intro"] = "Bonjour."
    questions = document["dimensions"][0]["questions"]
    questions += [
        {
            "code": "grille",
            "kind": "matrix",
            "text": "Une grille ?",
            **scale_of(),
            "rows": [{"code": "l", "label": "L"}],
        },
        {
            "code": "montant",
            "kind": "amount",
            "text": "Combien ?",
            "unit": "€",
            "min": 10,
            "weight": 1,
            **thresholds(),
        },
        scale(
            "renverse", scale={"min": 1, "max": 5, "min_label": "bien", "max_label": "mal", "reverse": True}
        ),
        single("suite", under="usage", show_if={"question": "usage", "equals": "oui"}, full_at=3),
        single("selon", show_if={"question": "grille", "row": "l", "at_least": 2}),
        single(
            "9e",
            choices=[
                {"code": "a", "label": "A", "points": 1, "sets": {"usage": "non"}},
                {"code": "b", "label": "B"},
            ],
        ),
    ]
    assert losses(document) == {
        "le questionnaire": ["l’introduction"],
        "question « Une grille ? »": ["une grille n’a pas d’équivalent : la question n’est pas écrite"],
        "question « Combien ? »": [
            "elle n’y est plus notée",
            "elle devient un nombre",
            "l’unité",
            "les points par seuil",
        ],
        "question « Question renverse ? »": ["elle n’y est plus notée", "les noms des degrés"],
        "question « Question suite ? »": [
            "le nombre de points de la note entière",
            "elle ne se montre plus en retrait sous une autre",
        ],
        "question « Question selon ? »": [
            "la condition n’est pas écrite, on la verrait toujours : "
            "elle porte sur une question que le tableur n’a pas"
        ],
        "question « Question 9e ? »": [
            "les réponses que ses choix posent à d’autres",
            "son code « 9e » commence par un chiffre, ce que d’autres outils refusent",
        ],
    }
    read = back(document)
    assert "grille" not in read.questions
    assert read.questions["montant"].kind is Kind.NUMBER
    assert read.questions["montant"].minimum == 10, "bounds stay in euros"
    assert read.questions["renverse"].weight == 0
    assert read.questions["selon"].show_if is None


def scale_of() -> dict[str, Any]:
    return {"weight": 1, "scale": {"min": 1, "max": 4}}


def thresholds() -> dict[str, Any]:
    return {"points_by_value": [{"at_least": 0, "points": 0}, {"at_least": 100, "points": 1}]}


@pytest.mark.parametrize(
    "path", [*FRAMEWORKS.glob("*.yaml"), services.questionnaires.SHIPPED], ids=lambda p: p.stem
)
def test_whole_questionnaires_are_exported_and_read_back_without_a_word_unsaid(path: Path):
    document = yaml.safe_load(path.read_text("utf-8"))
    own, read = parse_definition(document), back(document)
    lost = set(losses(document))
    unwritten = own.questions.keys() - read.questions.keys()
    assert all(own.questions[code].kind in (Kind.MATRIX, Kind.COLUMNS) for code in unwritten)
    for code, question in read.questions.items():
        if f"question « {own.questions[code].text} »" not in lost and not question.has_conditional_choices:
            expected = own.questions[code]
            assert question == replace(expected, show_if=spelled(expected.show_if, own))
    assert [d.code for d in read.dimensions] == [
        each.code for each in own.dimensions if any(q.code in read.questions for q in each.questions)
    ]


def spelled(condition: Condition | None, own: Definition) -> Condition | None:
    """A condition whose « in » is said choice by choice, as a formula says it."""
    match condition:
        case Predicate(code, Operator.IN, frozenset(codes)):
            one = Operator.EQUALS if own.questions[code].kind is Kind.SINGLE else Operator.SELECTED
            ordered = [each.code for each in own.questions[code].choices if each.code in codes]
            return AnyOf(tuple(Predicate(code, one, each) for each in ordered))
        case AllOf(parts) | AnyOf(parts):
            said = tuple(spelled(each, own) for each in parts)
            return type(condition)(tuple(each for each in said if each is not None))
        case Not(part):
            return Not(spelled(part, own) or part)
        case _:
            return condition


def test_what_is_no_longer_scored_takes_the_levels_away():
    document = {**sayable(), "dimensions": [{"code": "s", "title": "S", "questions": [percentage()]}]}
    assert losses(document)["le questionnaire"] == ["les niveaux, puisque plus aucune question n’est notée"]
    read = back(document)
    assert read.levels == ()
    assert (read.questions["taux"].minimum, read.questions["taux"].maximum) == (0, 100)


def percentage() -> dict[str, Any]:
    return {"code": "taux", "kind": "percentage", "text": "Quel taux ?", "weight": 1}


@pytest.mark.django_db
def test_the_command_writes_a_workbook_that_imports_back_and_says_what_it_leaves_out(tmp_path: Path):
    source, file = tmp_path / "a.yaml", tmp_path / "a.xlsx"
    source.write_text(services.write_document(sayable()), "utf-8")
    call_command("import_questionnaire", source, stdout=StringIO())
    version = QuestionnaireVersion.objects.get()
    call_command("export_questionnaire", "dicible", format="xlsform", output=file)
    read = services.read_file(file.name, file.read_bytes())
    assert parse_definition(read) == parse_definition(version.definition)
    assert services.write_workbook(version.definition, created=version.created_at)[0] == file.read_bytes()
    with pytest.raises(CommandError, match="--output"):
        call_command("export_questionnaire", "dicible", format="xlsform")

    call_command("import_questionnaire", FRAMEWORKS / "maturite-numerique.yaml", stdout=StringIO())
    told = StringIO()
    code = "maturite-numerique-exemple"
    call_command("export_questionnaire", code, format="xlsform", output=file, stderr=told)
    assert "une grille n’a pas d’équivalent" in told.getvalue()


@pytest.mark.django_db
def test_the_editor_shows_what_the_workbook_leaves_out_before_giving_it(
    programme: Programme, officer: User, signed_in: Callable[[User], Client]
):
    version = services.import_questionnaire(actor=None, document=rich_document(), programme=programme)
    client, outline = signed_in(officer), f"/{programme.slug}/questionnaires/versions/{version.pk}/"
    url = f"{outline}xlsform/"
    assert url in client.get(outline).content.decode()
    page = client.get(url)
    assert "n’est pas écrite" in page.content.decode()
    answer = client.get(f"{url}?fichier=1")
    assert answer["Content-Disposition"] == 'attachment; filename="essai-v1.xlsx"'
    assert services.read_file("a.xlsx", answer.content)["code"] == version.questionnaire.code

    QuestionnaireVersion.objects.filter(pk=version.pk).update(definition={"code": "x"})
    assert client.get(url).status_code == 302, "a draft that is wrong goes back to what is to be corrected"
