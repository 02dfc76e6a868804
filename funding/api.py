"""Endpoints of money: the budget, its lines, expenses and shares; expense drafts to enter."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.fields import DateField
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.models import BudgetLine, Expense, Share
from funding.selectors import budget_overview
from funding.serializers import (
    BudgetSerializer,
    ExpenseDraftSerializer,
    ExpenseSerializer,
    LineFiguresSerializer,
    ShareRowSerializer,
)
from funding.services import create_expense
from programme.api import ProgrammeAPIMixin
from programme.enums import OFFICE

AT = OpenApiParameter(
    "at",
    OpenApiTypes.DATE,
    description="Only what is dated up to the end of this day, with the plan then in force.",
)


def asked_day(request: Request) -> date | None:
    """The day asked for, now when none. Raises ``ValidationError`` for what is not a day."""
    found: date | None = DateField(allow_null=True).run_validation(request.query_params.get("at"))
    return found


class BudgetView(ProgrammeAPIMixin, APIView):  # type: ignore[misc]  # as the mixin declares the request
    """Lines, funders and totals of the budget."""

    allowed_roles = OFFICE

    @extend_schema(responses=BudgetSerializer, parameters=[AT])
    def get(self, request: Request, programme_slug: str) -> Response:
        """The budget as the page shows it, now or at the end of a day, from the same selector."""
        at = asked_day(request)
        return Response(BudgetSerializer(budget_overview(self.access.programme, at)).data)


class LineListView(ProgrammeAPIMixin, APIView):  # type: ignore[misc]  # same
    """Lines of the plan and their figures."""

    allowed_roles = OFFICE

    @extend_schema(responses=LineFiguresSerializer(many=True), parameters=[AT])
    def get(self, request: Request, programme_slug: str) -> Response:
        """Every line, by axis; what each funder pays follows the order of the budget's funders."""
        at = asked_day(request)
        lines = budget_overview(self.access.programme, at).lines
        return Response(LineFiguresSerializer(lines, many=True).data)


class ExpenseListView(ProgrammeAPIMixin, ListAPIView):  # type: ignore[type-arg, misc]  # not generic at run time
    """Expenses with their shares, filtered by status, line, date; drafts are entered here."""

    allowed_roles = OFFICE
    serializer_class = ExpenseSerializer
    filterset_fields = {
        "status": ["exact"],
        "line__code": ["exact"],
        "spent_on": ["gte", "lte"],
    }

    def get_queryset(self) -> "QuerySet[Any]":
        """Expenses of the token's programme; none while the schema is being written."""
        if self.swagger_fake_view:
            return Expense.objects.none()
        rows: QuerySet[Any] = Expense.objects.for_programme(self.access.programme)
        rows = rows.select_related("line__axis", "answers")
        return rows.prefetch_related("shares__funder").order_by("number")

    @extend_schema(
        request=ExpenseDraftSerializer,
        responses={201: ExpenseSerializer, 409: OpenApiTypes.OBJECT},
        description="Needs a token that may write. The same request_key always gives the same expense.",
    )
    def post(self, request: Request, programme_slug: str) -> Response:
        """Enter a draft: it is submitted, with its evidence, by a person."""
        sent = ExpenseDraftSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        line = BudgetLine.objects.for_programme(self.access.programme).filter(code=data["line"]).first()
        if line is None:
            raise ValidationError({"line": [_("Aucune ligne de ce code.")]})
        expense = create_expense(
            actor=self.access.user,
            line=line,
            label=data["label"],
            supplier=data["supplier"],
            invoice_number=data["invoice_number"],
            spent_on=data["spent_on"],
            amount_cents=data["amount"],
            tax_cents=data["tax"],
            recoverable_tax_cents=data["recoverable_tax"],
            eligible_cents=data["eligible"],
            form_token=data["request_key"],
        )
        if expense.programme_id != self.access.programme.pk:
            # The key of another programme's expense: say nothing of it.
            raise ValidationError({"request_key": [_("Cette clé a déjà servi.")]})
        return Response(ExpenseSerializer(self.get_queryset().get(pk=expense.pk)).data, status=201)


class ShareListView(ProgrammeAPIMixin, ListAPIView):  # type: ignore[type-arg, misc]  # not generic at run time
    """Shares of expenses, one per funder that pays, filtered by funder, line, date."""

    allowed_roles = OFFICE
    serializer_class = ShareRowSerializer
    filterset_fields = {
        "funder__name": ["exact"],
        "line__code": ["exact"],
        "expense__spent_on": ["gte", "lte"],
    }

    def get_queryset(self) -> "QuerySet[Any]":
        """Shares of the token's programme, in order of expense; none while the schema is being written."""
        if self.swagger_fake_view:
            return Share.objects.none()
        rows: QuerySet[Any] = Share.objects.filter(expense__programme=self.access.programme)
        return rows.select_related("expense", "funder", "line").order_by(
            "expense__number", "funder__position"
        )
