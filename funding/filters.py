"""Filters of the list of expenses; they live in the address."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from companies.gazetteer import fold
from companies.models import Participation
from core.enums import choices
from funding.enums import BOOKED, SETTLED, ExpenseStatus
from funding.models import BudgetLine, Expense, Funder, Share, Supplier, TimeSheet
from funding.selectors.expenses import counted_cents
from programme.models import Axis, Programme


class ExpenseFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Search, state, axis, line, period."""

    q = django_filters.CharFilter(
        label=_("Rechercher"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Fournisseur, objet, facture, n°")}),
    )
    etat = django_filters.ChoiceFilter(
        label=_("État"),
        method="by_state",
        choices=[
            *choices(ExpenseStatus),
            (BOOKED, _("tout ce qui est compté (validé, payé, contre-passé)")),
            (SETTLED, _("tout ce qui est compté comme payé")),
        ],
        empty_label=_("Tous"),
    )
    volet = django_filters.ModelChoiceFilter(
        label=_("Volet"), field_name="line__axis", queryset=Axis.objects.none(), empty_label=_("Tous")
    )
    ligne = django_filters.ModelChoiceFilter(
        label=_("Ligne"), field_name="line", queryset=BudgetLine.objects.none(), empty_label=_("Toutes")
    )
    financeur = django_filters.ModelChoiceFilter(
        label=_("Financeur"), method="paid_by", queryset=Funder.objects.none(), empty_label=_("Tous")
    )
    du = django_filters.DateFilter(
        label=_("Du"),
        field_name="spent_on",
        lookup_expr="gte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    au = django_filters.DateFilter(
        label=_("Au"),
        field_name="spent_on",
        lookup_expr="lte",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    class Meta:
        model = Expense
        fields: list[str] = []

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["volet"].queryset = Axis.objects.filter(programme=programme)
        self.filters["ligne"].queryset = BudgetLine.objects.for_programme(programme)
        self.filters["financeur"].queryset = Funder.objects.for_programme(programme)

    def by_state(self, queryset: QuerySet[Expense], name: str, value: str) -> QuerySet[Expense]:
        """One state, or all that a figure of the budget counts."""
        if value == BOOKED:
            return queryset.filter(validated_at__isnull=False)
        if value == SETTLED:
            return queryset.filter(validated_at__isnull=False, paid_on__isnull=False)
        return queryset.filter(status=value)

    def paid_by(self, queryset: QuerySet[Expense], name: str, value: Funder) -> QuerySet[Expense]:
        """Expenses of which a funder pays a part, each once, counted for that part."""
        own = queryset.filter(pk__in=Share.objects.filter(funder=value).values("expense_id"))
        return own.annotate(counted=counted_cents(value))

    def search(self, queryset: QuerySet[Expense], name: str, value: str) -> QuerySet[Expense]:
        """Words in the supplier, label or invoice number; or a number such as D00012."""
        return search_expenses(queryset, value)


def search_expenses(queryset: QuerySet[Expense], text: str) -> QuerySet[Expense]:
    """Expenses whose supplier, label, invoice or number holds each word of ``text``."""
    for word in text.split()[:5]:
        found = Q(supplier__icontains=word) | Q(label__icontains=word) | Q(invoice_number__icontains=word)
        digits = word.upper().removeprefix("D")
        if digits.isdecimal() and len(digits) < 10:
            found |= Q(number=int(digits))
        queryset = queryset.filter(found)
    return queryset


class AidCompanyFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Search by the company's name or number."""

    q = django_filters.CharFilter(
        label=_("Rechercher"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Nom, SIRET, ville")}),
    )

    class Meta:
        model = Participation
        fields: list[str] = []

    def search(self, queryset: QuerySet[Participation], name: str, value: str) -> QuerySet[Participation]:
        """Every word in the company's own search text."""
        for word in fold(value).split()[:5]:
            queryset = queryset.filter(search_text__icontains=word)
        return queryset


class SupplierFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Search by the supplier's name, number or town."""

    q = django_filters.CharFilter(
        label=_("Rechercher"),
        method="search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Nom, SIRET, ville")}),
    )

    class Meta:
        model = Supplier
        fields: list[str] = []

    def search(self, queryset: QuerySet[Supplier], name: str, value: str) -> QuerySet[Supplier]:
        """Every word in one of the three."""
        for word in fold(value).split()[:5]:
            queryset = queryset.filter(
                Q(name_key__contains=word) | Q(siret__startswith=word) | Q(city__icontains=word)
            )
        return queryset


class TimeSheetFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Search by person."""

    q = django_filters.CharFilter(
        label=_("Rechercher"),
        field_name="person",
        lookup_expr="icontains",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Personne")}),
    )

    class Meta:
        model = TimeSheet
        fields: list[str] = []
