"""One way of setting what a programme decided once: written when it changes, noted with what it was."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from core import audit


def keep_terms(*, actor: User | None, terms: Any, values: Mapping[str, Any], verb: str) -> bool:
    """Give a programme's row of terms the values that differ from its own; whether any did.

    ``terms`` belongs to a programme. Raises ``ValidationError`` when its model refuses a value. Side effects:
    the row, and one audit event called ``verb`` with each former and new value; none when nothing differs.
    """
    changes = {
        name: [str(getattr(terms, name)), str(value)]
        for name, value in values.items()
        if getattr(terms, name) != value
    }
    if not changes:
        return False
    for name in changes:
        setattr(terms, name, values[name])
    terms.full_clean()
    terms.save()
    programme = terms.programme
    audit.record(actor=actor, verb=verb, obj=programme, programme_id=programme.pk, changes=changes)
    return True
