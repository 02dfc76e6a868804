"""From a frozen context to plain JSON, and back to the same types. No query, no clock, no settings.

A document's figures are frozen when it is asked for: dates become ISO text, amounts stay integers,
exact decimals become text. Rendering reads them back with ``revive`` and nothing else.
"""

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from django.utils.functional import Promise

Context = TypeVar("Context")


def freeze(value: Any) -> Any:
    """Plain JSON of a frozen context. Raises ``TypeError`` for what JSON could not give back."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return freeze(value.value)
    if isinstance(value, str | Promise | Decimal | UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: freeze(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): freeze(entry) for key, entry in value.items()}
    if isinstance(value, Sequence):
        return [freeze(entry) for entry in value]
    raise TypeError(f"a snapshot cannot hold {type(value).__name__}")


def revive(context: type[Context], data: Any) -> Context:
    """The dataclass that ``freeze`` made ``data`` from.

    Raises ``TypeError`` when a field without default is missing: the snapshot is of another schema.
    """
    return typing.cast("Context", _revive(context, data))


def _revive(annotation: Any, data: Any) -> Any:
    if data is None or annotation is Any:
        return data
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        (wanted,) = (argument for argument in arguments if argument is not types.NoneType)
        return _revive(wanted, data)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_revive(arguments[0], entry) for entry in data)
        return tuple(_revive(wanted, entry) for wanted, entry in zip(arguments, data, strict=True))
    if origin is not None and issubclass(origin, Mapping):
        return {key: _revive(arguments[1], entry) for key, entry in data.items()}
    if is_dataclass(annotation):
        return _revive_dataclass(annotation, data)
    if annotation in (datetime, date):
        return annotation.fromisoformat(data)
    if annotation in (Decimal, UUID) or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return annotation(data)
    return data


def _revive_dataclass(annotation: Any, data: Mapping[str, Any]) -> Any:
    hints = typing.get_type_hints(annotation)
    return annotation(
        **{
            item.name: _revive(hints[item.name], data[item.name])
            for item in fields(annotation)
            if item.name in data
        }
    )
