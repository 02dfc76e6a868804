"""Filters of lists of documents."""

import django_filters
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from documents.enums import DocumentStatus
from documents.models import Document


class DocumentFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """By words of the title and by state."""

    q = django_filters.CharFilter(field_name="title", lookup_expr="icontains", label=_("Titre"))
    etat = django_filters.ChoiceFilter(
        field_name="status", choices=choices(DocumentStatus), label=_("État"), empty_label=_("Tous")
    )

    class Meta:
        model = Document
        fields: list[str] = []
