"""Accounts: people who sign in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        # Listens to allauth, which tells of a new code generator in no other way.
        from accounts import second_factor  # noqa: F401
