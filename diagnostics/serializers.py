"""Shapes of the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.enums import choices
from diagnostics.enums import DiagnosticStatus
from diagnostics.explaining import explain_result
from diagnostics.models import Diagnostic
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.results import stored_result

# Named here so that the API's schema can name the enum (``ENUM_NAME_OVERRIDES``).
DIAGNOSTIC_STATUSES = choices(DiagnosticStatus)


class DiagnosticSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """A diagnostic: whose it is, where it stands, its score. No name of a person."""

    company = serializers.CharField(source="participation.name", read_only=True)
    siret = serializers.CharField(source="participation.establishment.siret", read_only=True)
    questionnaire = serializers.CharField(source="questionnaire.code", read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    status = serializers.ChoiceField(choices=DIAGNOSTIC_STATUSES, read_only=True)
    score = serializers.SerializerMethodField(help_text=_("Note de 0 à 100, absente avant la remise."))

    class Meta:
        model = Diagnostic
        fields = (
            "id",
            "participation",
            "company",
            "siret",
            "questionnaire",
            "version",
            "status",
            "opened_at",
            "started_at",
            "submitted_at",
            "answered_count",
            "visible_count",
            "score",
            "level",
            "level_name",
        )

    def get_score(self, diagnostic: Diagnostic) -> float | None:
        """Tenths as points."""
        return None if diagnostic.score_tenths is None else diagnostic.score_tenths / 10


class DiagnosticDetailSerializer(DiagnosticSerializer):
    """A diagnostic with its whole result: levels, dimensions, contributions, what did not count."""

    result = serializers.SerializerMethodField(
        help_text=_("Résultat entier, tel qu’il a été calculé à la remise\u00a0; absent avant.")
    )

    class Meta(DiagnosticSerializer.Meta):
        fields = (*DiagnosticSerializer.Meta.fields, "result")  # type: ignore[assignment]  # a longer tuple

    def get_result(self, diagnostic: Diagnostic) -> dict[str, Any] | None:
        """The stored result, explained."""
        definition = definition_of(diagnostic.version)
        result = stored_result(definition, diagnostic)
        return None if result is None else explain_result(definition, result)
