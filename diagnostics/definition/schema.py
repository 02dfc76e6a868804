"""The JSON Schema of the questionnaire format, for the editors in which authors write.

It is looser than the parser: it checks shapes, words and sizes as one types, and leaves references,
cycles and sums to `parse_definition`. Whatever the parser accepts, it accepts (tested).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from .conditions_parsing import MAX_PARTS
from .limits import (
    LABEL,
    LEAST_STEP,
    MAX_CHOICES,
    MAX_COLUMNS,
    MAX_COST,
    MAX_DECIMALS,
    MAX_DIMENSIONS,
    MAX_FILES,
    MAX_LANGUAGES,
    MAX_LEVELS,
    MAX_MEASURES,
    MAX_MINUTES,
    MAX_QUESTIONS,
    MAX_VERSION,
    MOST_STEP,
    NAME,
    PARAGRAPH,
    SENTENCE,
    TITLE,
    UNIT,
)
from .shapes import Aggregation, Kind, Operator, Stake, Step

Schema = dict[str, Any]
_NUMBER: Schema = {"type": ["number", "string"]}
_FLAG: Schema = {"type": "boolean"}


def questionnaire_schema() -> Schema:
    """The schema of one document, Draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Questionnaire",
        "description": "Un questionnaire d’EDEC IA : docs/questionnaire-format.md",
        **_object(
            {
                "code": _code("Identifie le questionnaire d’une version à l’autre."),
                "version": _integer(1, MAX_VERSION, "Le numéro de la version (1 si absent)."),
                "languages": _list(
                    {"type": "string"}, 0, MAX_LANGUAGES, "Les langues, la principale d’abord."
                ),
                "title": _text(TITLE, "Le titre."),
                "intro": _text(PARAGRAPH, "Lu avant la première question."),
                "minutes": _integer(1, MAX_MINUTES, "La durée des questions obligatoires."),
                "aggregation": _words(Aggregation, "Moyenne des dimensions, ou somme des points."),
                "levels": _list(_ref("level"), 0, MAX_LEVELS, "Du plus bas au plus haut."),
                "dimensions": _list(_ref("dimension"), 1, MAX_DIMENSIONS, "Les sections."),
                "caps": _list(_ref("cap"), 0, MAX_CHOICES, "Les critères bloquants."),
                "measures": _list(_ref("measure"), 0, MAX_MEASURES, "Les préconisations."),
            },
            required=("code", "title", "minutes", "dimensions"),
        ),
        "$defs": _definitions(),
    }


def _definitions() -> dict[str, Schema]:
    return {
        "text": {
            "anyOf": [
                {"type": ["string", "number"]},
                {"type": "object", "additionalProperties": {"type": ["string", "number", "null"]}},
            ]
        },
        "level": _level(),
        "dimension": _dimension(),
        "dimension_level": _dimension_level(),
        "question": _question(),
        "choice": _choice(),
        "scale": _scale(),
        "row": _object(
            {
                "code": _code(),
                "label": _text(SENTENCE),
                "weight": _number("1 si absent."),
            },
            required=("code", "label"),
        ),
        "column": _object(
            {
                "code": _code(),
                "label": _text(LABEL),
                "weight": _number("Celui de la question si absent."),
            },
            required=("code", "label"),
        ),
        "threshold": _object(
            {"at_least": _number("À partir de cette valeur…"), "points": _number("…ce nombre de points.")},
            required=("at_least", "points"),
        ),
        "condition": _condition(results=False),
        "condition_on_results": _condition(results=True),
        "cap": _object(
            {
                "level_at_most": _code("Le plus haut niveau possible."),
                "dimension": _code("La dimension plafonnée ; à défaut, le niveau global."),
                "because": _text(SENTENCE, "La raison, lue par l’entreprise."),
                "if": _ref("condition_on_results"),
            },
            required=("level_at_most", "because", "if"),
        ),
        "measure": _measure(),
    }


def _level() -> Schema:
    return _object(
        {
            "code": _code(),
            "name": _text(NAME),
            "from": _number("La plus petite note, de 0 à 100, qui atteint le niveau."),
            "reading": _text(PARAGRAPH, "Ce que ce niveau veut dire."),
        },
        required=("code", "name", "from", "reading"),
    )


def _dimension() -> Schema:
    return _object(
        {
            "code": _code(),
            "title": _text(LABEL),
            "lead": _text(PARAGRAPH, "Une ou deux phrases d’introduction."),
            "weight": _number("Son poids dans la note globale (1 si absent)."),
            "aggregation": _words(Aggregation),
            "show_if": _ref("condition"),
            "levels": _list(_ref("dimension_level"), 0, MAX_LEVELS),
            "questions": _list(_ref("question"), 1, MAX_QUESTIONS),
        },
        required=("code", "title", "questions"),
    )


def _dimension_level() -> Schema:
    return _object(
        {
            "level": _code("Le code d’un niveau du questionnaire."),
            "from": _number("Son seuil dans cette dimension."),
            "reading": _text(PARAGRAPH, "Ce qu’il veut dire dans cette dimension."),
        },
        required=("level",),
    )


def _question() -> Schema:
    return _object(
        {
            "code": _code("Garder un code, c’est dire que c’est la même question."),
            "kind": _words(Kind),
            "text": _text(SENTENCE, "La question."),
            "why": _text(PARAGRAPH, "Pourquoi cette question."),
            "help": _text(PARAGRAPH, "Une aide, sous la question."),
            "weight": _number("Son poids ; 0 ou absent : posée, non notée."),
            "required": _FLAG,
            "not_applicable": _FLAG,
            "under": _code("La question qui ouvre celle-ci, sous laquelle elle se montre."),
            "show_if": _ref("condition"),
            "choices": _list(_ref("choice"), 0, MAX_CHOICES),
            "full_at": _number("Le nombre de points qui vaut la note entière."),
            "most_ticked": _integer(1, MAX_CHOICES, "Combien de choix au plus."),
            "most_files": _integer(1, MAX_FILES, "Combien de fichiers au plus."),
            "columns": _list(_ref("column"), 0, MAX_COLUMNS),
            "scale": _ref("scale"),
            "rows": _list(_ref("row"), 0, MAX_CHOICES),
            "aggregation": _words(Aggregation, "Pour une grille : moyenne ou somme de ses lignes."),
            "unit": _text(UNIT),
            "min": _number(),
            "max": _number(),
            "decimals": _integer(0, MAX_DECIMALS, "Combien de décimales ; 0 : un nombre entier."),
            "refusal": _text(SENTENCE, "Ce qu’on lit quand la valeur est refusée."),
            "points_by_value": _list(_ref("threshold"), 0, MAX_CHOICES),
        },
        required=("code", "kind", "text"),
    )


def _choice() -> Schema:
    return _object(
        {
            "code": _code(),
            "label": _text(SENTENCE),
            "points": {**_number("Demis compris, négatifs admis."), "examples": [-1, 0, 0.5, 3]},
            "exclusive": _FLAG,
            "counts": {**_FLAG, "description": "false : qui choisit ceci sort la question du calcul."},
            "show_if": _ref("condition"),
            "sets": {
                "type": "object",
                "description": "Ce que ce choix répond à d’autres questions : {code: réponse}.",
            },
        },
        required=("code", "label"),
    )


def _scale() -> Schema:
    return _object(
        {
            "min": _integer(LEAST_STEP, MOST_STEP - 1),
            "max": _integer(LEAST_STEP + 1, MOST_STEP),
            "min_label": _text(LABEL),
            "max_label": _text(LABEL),
            "labels": _list(_text(LABEL), 0, MOST_STEP - LEAST_STEP + 1, "Le nom de chaque degré."),
            "reverse": _FLAG,
        },
        required=("min", "max"),
    )


def _measure() -> Schema:
    cost = _object({"min": _integer(0, MAX_COST), "max": _integer(0, MAX_COST)}, required=("min", "max"))
    properties: Schema = {
        "code": _code(),
        "title": _text(TITLE),
        "dimension": _code(),
        "why": _text(PARAGRAPH),
        "how": _text(PARAGRAPH),
        "effort": _words(Step),
        "impact": _words(Step),
        "cost": {**cost, "description": "En euros entiers."},
        "stake": _words(Stake),
        "propose_if": _ref("condition_on_results"),
    }
    return _object(properties, required=tuple(properties))


def _condition(*, results: bool) -> Schema:
    itself = _ref("condition_on_results" if results else "condition")
    properties: Schema = {"question": _code(), "row": _code(), "column": _code()}
    properties |= {operator.value: {} for operator in Operator}
    properties[Operator.IN] = _list({"type": "string"}, 1, MAX_PARTS)
    properties |= {
        "all": _list(itself, 1, MAX_PARTS, "Toutes vraies."),
        "any": _list(itself, 1, MAX_PARTS, "Au moins une vraie."),
        "not": itself,
    }
    if results:
        properties |= {"dimension": _code(), "level_at_most": _code()}
    return _object(properties)


def _object(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    optional = {key: each if key in required else _nullable(each) for key, each in properties.items()}
    return {
        "type": "object",
        "properties": optional,
        "required": list(required),
        "additionalProperties": False,
    }


def _nullable(schema: Schema) -> Schema:
    """An optional key written without a value reads as absent."""
    description = {"description": schema["description"]} if "description" in schema else {}
    return {"anyOf": [schema, {"type": "null"}], **description}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema


def _code(description: str = "") -> Schema:
    return _described({"type": ["string", "integer"]}, description)


def _text(most: int, description: str = "") -> Schema:
    said = f"{description} {most} caractères au plus.".strip()
    return {"$ref": "#/$defs/text", "description": said}


def _number(description: str = "") -> Schema:
    return _described(_NUMBER, description)


def _integer(least: int, most: int, description: str = "") -> Schema:
    return _described({"type": "integer", "minimum": least, "maximum": most}, description)


def _words(enum: type[StrEnum], description: str = "") -> Schema:
    return _described({"enum": [each.value for each in enum]}, description)


def _list(items: Schema, least: int, most: int, description: str = "") -> Schema:
    schema = {"type": "array", "items": items, "maxItems": most}
    if least:
        schema["minItems"] = least
    return _described(schema, description)
