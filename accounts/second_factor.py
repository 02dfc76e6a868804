"""The second factor that team members enter with: whether a session has shown it, and where to show it."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records

# The library exports the reading of these records, not their writing.
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.utils import is_mfa_enabled
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

STRONG_METHODS = frozenset({"mfa", "socialaccount"})


def has_shown(request: HttpRequest) -> bool:
    """Whether this session entered with a second factor, or through a provider that answers for it."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") in STRONG_METHODS for record in records)


def is_set_up(request: HttpRequest) -> bool:
    """Whether the person has a code generator."""
    return bool(is_mfa_enabled(request.user, types=[Authenticator.Type.TOTP]))


def address(request: HttpRequest) -> str:
    """Where to give a code, then come back; where to set a generator up for who has none."""
    if not is_set_up(request):
        return reverse("mfa_activate_totp")
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}"


@receiver(authenticator_added)
def remember_activation(request: HttpRequest, authenticator: Authenticator, **_others: Any) -> None:
    """Setting a generator up takes one of its codes: the person need not sign in again to have shown it."""
    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(
            request, authenticator.user, "mfa", id=authenticator.pk, type=authenticator.type
        )
