"""Filters of the list of actions."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from diagnostics.enums import OPEN_ACTIONS, ActionStatus
from diagnostics.models import ActionItem
from programme.enums import STAFF
from programme.selectors import role_holders


class ActionFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By company, state, advisor and lateness."""

    q = django_filters.CharFilter(method="search", label=_("Entreprise ou action"))
    etat = django_filters.ChoiceFilter(
        field_name="status", choices=choices(ActionStatus), label=_("État"), empty_label=_("Tous")
    )
    conseiller = django_filters.ModelChoiceFilter(
        field_name="plan__participation__advisor", queryset=None, label=_("Conseiller"), empty_label=_("Tous")
    )
    retard = django_filters.ChoiceFilter(
        method="late", choices=[("oui", _("En retard"))], label=_("Échéance"), empty_label=_("Toutes")
    )

    class Meta:
        model = ActionItem
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["conseiller"].queryset = role_holders(self.request.programme, *STAFF)

    def search(self, rows: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Words of the action or of the company's name."""
        return rows.filter(title__icontains=value) | rows.filter(plan__participation__name__icontains=value)

    def late(self, rows: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Open actions whose due date has passed."""
        return rows.filter(status__in=OPEN_ACTIONS, due_on__lt=timezone.localdate())
