"""Who changed a row since a person read it, in words: so that two people never undo each other silently."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import history
from core.formats import format_euros, format_time


def changed_since(obj: Model, seen: datetime) -> str:
    """« Léa Martin à 14 h 02 (objet : Acompte 1 → Acompte 2) ; … » for what was written after ``seen``."""
    told = []
    for event in history(obj).filter(at__gte=seen).order_by("at", "pk"):
        who = event.actor.full_name if event.actor else _("une autre personne")
        what = _changes_in_words(obj, event.changes)
        at = format_time(timezone.localtime(event.at))
        told.append(
            _("%(who)s à %(at)s (%(what)s)") % {"who": who, "at": at, "what": what}
            if what
            else _("%(who)s à %(at)s") % {"who": who, "at": at}
        )
    return "\u00a0; ".join(told) or _("une autre personne")


def _changes_in_words(obj: Model, changes: Mapping[str, object]) -> str:
    told = []
    for name, pair in changes.items():
        if not (isinstance(pair, list) and len(pair) == 2):
            continue
        before, after = (_shown(name, value) for value in pair)
        told.append(f"{_label(obj, name)}\u00a0: {before} → {after}")
    return ", ".join(told)


def _label(obj: Model, name: str) -> str:
    try:
        return str(getattr(obj._meta.get_field(name), "verbose_name", name))
    except FieldDoesNotExist:
        return name


def _shown(name: str, value: object) -> str:
    text = str(value)
    if name.endswith("_cents") and text.lstrip("-").isdecimal():
        return format_euros(int(text))
    return text or _("vide")
