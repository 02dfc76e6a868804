"""What people say and show of an action: comments and files. Each one answers the reminders."""

import hashlib
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, files
from core.errors import BusinessError
from diagnostics.models import ActionComment, ActionFile, ActionItem

SAME_CLICK = timedelta(minutes=2)
MOST_FILES = 20


@transaction.atomic
def comment_item(*, actor: User, item: ActionItem, text: str) -> ActionComment:
    """Keep a remark with its author. The same words twice within two minutes are one click.

    Raises ``BusinessError`` for an empty remark. Side effects: the reminder to come is stopped.
    """
    words = text.strip()
    if not words:
        raise BusinessError(_("Écrivez votre commentaire avant de l’envoyer."), field="text", code="empty")
    now = timezone.now()
    same = item.comments.filter(author=actor, text=words, at__gte=now - SAME_CLICK).first()
    if same is not None:
        return same
    comment = ActionComment.objects.create(item=item, author=actor, text=words, at=now)
    _answered(item)
    audit.record(actor=actor, verb="action.commented", obj=item, programme_id=item.plan.programme_id)
    return comment


def add_evidence(*, actor: User, item: ActionItem, upload: Any) -> ActionFile:
    """Keep a file that shows what was done; the same file twice is kept once.

    Raises ``BusinessError`` for a file that is refused or one too many. Side effects: one stored file, the
    reminder to come is stopped, one audit event.
    """
    content_type = files.check_upload(upload)
    content = upload.read()
    digest = hashlib.sha256(content).hexdigest()
    present = item.files.filter(removed_at__isnull=True)
    same = present.filter(file__sha256=digest).first()
    if same is not None:
        return same
    if present.count() >= MOST_FILES:
        raise BusinessError(
            _("Une action garde %(count)s fichiers au plus. Retirez-en un d’abord.") % {"count": MOST_FILES},
            field="file",
            code="too-many-files",
        )
    with transaction.atomic():
        stored = files.store_bytes(
            content,
            name=upload.name,
            content_type=content_type,
            programme_id=item.plan.programme_id,
            actor=actor,
        )
        added = ActionFile.objects.create(
            item=item, file=stored, name=stored.name, added_by=actor, added_at=timezone.now()
        )
        _answered(item)
        audit.record(
            actor=actor,
            verb="action.evidence_added",
            obj=item,
            programme_id=item.plan.programme_id,
            changes={"file": stored.name, "sha256": digest},
        )
    return added


@transaction.atomic
def remove_evidence(*, actor: User, evidence: ActionFile) -> bool:
    """Take a file off an action; its name stays in the history. False when it was done already."""
    removed = ActionFile.objects.filter(pk=evidence.pk, removed_at__isnull=True).update(
        removed_at=timezone.now(), removed_by=actor
    )
    if removed:
        audit.record(
            actor=actor,
            verb="action.evidence_removed",
            obj=evidence.item,
            programme_id=evidence.item.plan.programme_id,
            changes={"file": evidence.name},
        )
    return bool(removed)


def _answered(item: ActionItem) -> None:
    item.answered_at = timezone.now()
    item.save(update_fields=["answered_at", "updated_at"])
