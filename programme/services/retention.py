"""What has been kept long enough: announced, then purged after the announced delay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, jobs
from core.models import Job
from core.registries import RetentionRule, retention_rules
from programme.models import Programme, RetentionNotice

REVIEW = "programme.retention"


@dataclass(frozen=True)
class Reviewed:
    """What a review did by one rule."""

    label: str
    due: int
    announced: int
    purged: int


def review_retention(*, programme: Programme | None, today: date) -> list[Reviewed]:
    """Announce what came to its end, and purge what was announced long enough ago and still is due.

    Each rule is one transaction, so that an interruption loses nothing; a second review of the day
    changes nothing. Side effects: notices, rows and files of every app, one audit event per purge.
    """
    return [_review(code, rule, programme, today) for code, rule in retention_rules.items()]


@transaction.atomic
def _review(code: str, rule: RetentionRule, programme: Programme | None, today: date) -> Reviewed:
    due = [item.key for item in rule.due(programme, today)]
    notices = RetentionNotice.objects.filter(programme=programme, rule=code, purged_at=None)
    announced = _announce(code, rule, programme, today, due, list(notices))
    purged = 0
    for notice in notices.filter(purge_on__lte=today):
        # Whoever acted since the announcement is no longer due, and is spared.
        purged += _purge(notice, rule, sorted(set(notice.keys) & set(due)))
    return Reviewed(str(rule.label), len(due), announced, purged)


def _announce(
    code: str,
    rule: RetentionRule,
    programme: Programme | None,
    today: date,
    due: Sequence[str],
    notices: Sequence[RetentionNotice],
) -> int:
    known = {key for notice in notices for key in notice.keys}
    new = [key for key in due if key not in known]
    if new:
        RetentionNotice.objects.create(
            programme=programme,
            rule=code,
            keys=new,
            announced_on=today,
            purge_on=today + timedelta(days=rule.notice_days),
        )
    return len(new)


def _purge(notice: RetentionNotice, rule: RetentionRule, keys: Sequence[str]) -> int:
    notice.purged_count = rule.purge(notice.programme, keys) if keys else 0
    notice.purged_at, notice.keys = timezone.now(), []
    notice.save(update_fields=["purged_at", "purged_count", "keys"])
    if notice.purged_count:
        audit.record(
            actor=None,
            verb="retention.purged",
            obj=notice,
            programme_id=notice.programme_id,
            changes={"rule": notice.rule, "count": notice.purged_count},
        )
    return notice.purged_count


def start_month(*, today: date) -> list[Job]:
    """Accept the review of the month, for each programme and for what belongs to none; once a month."""
    month = today.strftime("%Y-%m")
    programmes = [None, *Programme.objects.order_by("pk")]
    return [_enqueue(programme, month, actor=None) for programme in programmes]


def ask_review(*, programme: Programme, actor: User | None) -> Job:
    """Accept a review now; asked again the same day, it is the same one."""
    return _enqueue(programme, f"{timezone.localdate()}-asked", actor=actor)


def _enqueue(programme: Programme | None, when: str, actor: User | None) -> Job:
    return jobs.enqueue(
        REVIEW,
        key=f"retention-{programme.pk if programme else 'installation'}-{when}",
        label=_("Point sur la conservation des données"),
        programme_id=programme.pk if programme else None,
        actor=actor,
    )
