"""Filters of the lists of claims and commitments; they live in the address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from funding.enums import ClaimKind, ClaimStatus, CommitmentStatus
from funding.models import BudgetLine, Claim, Commitment, Funder
from funding.selectors.claims import asking_for
from programme.models import Axis, Programme


class ClaimFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Funder, state, kind, axis or line."""

    financeur = django_filters.ModelChoiceFilter(
        label=_("Financeur"), field_name="funder", queryset=Funder.objects.none(), empty_label=_("Tous")
    )
    etat = django_filters.ChoiceFilter(
        label=_("État"), field_name="status", choices=choices(ClaimStatus), empty_label=_("Tous")
    )
    nature = django_filters.ChoiceFilter(
        label=_("Nature"), field_name="kind", choices=choices(ClaimKind), empty_label=_("Toutes")
    )

    volet = django_filters.ModelChoiceFilter(
        label=_("Volet"), method="about_axis", queryset=Axis.objects.none(), empty_label=_("Tous")
    )
    ligne = django_filters.ModelChoiceFilter(
        label=_("Ligne"), method="about_line", queryset=BudgetLine.objects.none(), empty_label=_("Toutes")
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["financeur"].queryset = Funder.objects.for_programme(programme)
        self.filters["volet"].queryset = Axis.objects.filter(programme=programme)
        self.filters["ligne"].queryset = BudgetLine.objects.for_programme(programme)

    def about_axis(self, queryset: QuerySet[Claim], name: str, value: Axis) -> QuerySet[Claim]:
        """Claims that ask for a part of an axis, and for how much."""
        return asking_for(queryset, Q(share__line__axis=value))

    def about_line(self, queryset: QuerySet[Claim], name: str, value: BudgetLine) -> QuerySet[Claim]:
        """Claims that ask for a part of a line, and for how much."""
        return asking_for(queryset, Q(share__line=value))


class CommitmentFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Search, state, axis, line."""

    q = django_filters.CharFilter(
        label=_("Rechercher"),
        method="search",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Fournisseur, objet, référence, n°")}
        ),
    )
    etat = django_filters.ChoiceFilter(
        label=_("État"), field_name="status", choices=choices(CommitmentStatus), empty_label=_("Tous")
    )
    ligne = django_filters.ModelChoiceFilter(
        label=_("Ligne"), field_name="line", queryset=BudgetLine.objects.none(), empty_label=_("Toutes")
    )
    volet = django_filters.ModelChoiceFilter(
        label=_("Volet"), field_name="line__axis", queryset=Axis.objects.none(), empty_label=_("Tous")
    )

    class Meta:
        model = Commitment
        fields: list[str] = []

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["ligne"].queryset = BudgetLine.objects.for_programme(programme)
        self.filters["volet"].queryset = Axis.objects.filter(programme=programme)

    def search(self, queryset: QuerySet[Commitment], name: str, value: str) -> QuerySet[Commitment]:
        """Words in the supplier, label or reference; or a number such as E00012."""
        for word in value.split()[:5]:
            found = Q(supplier__icontains=word) | Q(label__icontains=word) | Q(reference__icontains=word)
            digits = word.upper().removeprefix("E")
            if digits.isdecimal() and len(digits) < 10:
                found |= Q(number=int(digits))
            queryset = queryset.filter(found)
        return queryset
