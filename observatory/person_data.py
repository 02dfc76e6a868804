"""The observatory holds nobody: releases are figures, and a published one never changes."""

from core.i18n import gettext_lazy as _
from core.persons import Erasure, PersonRecord, PersonScope
from core.registries import PersonDataSource, person_data


def _nothing_held(scope: PersonScope) -> list[PersonRecord]:
    return []


def _nothing_erased(scope: PersonScope) -> Erasure:
    return Erasure()


person_data.register(
    "observatory",
    PersonDataSource(
        label=_("Observatoire"),
        purpose=_("Publier des chiffres protégés par le secret statistique."),
        rank=70,
        collect=_nothing_held,
        erase=_nothing_erased,
        keeps={
            table: _("Millésime publié, qui ne change plus.")
            for table in ("observatory.release", "observatory.releasetable", "observatory.releasecell")
        },
    ),
)
