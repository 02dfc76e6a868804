"""Context every page receives: the shell's navigation and the product's own facts. No query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from edec_ia.navigation import navigation
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme


def shell(request: HttpRequest) -> dict[str, Any]:
    """Programme, caller, navigation. Public pages do not touch the session."""
    programme: Programme | None = getattr(request, "programme", None)
    access: Access | None = getattr(request, "access", None)
    match = request.resolver_match
    rule = getattr(match.func, "access_rule", None) if match else None
    private = access if access is not None and rule is not None and not rule.public else None
    return {
        "programme": programme,
        "access": private,
        "nav": navigation(private.programme, private, request.path) if private else (),
        "app_version": settings.APP_VERSION,
        "support_email": settings.SUPPORT_EMAIL,
        "demo_mode": settings.EDEC_DEMO,
        "search_url": _search_url(private) if private else "",
        "home_url": programme_url(private.programme, "programme:home") if private else "",
        "account_url": reverse("mfa_index") if private else "",
        "programmes_url": reverse("programme_list"),
        "login_url": reverse("account_login"),
        "logout_url": reverse("account_logout"),
        "reference": getattr(request, "reference", ""),
    }


def _search_url(access: Access) -> str:
    return programme_url(access.programme, "reports:search") if access.is_staff else ""
