"""Who is calling, in which programme, with which roles; and how a view says who may open it.

Closed by default: a programme view without ``allow`` or ``allow_public`` is refused by the middleware.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from programme.enums import OFFICE, STAFF, Role

if TYPE_CHECKING:
    from accounts.models import User
    from programme.models import Programme

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """A caller in a programme: what rules, selectors and views ask about."""

    user: "User | None"
    programme: "Programme"
    roles: frozenset[Role]

    def has(self, *roles: Role) -> bool:
        """Whether the caller holds one of the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_staff(self) -> bool:
        """Director, officer or advisor."""
        return self.has(*STAFF)

    @property
    def is_office(self) -> bool:
        """Director or officer: sees every company of the programme."""
        return self.has(*OFFICE)

    @property
    def main_role(self) -> Role | None:
        """The role that decides the shell: the widest one held."""
        return next((role for role in Role if role in self.roles), None)

    @property
    def role_label(self) -> str:
        """Its name on screen."""
        return str(self.main_role.label) if self.main_role else ""

    @cached_property
    def shell(self) -> str:
        """Template of the shell this caller works in."""
        if self.is_staff or self.has(Role.TRAINER):
            return "layout/staff.html"
        if self.has(Role.FUNDER):
            return "layout/funder.html"
        if self.has(Role.COMPANY):
            return "layout/company.html"
        return "layout/public.html"


@dataclass(frozen=True)
class AccessRule:
    """Who may open a view: some roles, or everybody."""

    roles: frozenset[Role]
    public: bool = False

    def permits(self, access: Access) -> bool:
        """Whether the caller may open the view."""
        return self.public or not self.roles.isdisjoint(access.roles)


class ProgrammeRequest(HttpRequest):
    """A request inside a programme, as the middleware completes it (for type checking)."""

    programme: "Programme"
    access: Access
    htmx: Any


def allow(*roles: Role) -> Callable[[View], View]:
    """Open a programme view to some roles. Others get 403, signed-out people go to sign in."""
    return _declare(AccessRule(frozenset(roles)))


def allow_public(view: View) -> View:
    """Open a programme view to everybody."""
    return _declare(AccessRule(frozenset(), public=True))(view)


def _declare(rule: AccessRule) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ProgrammeRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not rule.public and not rule.permits(request.access):
                raise PermissionDenied
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
