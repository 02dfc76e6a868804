"""Authors at the command line: import, export, check, score."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from diagnostics.definition import questionnaire_schema
from diagnostics.models import QuestionnaireVersion
from diagnostics.services import read_document

from .documents import rich_document

pytestmark = pytest.mark.django_db
FRAMEWORKS = Path(__file__).parent / "frameworks"


def run(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_an_exported_version_imports_as_the_same_version(tmp_path: Path):
    source = FRAMEWORKS / "securite-numerique.yaml"
    assert "publiée" in run("import_questionnaire", source)
    file = tmp_path / "export.yaml"
    run("export_questionnaire", "securite-numerique-exemple@1", output=file)
    assert read_document(file.read_text("utf-8")) == read_document(source.read_text("utf-8"))
    assert "publiée" in run("import_questionnaire", file)
    assert QuestionnaireVersion.objects.count() == 1
    assert run("export_questionnaire", "securite-numerique-exemple") == file.read_text("utf-8")


def test_the_schema_is_written_for_authors(tmp_path: Path):
    assert json.loads(run("export_questionnaire", schema=True)) == questionnaire_schema()
    with pytest.raises(CommandError, match="Questionnaire inconnu"):
        run("export_questionnaire", "rien")
    with pytest.raises(CommandError, match="impossible à écrire"):
        run("export_questionnaire", schema=True, output=tmp_path / "absent" / "schema.json")


def test_score_prints_everything_that_made_the_result(tmp_path: Path):
    run("import_questionnaire", FRAMEWORKS / "securite-numerique.yaml", draft=True)
    answers = tmp_path / "reponses.json"
    written = {
        "informatique": "personne",
        "mots-de-passe": "oui",
        "comptes-admin": "nsp",
        "copies": "non-essayees",
        "machines": {"separees": 3},
    }
    answers.write_text(json.dumps(written), "utf-8")
    told = json.loads(run("score", questionnaire="securite-numerique-exemple@1", answers=answers))

    assert (told["score"], told["level"], told["level_before_caps"]) == (37.5, "n1", "n1")
    assert [(each["code"], each["score"]) for each in told["dimensions"]] == [
        ("contexte", None),
        ("acces", 50.0),
        ("copies-et-mises-a-jour", 25.0),
        ("atelier", None),
    ]
    assert {(each["question"], each["because"]) for each in told["ignored"]} >= {
        ("comptes-admin", "not_counted"),
        ("machines", "hidden"),
        ("double", "unanswered"),
    }
    assert [each["question"] for each in told["set"]] == ["mises-a-jour", "journaux", "prestataire-contrat"]
    assert {each["question"]: each["points"] for each in told["contributions"]}["mots-de-passe"] == "25"


def test_a_draft_that_is_no_questionnaire_any_more_says_why(tmp_path: Path):
    run("import_questionnaire", FRAMEWORKS / "securite-numerique.yaml", draft=True)
    broken = {**rich_document(), "minutes": "dix"}
    QuestionnaireVersion.objects.update(definition=broken, sha256="0" * 64)
    answers = tmp_path / "reponses.json"
    answers.write_text("{}", "utf-8")
    with pytest.raises(CommandError, match="minutes\u00a0: attendu un nombre entier"):
        run("score", questionnaire="securite-numerique-exemple", answers=answers)
