"""Filters of the list of actions."""

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from companies.gazetteer import fold
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
        method="late",
        choices=[
            ("oui", _("En retard")),
            ("mois", _("Dans les 30 jours")),
            ("sans", _("Sans échéance")),
        ],
        label=_("Échéance"),
        empty_label=_("Toutes"),
    )
    responsable = django_filters.ChoiceFilter(
        method="owned",
        choices=[("avec", _("Avec rappels")), ("sans", _("Sans personne à rappeler"))],
        label=_("Responsable"),
        empty_label=_("Tous"),
    )

    class Meta:
        model = ActionItem
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["conseiller"].queryset = role_holders(self.request.programme, *STAFF)

    def search(self, rows: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Words of the action, of its owner or, whatever the accents, of the company's name."""
        words = Q(title__icontains=value) | Q(owner_name__icontains=value)
        return rows.filter(words | Q(plan__participation__name_key__contains=fold(value)))

    def late(self, rows: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Open actions overdue, due within thirty days, or without a due date."""
        opened, today = rows.filter(status__in=OPEN_ACTIONS), timezone.localdate()
        if value == "oui":
            return opened.filter(due_on__lt=today)
        if value == "mois":
            return opened.filter(due_on__range=(today, today + timedelta(days=30)))
        return opened.filter(due_on__isnull=True)

    def owned(self, rows: QuerySet[ActionItem], name: str, value: str) -> QuerySet[ActionItem]:
        """Open actions whose reminders go to somebody, or to nobody."""
        return rows.filter(status__in=OPEN_ACTIONS, owner__isnull=value == "sans")
