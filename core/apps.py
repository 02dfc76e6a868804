"""Configuration of the domain-free foundation."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from core.i18n import count_in_french


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "Socle"

    def ready(self) -> None:
        count_in_french()
        # Job handlers register themselves on import, so that an unknown name fails at start.
        autodiscover_modules(
            "jobs", "kinds", "indicators", "search", "messages", "tasks_today", "panels", "reminders"
        )
        autodiscover_modules("person_data", "retention", "pack")
