"""API plumbing of programmes: tokens, the base view, closed by default.

A view sets ``allowed_roles``; the token gives the programme and one role; the address must name the
same programme, else it does not exist.
"""

import hashlib
from typing import Any, cast

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotFound, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from programme.access import Access
from programme.enums import Role
from programme.models import ApiToken


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <secret>``."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """The token's person and the token; nothing without the header; 401 for a bad one."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Jeton illisible."))
        digest = hashlib.sha256(parts[1]).hexdigest()
        token = (
            ApiToken.objects.select_related("user", "programme__region")
            .filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
            .filter(token_hash=digest, revoked_at__isnull=True, user__is_active=True)
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("Jeton inconnu, expiré ou révoqué."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 answers."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the token in the OpenAPI document."""

    target_class = TokenAuthentication
    name = "jeton"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}


class RolePermission(BasePermission):
    """Let in a token whose role the view allows, in its own programme only; to write, one that may."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """404 for another programme, 403 for another role, 401 without a token."""
        token = request.auth
        if not isinstance(token, ApiToken):
            return False
        if view.kwargs.get("programme_slug") != token.programme.slug:
            raise NotFound(_("Introuvable."))
        if Role(token.role) not in getattr(view, "allowed_roles", ()):
            return False
        if request.method in SAFE_METHODS or token.can_write:
            return True
        raise PermissionDenied(_("Ce jeton ne permet que la lecture."))


class ProgrammeAPIMixin:
    """For generic DRF views under ``/api/v1/<programme_slug>/``: gives ``self.access``."""

    allowed_roles: tuple[Role, ...] = ()
    request: Request
    swagger_fake_view = False

    @property
    def access(self) -> Access:
        """The caller, with the one role of the token."""
        token = cast("ApiToken", self.request.auth)
        return Access(user=token.user, programme=token.programme, roles=frozenset({Role(token.role)}))
