"""Writes about people: accounts and personal links."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import PersonalLink, User
from accounts.selectors import token_hash
from core import jobs
from core.errors import BusinessError


@transaction.atomic
def ensure_user(*, email: str, first_name: str = "", last_name: str = "") -> User:
    """The person of an address, created without a password when unknown; names are filled, never replaced."""
    user, created = User.objects.get_or_create(
        email=email.strip().lower(), defaults={"first_name": first_name, "last_name": last_name}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    elif not user.first_name and not user.last_name and (first_name or last_name):
        user.first_name, user.last_name = first_name, last_name
        user.save(update_fields=["first_name", "last_name"])
    return user


def mint_personal_link(*, user: User, next_path: str, programme_id: int | None = None) -> str:
    """Make a link for one page and return its full address; call it while the e-mail is being sent.

    The token exists in the return value only. Raises ``ValueError`` for an address outside the site.
    """
    if not next_path.startswith("/") or next_path.startswith("//"):
        raise ValueError("a personal link opens a page of this site")
    token = secrets.token_urlsafe(32)
    PersonalLink.objects.create(
        user=user,
        token_hash=token_hash(token),
        next_path=next_path,
        programme_id=programme_id,
        expires_at=timezone.now() + timedelta(days=settings.PERSONAL_LINK_DAYS),
    )
    return f"{settings.SITE_URL.rstrip('/')}{reverse('accounts:personal_link', args=[token])}"


def spend_personal_link(*, link: PersonalLink) -> User:
    """Use a link once and return its person. Raises ``BusinessError`` when it was used or has expired."""
    spent = PersonalLink.objects.filter(
        pk=link.pk, spent_at__isnull=True, expires_at__gt=timezone.now()
    ).update(spent_at=timezone.now())
    if not spent or not link.user.is_active:
        raise BusinessError(
            _(
                "Ce lien a déjà servi ou a expiré. Demandez-en un nouveau\u00a0: vos réponses "
                "sont conservées."
            ),
            code="link-spent",
        )
    return link.user


def ask_fresh_link(*, link: PersonalLink) -> None:
    """Send a new link to the same address; a second click within the minute sends nothing more."""
    minute = timezone.now().strftime("%Y%m%d%H%M")
    jobs.enqueue(
        "notifications.fresh_link",
        key=f"fresh-link-{link.pk}-{minute}",
        programme_id=link.programme_id,
        link_id=link.pk,
    )
