"""The audit trail: one event per write of the domain, written by services in the same transaction."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model, QuerySet

from core.context import current_door
from core.models import AuditEvent
from core.persons import ERASED_NAME


def record(
    *,
    actor: Any,
    verb: str,
    obj: Model,
    programme_id: int | None,
    changes: Mapping[str, Any] | None = None,
    comment: str = "",
) -> AuditEvent:
    """Write down that ``actor`` did ``verb`` to ``obj``.

    ``verb`` is a stable English code such as ``expense.validated``; ``changes`` holds plain JSON
    values (``{"field": [before, after]}`` or facts). Side effect: one row, in the caller's transaction.
    """
    return AuditEvent.objects.create(
        actor=actor if actor is not None and actor.pk else None,
        door=current_door(),
        verb=verb,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_label=str(obj)[:200],
        programme_id=programme_id,
        changes=dict(changes or {}),
        comment=comment,
    )


def history(obj: Model) -> QuerySet[AuditEvent]:
    """Events of one object, newest first, with their authors."""
    return AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).select_related(
        "actor"
    )


def forget_names(objects: Iterable[Model], label: str = ERASED_NAME) -> None:
    """Take the names of what is erased out of its own events: what was done and by whom stays."""
    for obj in objects:
        AuditEvent.objects.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk)).update(
            object_label=label
        )
