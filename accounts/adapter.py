"""How allauth behaves here: nobody signs up alone, names come from our user."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # the library has no types
    """Accounts are opened by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: a programme's team invites people."""
        return False

    def user_display(self, user: Any) -> str:
        """The person's name."""
        return str(user.full_name)
