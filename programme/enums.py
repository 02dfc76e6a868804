"""Enums of the programme."""

from enum import StrEnum

from core.i18n import gettext_lazy as _


class Role(StrEnum):
    """What a person may be in one programme. One person may hold several."""

    DIRECTOR = "director"
    OFFICER = "officer"
    ADVISOR = "advisor"
    TRAINER = "trainer"
    FUNDER = "funder"
    COMPANY = "company"

    @property
    def label(self) -> str:
        """Words shown on screen."""
        return {
            Role.DIRECTOR: _("Direction du programme"),
            Role.OFFICER: _("Chargé de mission"),
            Role.ADVISOR: _("Conseiller"),
            Role.TRAINER: _("Formateur"),
            Role.FUNDER: _("Financeur"),
            Role.COMPANY: _("Entreprise"),
        }[self]


STAFF = (Role.DIRECTOR, Role.OFFICER, Role.ADVISOR)
OFFICE = (Role.DIRECTOR, Role.OFFICER)
