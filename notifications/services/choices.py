"""What a person chooses to receive, from her page or from the link at the foot of an e-mail."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from notifications.enums import Topic
from notifications.models import Message, MessageChoice
from programme.models import Programme

SALT = "notifications.choices"
PAUSE_DAYS = 30
LONGEST_PAUSE_DAYS = 366


@dataclass(frozen=True)
class ChoicesToken:
    """Whose link it is, about what."""

    user: User
    programme: Programme
    topic: Topic


@transaction.atomic
def choose(
    *,
    user: User,
    programme: Programme,
    muted: Collection[Topic],
    weekdays: Collection[int],
    paused_until: date | None = None,
) -> MessageChoice:
    """Keep what a person wants to receive. Raises ``BusinessError`` for no day at all or an endless pause.

    Side effects: one audit event when something changed.
    """
    days = sorted(set(weekdays) & set(range(7)))
    today = timezone.localdate()
    if not days:
        raise BusinessError(
            _("Choisissez au moins un jour, ou décochez les rappels que vous ne voulez plus."),
            field="weekdays",
            code="no-day",
        )
    if paused_until is not None and paused_until > today + timedelta(days=LONGEST_PAUSE_DAYS):
        raise BusinessError(
            _("Une pause dure un an au plus. Pour ne plus rien recevoir, décochez les rappels."),
            field="paused_until",
            code="pause-too-long",
        )
    wanted = {"muted": sorted(topic.value for topic in muted), "weekdays": days, "paused_until": paused_until}
    row, created = MessageChoice.objects.get_or_create(user=user, programme=programme, defaults=wanted)
    changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    if not changes and not created:
        return row
    for name, value in wanted.items():
        setattr(row, name, value)
    row.full_clean(validate_unique=False)
    row.save()
    audit.record(
        actor=user,
        verb="messages.chosen",
        obj=row,
        programme_id=programme.pk,
        changes={**wanted, "paused_until": paused_until.isoformat() if paused_until else None},
    )
    return row


def wants(*, user: User, programme: Programme | None, topic: Topic) -> bool:
    """Whether a person accepts messages of a topic (one query)."""
    row = MessageChoice.objects.filter(user=user, programme=programme).first()
    return row is None or topic not in row.preferences().muted


def choices_url(message: Message) -> str:
    """The address at the foot of a message that its person may refuse; nothing for the others.

    Signed, not kept: it opens no page of the programme, it only quietens.
    """
    if not message.topic or message.recipient_id is None or message.programme_id is None:
        return ""
    token = signing.dumps([message.recipient_id, message.programme_id, message.topic], salt=SALT)
    return f"{settings.SITE_URL.rstrip('/')}{reverse('messages:choices', kwargs={'token': token})}"


def read_choices_token(token: str) -> ChoicesToken | None:
    """Whose link it is; nothing when it was tampered with or the person left."""
    try:
        user_id, programme_id, topic = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    programme = Programme.objects.filter(pk=programme_id).first()
    if user is None or programme is None:
        return None
    return ChoicesToken(user, programme, Topic(topic))


def choose_by_link(*, token: ChoicesToken, act: str) -> MessageChoice:
    """One click: ``stop`` this topic, ``pause`` everything for a month, or ``resume`` both."""
    row = MessageChoice.objects.filter(user=token.user, programme=token.programme).first()
    row = row or MessageChoice(user=token.user, programme=token.programme)
    muted = set(row.preferences().muted)
    until = row.paused_until
    if act == "pause":
        until = timezone.localdate() + timedelta(days=PAUSE_DAYS)
    elif act == "resume":
        muted, until = muted - {token.topic}, None
    else:
        muted |= {token.topic}
    return choose(
        user=token.user, programme=token.programme, muted=muted, weekdays=row.weekdays, paused_until=until
    )
