"""One action: its history told in order, its files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from core import audit
from core.errors import NotVisible
from core.formats import format_date, format_euros
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionFile, ActionItem
from diagnostics.selectors.plan import visible_items
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme


@dataclass(frozen=True)
class HistoryLine:
    """What somebody did to an action, or said of it."""

    at: datetime
    who: str
    label: str
    text: str = ""


@dataclass(frozen=True)
class FileRow:
    """A file kept with an action."""

    name: str
    url: str
    remove_url: str
    who: str
    at: datetime


def item_history(item: ActionItem) -> list[HistoryLine]:
    """States, remarks, files and changes of an action, newest first. Four queries."""
    lines = [*_states(item), *_comments(item), *_files(item), *_edits(item)]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _who(user: Any) -> str:
    return user.full_name if user is not None else _("le programme")


def _states(item: ActionItem) -> Iterator[HistoryLine]:
    for change in item.status_changes.select_related("actor"):
        label = _("Action %(state)s") % {"state": ActionStatus(change.status).label}
        yield HistoryLine(change.at, _who(change.actor), label, change.comment)


def _comments(item: ActionItem) -> Iterator[HistoryLine]:
    for comment in item.comments.select_related("author"):
        yield HistoryLine(comment.at, _who(comment.author), _("Commentaire"), comment.text)


def _files(item: ActionItem) -> Iterator[HistoryLine]:
    for each in item.files.select_related("added_by", "removed_by"):
        yield HistoryLine(each.added_at, _who(each.added_by), _("Fichier ajouté"), each.name)
        if each.removed_at is not None:
            yield HistoryLine(each.removed_at, _who(each.removed_by), _("Fichier retiré"), each.name)


def _edits(item: ActionItem) -> Iterator[HistoryLine]:
    """Changes of words, dates, people and money; the state has its own lines."""
    labels = {
        "title": _("Intitulé"),
        "owner_name": _("Responsable"),
        "owner": _("Reçoit les rappels"),
        "starts_on": _("Début"),
        "due_on": _("Échéance"),
        "cost_cents": _("Coût"),
        "aid_cents": _("Pris en charge"),
        "funding": _("Pris en charge par"),
        "why": _("Pourquoi"),
        "how": _("Comment"),
    }
    for event in audit.history(item).filter(verb="action.edited"):
        told = [
            f"{labels[name]}\u00a0: {_shown(name, pair[1])}"
            for name, pair in event.changes.items()
            if name in labels
        ]
        if told:
            yield HistoryLine(event.at, _who(event.actor), _("Action modifiée"), "\u00a0; ".join(told))


def _shown(name: str, value: Any) -> str:
    if value in (None, ""):
        return _("(vide)")
    if name.endswith("_on"):
        return format_date(date.fromisoformat(value))
    if name.endswith("_cents"):
        return format_euros(int(value))
    return str(value)


def file_rows(programme: Programme, item: ActionItem) -> list[FileRow]:
    """Files present. One query."""
    rows = item.files.filter(removed_at__isnull=True).select_related("added_by")
    return [
        FileRow(
            name=each.name,
            url=programme_url(programme, "diagnostics:plan_evidence", pk=each.pk),
            remove_url=programme_url(programme, "diagnostics:plan_evidence_remove", pk=each.pk),
            who=_who(each.added_by),
            at=each.added_at,
        )
        for each in rows
    ]


def evidence_for(access: Access, pk: int) -> ActionFile:
    """A file present on an action the caller may see. Raises ``NotVisible``."""
    rows = ActionFile.objects.filter(removed_at__isnull=True, item__in=visible_items(access))
    found = rows.select_related("file", "item__plan").filter(pk=pk).first()
    if found is None or found.file is None:
        raise NotVisible
    return found
