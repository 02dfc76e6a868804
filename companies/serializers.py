"""Shapes of the API."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from companies.enums import SizeBand, Stage
from companies.models import Participation
from core.enums import choices


class CompanySerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """A company in the programme; what is known of people is left out."""

    siren = serializers.SerializerMethodField()
    siret = serializers.CharField(source="establishment.siret", read_only=True)
    stage = serializers.ChoiceField(choices=choices(Stage), read_only=True)
    size_band = serializers.ChoiceField(choices=choices(SizeBand), read_only=True)
    maturity = serializers.SerializerMethodField(
        help_text=_("Score de 0 à 100, absent sans diagnostic remis.")
    )

    class Meta:
        model = Participation
        fields = (
            "id",
            "siren",
            "siret",
            "name",
            "city",
            "stage",
            "section",
            "size_band",
            "department_code",
            "epci_siren",
            "is_outside_territory",
            "maturity",
            "maturity_level_name",
            "diagnostics_count",
            "open_actions_count",
            "trained_people_count",
            "updated_at",
        )

    def get_siren(self, participation: Participation) -> str:
        """The first nine digits of the SIRET."""
        return str(participation.establishment.siret[:9])

    def get_maturity(self, participation: Participation) -> float | None:
        """Tenths as points."""
        tenths = participation.maturity_tenths
        return None if tenths is None else tenths / 10
