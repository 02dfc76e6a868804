"""What the API says of published releases; field names are those of the JSON downloads."""

from rest_framework import serializers

from observatory.enums import Measure


class ReleaseSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A published release."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    reference_date = serializers.DateField()
    published_on = serializers.DateField()
    questionnaire = serializers.CharField()
    companies = serializers.IntegerField(allow_null=True)
    notes = serializers.CharField()


class DimensionSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """An axis of a table."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a declared field, not the option


class CellSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A protected cell: a figure, or « secret » without its reason."""

    row = serializers.CharField()
    row_label = serializers.CharField()
    column = serializers.CharField()
    column_label = serializers.CharField()
    state = serializers.ChoiceField(choices=["published", "secret"])
    repeated = serializers.BooleanField()
    count = serializers.IntegerField(allow_null=True)
    mean = serializers.FloatField(allow_null=True)


class TableSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A table of a release."""

    code = serializers.CharField()
    title = serializers.CharField()
    measure = serializers.ChoiceField(choices=[one.value for one in Measure])
    unit = serializers.CharField()
    dimensions = DimensionSerializer(many=True)
    note = serializers.CharField()
    cells = CellSerializer(many=True)


class ReleaseDetailSerializer(ReleaseSerializer):
    """A published release with all its tables."""

    tables = TableSerializer(many=True)
