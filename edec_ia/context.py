"""Context every page receives: the shell's navigation and the product's own facts. No query."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from companies.selectors.mine import shown_key
from edec_ia.navigation import Group, navigation, public_navigation
from programme.access import Access
from programme.enums import Role
from programme.links import programme_url
from programme.models import Programme


def shell(request: HttpRequest) -> dict[str, Any]:
    """Programme, caller, navigation. Public pages do not touch the session."""
    programme: Programme | None = getattr(request, "programme", None)
    access: Access | None = getattr(request, "access", None)
    match = request.resolver_match
    rule = getattr(match.func, "access_rule", None) if match else None
    private = access if access is not None and rule is not None and not rule.public else None
    home = "programme:home" if private else "observatory:home"
    return {
        "programme": programme,
        "access": private,
        "nav": _menu(programme, private, request.path),
        "app_version": settings.APP_VERSION,
        "support_email": settings.SUPPORT_EMAIL,
        "demo_mode": settings.EDEC_DEMO,
        "search_url": _search_url(private) if private else "",
        "home_url": programme_url(programme, home) if programme else "",
        "my_data_url": programme_url(private.programme, "programme:my_data") if private else "",
        "account_url": _address("mfa_index") if private else "",
        "notifications_url": programme_url(private.programme, "notifications:mine") if private else "",
        "preferences_url": programme_url(private.programme, "notifications:preferences") if private else "",
        "acting_for": _acting_for(request, private),
        "programmes_url": _address("programme_list"),
        "login_url": _address("account_login"),
        "logout_url": _address("account_logout"),
        "reference": getattr(request, "reference", ""),
    }


@cache
def _address(name: str) -> str:
    """An address outside programmes, found once: it depends on nothing."""
    return reverse(name)


def _menu(programme: Programme | None, private: Access | None, path: str) -> tuple[Group, ...]:
    if private is not None:
        return navigation(private.programme, private, path)
    return public_navigation(programme, path) if programme is not None else ()


def _search_url(access: Access) -> str:
    return programme_url(access.programme, "reports:search") if access.is_staff else ""


def _acting_for(request: HttpRequest, access: Access | None) -> dict[str, Any] | None:
    """The company on screen and the page to choose another, for somebody who acts for several."""
    if access is None or access.is_staff or not access.has(Role.COMPANY):
        return None
    shown = request.session.get(shown_key(access.programme))
    if not shown:
        return None
    url = programme_url(access.programme, "companies:space_choose") if shown["several"] else ""
    return {"name": shown["name"], "url": url}
