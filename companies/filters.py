"""Filters of the list of companies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from companies.enums import SizeBand, Stage
from companies.models import CompanyGroup, Participation, ParticipationQuerySet
from companies.selectors.lists import (
    Choices,
    advisor_choices,
    department_choices,
    epci_choices,
    section_choices,
)
from companies.selectors.searching import Found, search
from core.enums import choices
from programme.access import Access
from programme.models import Programme

NOBODY = "aucun"
_FLAGS = {
    "hors-territoire": (_("hors territoire"), Q(is_outside_territory=True)),
    "a-completer": (_("à compléter"), Q(to_complete=True) | Q(register_pending=True)),
    "fermee": (
        _("fermée ou cessée"),
        Q(establishment__is_closed=True) | Q(establishment__company__is_closed=True),
    ),
    "non-diffusible": (_("non diffusible"), Q(establishment__company__is_undisclosed=True)),
    "sans-contact": (_("sans contact"), Q(contacts__isnull=True)),
}
_MATURITY = {
    "sans": (_("pas encore mesurée"), Q(maturity_tenths__isnull=True)),
    "0-25": (_("moins de 25"), Q(maturity_tenths__lt=250)),
    "25-50": (_("de 25 à 50"), Q(maturity_tenths__gte=250, maturity_tenths__lt=500)),
    "50-75": (_("de 50 à 75"), Q(maturity_tenths__gte=500, maturity_tenths__lt=750)),
    "75-100": (_("75 et plus"), Q(maturity_tenths__gte=750)),
}
_WORK = {
    "sans-diagnostic": (_("sans diagnostic"), Q(diagnostics_count=0)),
    "diagnostic": (_("avec un diagnostic"), Q(diagnostics_count__gt=0)),
    "actions": (_("actions en cours"), Q(open_actions_count__gt=0)),
    "formation": (_("personnes formées"), Q(trained_people_count__gt=0)),
}
_CONSENT = {
    "oui": (_("acceptée"), Q(observatory_consent=True)),
    "non": (_("non acceptée"), Q(observatory_consent=False)),
}
_NEXT = {
    "retard": _("en retard"),
    "7": _("dans les 7 jours"),
    "30": _("dans les 30 jours"),
    "sans": _("aucune prévue"),
}
_AGE = {
    "3": _("moins de 3 ans"),
    "10": _("de 3 à 10 ans"),
    "plus": _("plus de 10 ans"),
    "inconnu": _("âge non connu"),
}


def _labels(table: dict[str, tuple[Any, Q]]) -> list[tuple[str, Any]]:
    return [(key, label) for key, (label, _condition) in table.items()]


def years_before(day: date, years: int) -> date:
    """The same day some years earlier; the 28th for a 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class WordsFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """The search alone: while somebody types, a dozen facets that filter nothing are not made."""

    q = django_filters.CharFilter(method="by_words", label=_("Recherche"))

    class Meta:
        model = Participation
        fields: list[str] = []

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access = access

    @cached_property
    def found(self) -> Found | None:
        """What was searched, among all that the caller may see; None when nothing was."""
        asked = self.form.cleaned_data.get("q") if self.is_bound and self.form.is_valid() else ""
        if not asked:
            return None
        access = self.access
        return search(self.queryset, asked, programme_id=access.programme.pk, whole=access.is_office)

    @property
    def is_approximate(self) -> bool:
        """Whether nothing was exactly what was asked."""
        return self.found is not None and self.found.is_approximate

    @property
    def known(self) -> tuple[Sequence[int], int] | None:
        """The keys of the first rows filtered, in the order of the list, and how many there are in all."""
        found = self.found if set(self.filters) == {"q"} else None
        return (found.keys, found.total) if found is not None and found.keys is not None else None

    def by_words(self, rows: ParticipationQuerySet, name: str, value: str) -> Any:
        """Name, SIREN, SIRET, town, contact; words that resemble when none is exact."""
        # The first filter: nothing was left out of what is searched before it.
        return self.found.rows if self.found is not None else rows


class CompanyFilter(WordsFilter):
    """Search and facets, all kept in the address."""

    etape = django_filters.ChoiceFilter(field_name="stage", choices=choices(Stage), label=_("Étape"))
    conseiller = django_filters.ChoiceFilter(method="by_advisor", label=_("Conseiller"))
    prochaine = django_filters.ChoiceFilter(
        method="by_next_step", choices=list(_NEXT.items()), label=_("Prochaine étape")
    )
    secteur = django_filters.ChoiceFilter(field_name="section", label=_("Secteur"))
    effectif = django_filters.ChoiceFilter(
        field_name="size_band", choices=choices(SizeBand), label=_("Effectif")
    )
    age = django_filters.ChoiceFilter(method="by_age", choices=list(_AGE.items()), label=_("Âge"))
    departement = django_filters.ChoiceFilter(field_name="department_code", label=_("Département"))
    epci = django_filters.ChoiceFilter(field_name="epci_siren", label=_("EPCI"))
    maturite = django_filters.ChoiceFilter(method="by_table", choices=_labels(_MATURITY), label=_("Maturité"))
    parcours = django_filters.ChoiceFilter(method="by_table", choices=_labels(_WORK), label=_("Travaux"))
    accord = django_filters.ChoiceFilter(
        method="by_table", choices=_labels(_CONSENT), label=_("Réutilisation des réponses")
    )
    signalement = django_filters.ChoiceFilter(
        method="by_table", choices=_labels(_FLAGS), label=_("Signalement")
    )
    groupe = django_filters.ChoiceFilter(field_name="group_id", label=_("Groupe"))

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, access=access, **kwargs)
        for name, options in _programme_choices(access.programme).items():
            self.filters[name].extra["choices"] = options
        self.filters["groupe"].extra["choices"] = self._group_choices()

    def _group_choices(self) -> list[tuple[str, str]]:
        """The group asked for, if any: the page of groups leads here, a drop-down of them would be long."""
        asked = str(self.data.get("groupe", ""))
        if not asked.isdigit() or len(asked) > 15:
            return []
        rows = CompanyGroup.objects.for_programme(self.access.programme).filter(pk=asked)
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    def by_advisor(self, rows: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        """One person's companies, or those without an advisor."""
        if value == NOBODY:
            return rows.filter(advisor__isnull=True)
        return rows.filter(advisor_id=value)

    def by_next_step(self, rows: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        """By the date of the next step."""
        today = timezone.localdate()
        if value == "sans":
            return rows.filter(next_step_on__isnull=True)
        if value == "retard":
            return rows.filter(next_step_on__lt=today)
        return rows.filter(next_step_on__range=(today, today + timedelta(days=int(value))))

    def by_age(self, rows: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        """By the age of the company."""
        if value == "inconnu":
            return rows.filter(company_created_on__isnull=True)
        today = timezone.localdate()
        three, ten = years_before(today, 3), years_before(today, 10)
        if value == "3":
            return rows.filter(company_created_on__gt=three)
        if value == "10":
            return rows.filter(company_created_on__gt=ten, company_created_on__lte=three)
        return rows.filter(company_created_on__lte=ten)

    def by_table(self, rows: ParticipationQuerySet, name: str, value: str) -> ParticipationQuerySet:
        """By a condition of one of the tables above."""
        table = {"maturite": _MATURITY, "parcours": _WORK, "accord": _CONSENT, "signalement": _FLAGS}[name]
        return rows.filter(table[value][1])


def filter_of(asked: Mapping[str, str]) -> type[WordsFilter]:
    """The filters that an address needs: all of them, or the search alone."""
    facets = (name for name in CompanyFilter.base_filters if name != "q")
    return CompanyFilter if any(asked.get(name) for name in facets) else WordsFilter


@dataclass(frozen=True, slots=True)
class FilterSelect:
    """A drop-down of the filters, its options written."""

    name: str
    label: str
    options: str
    active: bool


def _programme_choices(programme: Programme) -> dict[str, Choices]:
    """Choices that depend on the programme: its team and its territory."""
    return {
        "conseiller": ((NOBODY, gettext("sans conseiller")), *advisor_choices(programme)),
        "secteur": section_choices(),
        "departement": department_choices(programme),
        "epci": epci_choices(programme),
    }


def filter_selects(programme: Programme, asked: Mapping[str, str]) -> tuple[FilterSelect, ...]:
    """The drop-down filters of the page, from what the address asks.

    Nearly a hundred EPCI rendered for every page would cost more than the rows of the list: the options
    are written once per list of choices, without the form.
    """
    own, language = _programme_choices(programme), get_language()
    return tuple(
        _select(name, asked.get(name, ""), own.get(name), language)
        for name in CompanyFilter.base_filters
        if name not in _NOT_DRAWN
    )


@lru_cache(maxsize=512)
def _select(name: str, asked: str, own: Choices | None, _language: str) -> FilterSelect:
    item = CompanyFilter.base_filters[name]
    options = own if own is not None else item.extra["choices"]
    written = format_html_join("", '<option value="{}">{}</option>', options)
    if asked in {str(value) for value, _label in options}:
        mark = format_html('value="{}"', asked)
        written = SafeString(written.replace(mark, f"{mark} selected", 1))
    return FilterSelect(name, str(item.label), written, bool(asked))


_NOT_DRAWN = frozenset({"q", "groupe"})
