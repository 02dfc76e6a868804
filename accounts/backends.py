"""How a signed-in person is found again at every request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from core.compiled import CompiledRow

PERSON_BACKEND = "accounts.backends.PersonBackend"
_BY_KEY = CompiledRow(User, lambda pk: User.objects.filter(pk=pk), "pk")


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """allauth's backend (e-mail and password, codes); the read that every page makes is compiled once."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, unless her account was closed since."""
        user = _BY_KEY.get(pk=int(user_id))
        return user if user is not None and self.user_can_authenticate(user) else None
