"""Which rows belong to a programme, found by looking at the models: a new table is never forgotten."""

from django.apps import apps
from django.db.models import ForeignKey, Model, Q

PLAIN_KEY = "programme_id"


def ways_to(root: type[Model]) -> dict[type[Model], str]:
    """The models that lead to ``root`` by foreign keys, with the lookup that goes there.

    Rows of ``core`` carry a plain ``programme_id``: they are in ``plainly_owned``.
    """
    ways: dict[type[Model], str] = {root: ""}
    found = True
    while found:
        found = False
        for model in apps.get_models():
            way = None if model in ways else _way(model, ways)
            if way is not None:
                ways[model] = way
                found = True
    del ways[root]
    return ways


def _way(model: type[Model], ways: dict[type[Model], str]) -> str | None:
    """The shortest lookup from a model to the root, through required keys first."""
    found = []
    for field in model._meta.get_fields():
        if not isinstance(field, ForeignKey) or field.related_model not in ways:
            continue
        rest = ways[field.related_model]
        way = f"{field.name}__{rest}" if rest else field.name
        found.append((field.null, way.count("__"), way))
    return min(found)[2] if found else None


def plainly_owned() -> list[type[Model]]:
    """The models that carry the programme's number without a foreign key."""
    return [
        model
        for model in apps.get_models()
        if any(field.name == PLAIN_KEY and not field.is_relation for field in model._meta.concrete_fields)
    ]


def owned_by(programme: Model) -> list[tuple[type[Model], Q]]:
    """The models whose rows belong to a programme, with the condition that selects them."""
    by_key = [(model, Q(**{way: programme})) for model, way in ways_to(type(programme)).items()]
    plain = [(model, Q(**{PLAIN_KEY: programme.pk})) for model in plainly_owned()]
    return by_key + plain
