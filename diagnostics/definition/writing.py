"""A document put back in the order its format describes, to be read by a person.

A database may forget the order of keys; an exported file must not look shuffled, and two exports of
the same version must be the same bytes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .schema import Schema, questionnaire_schema


@lru_cache(maxsize=1)
def _schema() -> Schema:
    return questionnaire_schema()


def in_reading_order(document: Any) -> Any:
    """The same document, each block's keys in the order of the documented format."""
    return _ordered(document, _schema())


def _ordered(value: Any, schema: Schema) -> Any:
    schema = _resolved(schema)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [_ordered(item, items) for item in value]
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    known = [key for key in properties if key in value]
    others = sorted((key for key in value if key not in properties), key=str)
    return {key: _ordered(value[key], properties.get(key, {})) for key in (*known, *others)}


def _resolved(schema: Schema) -> Schema:
    """The schema a reference, or an optional key, leads to."""
    if "anyOf" in schema:
        return _resolved(schema["anyOf"][0])
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return _schema()["$defs"][name] if name and name != "text" else schema
