"""Filters of the list of diagnostics."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from companies.gazetteer import fold
from companies.selectors.lists import advisor_choices
from core.enums import choices
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic
from diagnostics.models.diagnostic import DiagnosticQuerySet
from diagnostics.selectors.questionnaires import questionnaires_asked
from programme.access import Access


class DiagnosticFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By company, state, advisor, questionnaire and dates."""

    q = django_filters.CharFilter(
        method="by_company",
        label=_("Entreprise"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    etat = django_filters.ChoiceFilter(
        field_name="status", choices=choices(DiagnosticStatus), label=_("État"), empty_label=_("Tous")
    )
    conseiller = django_filters.ChoiceFilter(
        field_name="participation__advisor_id", label=_("Conseiller"), empty_label=_("Tous")
    )
    questionnaire = django_filters.ChoiceFilter(
        field_name="questionnaire_id", label=_("Questionnaire"), empty_label=_("Tous")
    )
    remis_depuis = django_filters.DateFilter(
        field_name="submitted_at",
        lookup_expr="date__gte",
        label=_("Remis depuis le"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Diagnostic
        fields: list[str] = []

    def __init__(self, *args: Any, access: Access, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["conseiller"].extra["choices"] = advisor_choices(access.programme)
        asked = questionnaires_asked(access.programme).values_list("pk", "title")
        self.filters["questionnaire"].extra["choices"] = [(str(pk), title) for pk, title in asked]

    def by_company(self, rows: DiagnosticQuerySet, name: str, value: str) -> DiagnosticQuerySet:
        """Every word must be in the company's search text (names, numbers, town), without accents."""
        compact = "".join(value.split())
        for word in [compact] if compact.isdigit() else fold(value).split()[:8]:
            rows = rows.filter(participation__search_text__contains=word)
        return rows
