"""Companies: who takes part, their contacts, and everything done for them."""

from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "companies"
    verbose_name = "Entreprises"
