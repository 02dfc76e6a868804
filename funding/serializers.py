"""Shapes of the API: amounts are exact euros, written as strings with two decimals."""

from typing import Any

from rest_framework import serializers

from core.enums import choices
from core.money import euros
from funding.enums import ExpenseStatus, Nature
from funding.models import Expense, Share


class EurosField(serializers.DecimalField):
    """Cents inside, euros outside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=15, decimal_places=2, read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        """Exact euros."""
        return str(euros(value))


class FiguresSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """Planned, waiting, validated, paid, remaining."""

    planned = EurosField(source="planned_cents")
    submitted = EurosField(source="submitted_cents")
    validated = EurosField(source="validated_cents")
    paid = EurosField(source="paid_cents")
    remaining = EurosField(source="remaining_cents")


class FunderFiguresSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """A funder and its part."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_state = serializers.BooleanField()
    agreed = EurosField(source="agreed_cents")
    figures = FiguresSerializer()


class LineFiguresSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """A budget line; ``by_funder`` follows the order of ``funders``."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a declared field, not the option
    axis_number = serializers.IntegerField()
    nature = serializers.ChoiceField(choices=choices(Nature))
    account = serializers.CharField()
    figures = FiguresSerializer()
    by_funder = FiguresSerializer(many=True)


class BudgetSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """The whole budget, as the page shows it."""

    agreed = EurosField(source="agreed_cents")
    plan_number = serializers.IntegerField(allow_null=True)
    plan_decided_on = serializers.DateField(allow_null=True)
    total = FiguresSerializer()
    funders = FunderFiguresSerializer(many=True)
    lines = LineFiguresSerializer(many=True)


class ShareSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """What one funder pays of an expense."""

    funder = serializers.CharField(source="funder.name", read_only=True)
    amount = EurosField(source="amount_cents")

    class Meta:
        model = Share
        fields = ("funder", "amount")


class ExpenseSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """An expense or counter-entry."""

    line = serializers.CharField(source="line.code", read_only=True)
    axis_number = serializers.IntegerField(source="line.axis.number", read_only=True)
    status = serializers.ChoiceField(choices=choices(ExpenseStatus), read_only=True)
    amount = EurosField(source="amount_cents")
    eligible = EurosField(source="eligible_cents")
    excess = EurosField(source="excess_cents")
    answers = serializers.IntegerField(source="answers.number", read_only=True, allow_null=True, default=None)
    shares = ShareSerializer(many=True, read_only=True)

    class Meta:
        model = Expense
        fields = (
            "id",
            "number",
            "line",
            "axis_number",
            "label",
            "supplier",
            "invoice_number",
            "spent_on",
            "paid_on",
            "status",
            "amount",
            "eligible",
            "excess",
            "answers",
            "shares",
            "updated_at",
        )
