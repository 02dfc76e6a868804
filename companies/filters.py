"""Filters of the list of companies."""

from functools import lru_cache
from typing import Any

import django_filters
from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from companies.enums import SizeBand, Stage
from companies.gazetteer import fold
from companies.models import Participation, ParticipationQuerySet
from companies.selectors.lists import advisors, department_choices, epci_choices, section_labels
from core.enums import choices
from programme.access import Access

NOBODY = "aucun"
_FLAGS = {
    "hors-territoire": (_("hors territoire"), Q(is_outside_territory=True)),
    "a-completer": (_("à compléter"), Q(to_complete=True)),
}


class CompanyFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Search and facets, all kept in the address."""

    q = django_filters.CharFilter(method="search", label=_("Recherche"))
    etape = django_filters.ChoiceFilter(field_name="stage", choices=choices(Stage), label=_("Étape"))
    conseiller = django_filters.ChoiceFilter(method="by_advisor", label=_("Conseiller"))
    secteur = django_filters.ChoiceFilter(field_name="section", label=_("Secteur"))
    effectif = django_filters.ChoiceFilter(
        field_name="size_band", choices=choices(SizeBand), label=_("Effectif")
    )
    departement = django_filters.ChoiceFilter(field_name="department_code", label=_("Département"))
    epci = django_filters.ChoiceFilter(field_name="epci_siren", label=_("EPCI"))
    signalement = django_filters.ChoiceFilter(
        method="by_flag",
        choices=[(key, label) for key, (label, _q) in _FLAGS.items()],
        label=_("Signalement"),
    )

    class Meta:
        model = Participation
        fields: list[str] = []

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(user.pk), user.full_name) for user in advisors(access.programme)]
        self.filters["conseiller"].extra["choices"] = [(NOBODY, _("sans conseiller")), *people]
        self.filters["secteur"].extra["choices"] = [
            (code, f"{code} – {label}") for code, label in section_labels().items()
        ]
        self.filters["departement"].extra["choices"] = department_choices(access.programme)
        self.filters["epci"].extra["choices"] = epci_choices(access.programme)

    def search(self, rows: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        """Every word must be found, without accents; a number is read without its spaces."""
        compact = value.replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
        words = [compact] if compact.isdigit() else fold(value).split()
        if not words:
            return rows.none()
        for word in words:
            rows = rows.filter(search_text__contains=word)
        return rows

    def by_advisor(self, rows: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        """One person's companies, or those without an advisor."""
        if value == NOBODY:
            return rows.filter(advisor__isnull=True)
        return rows.filter(advisor_id=value)

    def by_flag(self, rows: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        """Companies that something is to be said of."""
        return rows.filter(_FLAGS[value][1])


@lru_cache(maxsize=256)
def _options(choices: tuple[tuple[str, str], ...]) -> str:
    return format_html_join("", '<option value="{}">{}</option>', choices)


def filter_selects(filterset: CompanyFilter) -> list[dict[str, Any]]:
    """The drop-down filters, their options written once per list of choices.

    Nearly a hundred EPCI rendered for every page would cost more than the rows of the list.
    """
    selects = []
    for name, item in filterset.filters.items():
        if name == "q":
            continue
        asked = filterset.data.get(name, "")
        known = tuple((str(value), str(label)) for value, label in item.extra["choices"])
        options = _options(known)
        if asked in dict(known):
            mark = format_html('value="{}"', asked)
            options = SafeString(options.replace(mark, f"{mark} selected", 1))
        selects.append({"name": name, "label": item.label, "options": options, "active": bool(asked)})
    return selects
