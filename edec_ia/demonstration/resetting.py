"""Removes a demonstration: its rows, its people, its companies of the 000 range, its files.

Every table that leads to a programme by foreign keys is found by looking at the models, so that a new
table is never forgotten here.
"""

from django.core.files.storage import Storage
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import ForeignKey, Model, Q

from accounts.models import User
from companies.identifiers import RESERVED_PREFIX
from companies.models import Company, Establishment
from core.models import AuditEvent, Job, StoredFile
from core.ownership import ways_to
from programme.models import Programme

UNOWNED = (Job, AuditEvent, StoredFile)
FICTIONAL_DOMAIN = ".example"


@transaction.atomic
def remove(programme: Programme) -> None:
    """Delete a programme marked demonstration. Raises ``ValueError`` for any other.

    Side effects: its stored files are removed once the transaction is committed.
    """
    if not programme.is_demonstration:
        raise ValueError("only a demonstration is removed whole")
    files = [
        (stored.content.storage, str(stored.content.name))
        for stored in StoredFile.objects.filter(programme_id=programme.pk)
    ]
    for model, path in owned_models():
        _delete(model, Q(**{path: programme}))
    for unowned in UNOWNED:
        _delete(unowned, Q(programme_id=programme.pk))
    Programme.objects.filter(pk=programme.pk).delete()
    Establishment.objects.filter(siret__startswith=RESERVED_PREFIX, participations=None).delete()
    Company.objects.filter(siren__startswith=RESERVED_PREFIX, establishments=None).delete()
    User.objects.filter(email__endswith=FICTIONAL_DOMAIN, role_grants=None).delete()
    transaction.on_commit(lambda: _remove_files(files))


def owned_models() -> list[tuple[type[Model], str]]:
    """Return the models that lead to a programme, with the way there, children before parents."""
    ways = ways_to(Programme)
    return [(model, ways[model]) for model in _children_first(list(ways))]


def _children_first(order: list[type[Model]]) -> list[type[Model]]:
    """Sort models so that none comes after a model it points to."""
    remaining, result = list(order), []
    while remaining:
        pointed = {
            field.related_model
            for model in remaining
            for field in model._meta.get_fields()
            if isinstance(field, ForeignKey) and field.related_model is not model
        }
        free = [model for model in remaining if model not in pointed]
        if not free:
            raise ValueError("models point to one another in a circle")
        result += free
        remaining = [model for model in remaining if model not in free]
    return result


def _delete(model: type[Model], condition: Q) -> None:
    """Delete by one statement: the usual way would first load a million rows."""
    rows: models.QuerySet[Model] = models.QuerySet(model=model).filter(condition)
    rows._raw_delete(DEFAULT_DB_ALIAS)  # type: ignore[attr-defined]  # noqa: SLF001 -- see the docstring


def _remove_files(files: list[tuple[Storage, str]]) -> None:
    for storage, name in files:
        storage.delete(name)
