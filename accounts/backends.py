"""How a signed-in person is found again at every request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User
from core.compiled import CompiledRow

PERSON_BACKEND = "accounts.backends.PersonBackend"
PERSON_BY_KEY = CompiledRow(User, lambda person: User.objects.filter(pk=person), "person")
_at_hand: ContextVar[User | None] = ContextVar("person at hand", default=None)


@contextmanager
def person_at_hand(person: User | None) -> Iterator[None]:
    """Spare the backend its read: within, this row, just read with others, is the person of that key."""
    token = _at_hand.set(person)
    try:
        yield
    finally:
        _at_hand.reset(token)


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """allauth's backend (e-mail and password, codes); the read that every page makes is compiled once."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session, unless her account was closed since."""
        user = _at_hand.get()
        if user is None or user.pk != int(user_id):
            user = PERSON_BY_KEY.get(person=int(user_id))
        return user if user is not None and self.user_can_authenticate(user) else None
