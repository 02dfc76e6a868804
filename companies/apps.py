"""Companies: who takes part, their contacts, and everything done for them."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class CompaniesConfig(AppConfig):
    name = "companies"
    verbose_name = "Entreprises"

    def ready(self) -> None:
        post_migrate.connect(_after_migrations, sender=self)


def _after_migrations(*, using: str, **facts: Any) -> None:
    from companies.search_index import ensure_search_index

    ensure_search_index(connections[using])
