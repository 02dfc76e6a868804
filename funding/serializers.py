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


class CentsInput(serializers.DecimalField):
    """Euros outside, with two decimals at most and no exponent; cents inside."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        super().__init__(max_digits=13, decimal_places=2, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Exact cents."""
        if isinstance(data, bool) or "e" in str(data).lower():
            self.fail("invalid")
        return int(super().to_internal_value(data) * 100)


class ExpenseDraftSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """A draft expense to enter. ``request_key`` makes a repeated request give the same expense."""

    request_key = serializers.UUIDField()
    line = serializers.CharField(max_length=20, help_text="Code of a line of the plan in force.")
    label = serializers.CharField(max_length=200)  # type: ignore[assignment]  # a declared field, not the option
    supplier = serializers.CharField(max_length=160)
    invoice_number = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    spent_on = serializers.DateField()
    amount = CentsInput(help_text="Net of recoverable tax.")
    tax = CentsInput(required=False, default=0)
    recoverable_tax = CentsInput(required=False, default=0)
    eligible = CentsInput(required=False, allow_null=True, default=None)


class FiguresSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """Planned, waiting, validated, paid, claimed, committed, remaining, available."""

    planned = EurosField(source="planned_cents")
    submitted = EurosField(source="submitted_cents")
    validated = EurosField(source="validated_cents")
    paid = EurosField(source="paid_cents")
    claimed = EurosField(source="claimed_cents")
    committed = EurosField(source="committed_cents")
    remaining = EurosField(source="remaining_cents")
    available = EurosField(source="available_cents")


class FunderFiguresSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """A funder and its part."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    is_state = serializers.BooleanField()
    agreed = EurosField(source="agreed_cents")
    received = EurosField(source="received_cents")
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


class ShareRowSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """What one funder pays of one expense, with the day and the line it counts on."""

    expense = serializers.IntegerField(source="expense.number", read_only=True)
    spent_on = serializers.DateField(source="expense.spent_on", read_only=True)
    paid_on = serializers.DateField(source="expense.paid_on", read_only=True, allow_null=True)
    line = serializers.CharField(source="line.code", read_only=True)
    funder = serializers.CharField(source="funder.name", read_only=True)
    amount = EurosField(source="amount_cents")

    class Meta:
        model = Share
        fields = ("id", "expense", "spent_on", "paid_on", "line", "funder", "amount")


class ExpenseSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """An expense or counter-entry."""

    line = serializers.CharField(source="line.code", read_only=True)
    axis_number = serializers.IntegerField(source="line.axis.number", read_only=True)
    status = serializers.ChoiceField(choices=choices(ExpenseStatus), read_only=True)
    amount = EurosField(source="amount_cents")
    tax = EurosField(source="tax_cents")
    recoverable_tax = EurosField(source="recoverable_tax_cents")
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
            "tax",
            "recoverable_tax",
            "eligible",
            "excess",
            "answers",
            "shares",
            "updated_at",
        )
