"""Resolves the programme of the address and the caller's roles in it; closes what nobody opened."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.backends import person_at_hand
from core.freshness import wrote
from programme.access import Access, AccessRule
from programme.enums import STAFF, Role
from programme.models import Programme
from programme.selectors import caller_access, entrance, programme_by_slug


class ProgrammeMiddleware:
    """Sets ``request.programme`` and ``request.access`` for addresses under ``/<programme_slug>/``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Start without a programme; afterwards, note that a team member wrote."""
        request.programme = None  # type: ignore[attr-defined]
        request.access = None  # type: ignore[attr-defined]
        response = self.get_response(request)
        access: Access | None = request.access  # type: ignore[attr-defined]
        if request.method == "POST" and access is not None and access.is_staff and access.user:
            wrote(access.user.pk)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Find the programme, then let in, send to sign in, or refuse."""
        slug = kwargs.get("programme_slug")
        if slug is None or request.path.startswith("/api/"):
            return None
        del kwargs["programme_slug"]
        rule: AccessRule | None = getattr(view, "access_rule", None)
        programme = self._enter(request, slug, rule)
        if programme is None:
            raise Http404
        if rule is None:
            raise PermissionDenied
        if rule.public and programme.is_public:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return self._second_factor(request)

    @staticmethod
    def _enter(request: HttpRequest, slug: str, rule: AccessRule | None) -> Programme | None:
        """Set the programme and the access. Public pages leave the session alone; others read all at once."""
        known = request.session.get(SESSION_KEY) if rule is not None and not rule.public else None
        found = entrance(slug, int(known)) if known is not None else None
        programme = found.programme if found else programme_by_slug(slug)
        request.programme = programme  # type: ignore[attr-defined]
        if found is not None:
            with person_at_hand(found.person):
                signed_in = request.user.is_authenticated
            user, roles = (request.user, found.roles) if signed_in else (None, frozenset[Role]())
            request.access = Access(user, found.programme, roles)  # type: ignore[arg-type, attr-defined]
        elif programme is not None:
            request.access = SimpleLazyObject(lambda: caller_access(request.user, programme))  # type: ignore[attr-defined]
        return programme

    @staticmethod
    def _second_factor(request: HttpRequest) -> HttpResponse | None:
        """Staff enter with a second factor; others are told why they are sent to set one up or to use it."""
        if not settings.STAFF_SECOND_FACTOR_REQUIRED or not request.access.has(*STAFF):  # type: ignore[attr-defined]
            return None
        if second_factor.has_shown(request):
            return None
        if second_factor.is_set_up(request):
            said = _("Donnez le code de votre application pour entrer dans le programme.")
        else:
            said = _("L’équipe du programme entre avec un second facteur\u00a0: installez-le d’abord.")
        messages.info(request, said)
        return HttpResponseRedirect(second_factor.address(request))
