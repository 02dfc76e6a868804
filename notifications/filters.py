"""Filters of the ledger of messages."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from notifications.enums import MessageStatus, Topic
from notifications.models import Message


class MessageFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By address, by state, by topic."""

    destinataire = django_filters.CharFilter(
        field_name="email", lookup_expr="icontains", label=_("Destinataire")
    )
    etat = django_filters.ChoiceFilter(
        field_name="status", choices=choices(MessageStatus), label=_("État"), empty_label=_("Tous")
    )
    sujet = django_filters.ChoiceFilter(
        field_name="topic", choices=choices(Topic), label=_("Rappels"), empty_label=_("Tous les messages")
    )

    class Meta:
        model = Message
        fields: list[str] = []
