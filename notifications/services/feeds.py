"""Private addresses of calendars: shown once, revocable, only their hash is kept."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import token_hash
from core import audit
from core.errors import BusinessError
from notifications.models import CalendarFeed
from programme.models import Programme

SALT = "notifications.calendar"


@transaction.atomic
def open_feed(*, user: User, programme: Programme, form_token: str) -> str:
    """Make the private address of a person's calendar and return it, for this once.

    The secret is drawn from the form's own random token, so that a second click shows the same address
    again. Raises ``BusinessError`` when another address is in force. Side effects: one audit event.
    """
    secret = salted_hmac(SALT, f"{programme.pk}:{user.pk}:{form_token}", algorithm="sha256").hexdigest()
    digest = token_hash(secret)
    active = CalendarFeed.objects.filter(user=user, programme=programme, revoked_at__isnull=True).first()
    if active is None:
        try:
            with transaction.atomic():
                active = CalendarFeed.objects.create(user=user, programme=programme, token_hash=digest)
        except IntegrityError:
            raise _in_force() from None
        audit.record(actor=user, verb="calendar.opened", obj=active, programme_id=programme.pk)
    if active.token_hash != digest:
        raise _in_force()
    return f"{settings.SITE_URL.rstrip('/')}{reverse('messages:calendar', kwargs={'token': secret})}"


def _in_force() -> BusinessError:
    return BusinessError(
        _("Une adresse de calendrier est déjà ouverte. Fermez-la d’abord pour en avoir une nouvelle."),
        code="feed-in-force",
    )


@transaction.atomic
def revoke_feed(*, user: User, programme: Programme) -> bool:
    """Close the address of a person's calendar; false when none was open. Side effects: one audit event."""
    feed = CalendarFeed.objects.filter(user=user, programme=programme, revoked_at__isnull=True).first()
    if feed is None:
        return False
    feed.revoked_at = timezone.now()
    feed.save(update_fields=["revoked_at"])
    audit.record(actor=user, verb="calendar.revoked", obj=feed, programme_id=programme.pk)
    return True


def read_feed(token: str) -> CalendarFeed | None:
    """The calendar of an address in force, for a person who may still sign in. Notes that it was read."""
    feed = (
        CalendarFeed.objects.select_related("user", "programme__region")
        .filter(token_hash=token_hash(token), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    if feed is not None and (feed.read_at is None or timezone.localdate(feed.read_at) < timezone.localdate()):
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=timezone.now())
    return feed
