"""Every text and JSON column of the database, searched for a person; what an erasure ends with.

Sources of ``core.registries.person_data`` erase what they know; this finds what somebody typed elsewhere,
in tables that did not exist when the sources were written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Model, Q
from django.db.models.functions import Cast

from core.ownership import owned_by
from core.persons import Identity, erased_address

_NAMED = ("email", "first_name", "last_name")
BATCH = 200


def plain_rows(model: type[Model]) -> "models.QuerySet[Any]":
    """Rows of a table without its own rules: an erasure reaches what no service may change."""
    return models.QuerySet(model=model)


def text_columns(model: type[Model]) -> list[Any]:
    """Columns where somebody may have written a name: texts and JSON, without closed lists and keys."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField | models.JSONField)
        and not column.choices
        and not column.primary_key
        and not isinstance(column, models.GeneratedField)
    ]


def _searched(programme: Model | None) -> list[tuple[type[Model], Q]]:
    if programme is not None:
        return owned_by(programme)
    return [(model, Q()) for model in apps.get_models() if model._meta.managed]


def names_of(email: str, programme: Model | None, accounts: Q) -> frozenset[tuple[str, str]]:
    """Names that the owner of an address bears in a programme, and on her account if it is among these."""
    return frozenset(
        (first.strip(), last.strip())
        for model, condition in _people(programme, accounts)
        for first, last in plain_rows(model)
        .filter(condition, email__iexact=email)
        .values_list("first_name", "last_name")
        if last.strip()
    )


def has_namesake(email: str, name: tuple[str, str], programme: Model | None, accounts: Q) -> bool:
    """Whether somebody of another address bears the same name: a text then does not say who it means."""
    first, last = name
    return any(
        plain_rows(model)
        .filter(condition, first_name__iexact=first, last_name__iexact=last)
        .exclude(email__iexact=email)
        .exclude(email="")
        .exists()
        for model, condition in _people(programme, accounts)
    )


def _people(programme: Model | None, accounts: Q) -> Iterator[tuple[type[Model], Q]]:
    """Tables of people: those with an address, a first name and a surname. Accounts have no programme."""
    for model, condition in [*_searched(programme), (get_user_model(), accounts)]:
        names = {column.name for column in model._meta.concrete_fields}
        if names.issuperset(_NAMED):
            yield model, condition


@dataclass(frozen=True)
class Mention:
    """A row that names the person, and in which columns."""

    model: type[Model]
    pk: Any
    values: Mapping[str, Any]

    def columns(self) -> Iterator[str]:
        """Their full names: ``companies.timelineevent.text``."""
        return (f"{self.model._meta.label_lower}.{name}" for name in self.values)


def find_mentions(identity: Identity, programme: Model | None) -> Iterator[Mention]:
    """Every row of a programme, or of the installation, that names the person."""
    for model, condition in _searched(programme):
        columns = text_columns(model)
        if columns:
            yield from _in_table(identity, model, condition, columns)


def _in_table(identity: Identity, model: type[Model], condition: Q, columns: list[Any]) -> Iterator[Mention]:
    names = [column.name for column in columns]
    rows = plain_rows(model).filter(condition)
    needles = identity.needles()
    if needles:
        casts = {f"text_{rank}": Cast(name, models.TextField()) for rank, name in enumerate(names)}
        lookups = (Q(**{f"{alias}__icontains": needle}) for alias in casts for needle in needles)
        rows = rows.alias(**casts).filter(reduce(or_, lookups))
    for pk, *values in rows.order_by().values_list("pk", *names):
        found = {
            name: value
            for name, value in zip(names, values, strict=True)
            if value is not None and identity.mentioned_in(value)
        }
        if found:
            yield Mention(model, pk, found)


@dataclass(frozen=True)
class Sweep:
    """What a sweep did: rows rewritten, and mentions left by reason."""

    rewritten: int
    left: Mapping[str, int]


def scrub_mentions(identity: Identity, programme: Model | None, left_alone: Mapping[str, str]) -> Sweep:
    """Rewrite every mention of the person. ``left_alone``: table or column → reason to leave it.

    One read per table and one update per ``BATCH`` rows of a table that change in the same columns. Side
    effects: these updates, straight to the database, since these texts change for a reason that no rule of
    their app foresees.
    """
    changed: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = {}
    left = dict.fromkeys(left_alone.values(), 0)
    for mention in find_mentions(identity, programme):
        changes = {}
        label = mention.model._meta.label_lower
        for name, value in mention.values.items():
            reason = left_alone.get(f"{label}.{name}") or left_alone.get(label)
            if reason is not None:
                left[reason] += 1
                continue
            clean = identity.scrub(value, address=erased_address(mention.pk))
            limit = getattr(mention.model._meta.get_field(name), "max_length", None)
            changes[name] = clean[:limit] if isinstance(clean, str) and limit else clean
        if changes:
            alike = changed.setdefault((mention.model, tuple(changes)), [])
            alike.append(mention.model(pk=mention.pk, **changes))
    for (model, columns), rows in changed.items():
        plain_rows(model).bulk_update(rows, columns, batch_size=BATCH)
    rewritten = sum(len(rows) for rows in changed.values())
    return Sweep(rewritten, {reason: count for reason, count in left.items() if count})
