"""Resolves the programme of the address and the caller's roles in it; closes what nobody opened."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import second_factor
from core.freshness import wrote
from programme.access import Access, AccessRule
from programme.enums import STAFF
from programme.selectors import caller_access, programme_by_slug


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
        programme = programme_by_slug(slug)
        if programme is None:
            raise Http404
        request.programme = programme  # type: ignore[attr-defined]
        request.access = SimpleLazyObject(lambda: caller_access(request.user, programme))  # type: ignore[attr-defined]
        rule: AccessRule | None = getattr(view, "access_rule", None)
        if rule is None:
            raise PermissionDenied
        if rule.public and programme.is_public:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return self._second_factor(request)

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
            said = _("L’équipe du programme entre avec un second facteur : installez-le d’abord.")
        messages.info(request, said)
        return HttpResponseRedirect(second_factor.address(request))
