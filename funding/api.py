"""Read endpoints of money."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from funding.models import Expense
from funding.selectors import budget_overview
from funding.serializers import BudgetSerializer, ExpenseSerializer
from programme.api import ProgrammeAPIMixin
from programme.enums import OFFICE


class BudgetView(ProgrammeAPIMixin, APIView):  # type: ignore[misc]  # as the mixin declares the request
    """Lines, funders and totals of the budget."""

    allowed_roles = OFFICE

    @extend_schema(responses=BudgetSerializer)
    def get(self, request: Request, programme_slug: str) -> Response:
        """The budget as the page shows it, from the same selector."""
        return Response(BudgetSerializer(budget_overview(self.access.programme)).data)


class ExpenseListView(ProgrammeAPIMixin, ListAPIView):  # type: ignore[type-arg, misc]  # not generic at run time
    """Expenses of the programme with their shares, filtered by status, line, date."""

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
