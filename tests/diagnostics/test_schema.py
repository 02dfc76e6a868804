"""The published JSON Schema says what the parser does, and is the file that authors are given."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.definition import (
    DefinitionError,
    Kind,
    in_reading_order,
    parse_definition,
    questionnaire_schema,
)
from diagnostics.services import read_document, write_document
from diagnostics.services.questionnaires import SHIPPED

from .documents import full_document, rich_document
from .test_definition import damaged_documents

ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = jsonschema.Draft202012Validator(questionnaire_schema())
FILES = [SHIPPED, *sorted((Path(__file__).parent / "frameworks").glob("*.yaml"))]


def test_the_schema_is_a_schema_and_the_published_file_is_it():
    jsonschema.Draft202012Validator.check_schema(questionnaire_schema())
    published = ROOT / "docs" / "questionnaire.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == questionnaire_schema(), (
        "manage.py export_questionnaire --schema --output docs/questionnaire.schema.json"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_questionnaires_of_the_repository_satisfy_both(path: Path):
    document = read_document(path.read_text(encoding="utf-8"))
    assert list(VALIDATOR.iter_errors(document)) == []
    assert in_reading_order(document) == document
    assert parse_definition(read_document(write_document(document))) == parse_definition(document)


@given(damaged_documents())
def test_what_the_parser_accepts_the_schema_accepts(written):
    try:
        parse_definition(written)
    except DefinitionError:
        return
    assert list(VALIDATOR.iter_errors(written)) == []


@pytest.mark.parametrize("document", [full_document(), rich_document()], ids=["full", "rich"])
def test_the_schema_refuses_typing_mistakes(document):
    assert list(VALIDATOR.iter_errors(document)) == []
    misspelt = copy.deepcopy(document)
    misspelt["dimensions"][0]["questions"][0]["wieght"] = 2
    assert [error.validator for error in VALIDATOR.iter_errors(misspelt)] == ["additionalProperties"]
    other = copy.deepcopy(document)
    other["dimensions"][0]["questions"][0]["kind"] = "couleur"
    assert list(VALIDATOR.iter_errors(other))


def test_the_documentation_names_every_kind_and_every_key():
    text = (ROOT / "docs" / "questionnaire-format.md").read_text(encoding="utf-8")
    schema = questionnaire_schema()
    keys = set(schema["properties"])
    for each in schema["$defs"].values():
        keys |= set(each.get("properties", {}))
    missing = sorted(word for word in keys | set(Kind) if not re.search(rf"\b{word}\b", text))
    assert missing == []


def test_a_document_shuffled_by_a_database_is_written_in_order():
    shuffled = json.loads(json.dumps(rich_document(), sort_keys=True))
    written = write_document(shuffled)
    assert written == write_document(rich_document())
    assert [line.split(":")[0] for line in written.splitlines() if line and line[0].isalpha()] == [
        "code",
        "version",
        "title",
        "intro",
        "minutes",
        "aggregation",
        "levels",
        "dimensions",
        "caps",
    ]


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_any_text_survives_export_and_import(text):
    document = {**full_document(), "title": text or "x"}
    assert read_document(write_document(document))["title"] == (text or "x")
