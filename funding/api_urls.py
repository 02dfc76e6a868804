"""API addresses of funding, under ``/api/v1/<programme_slug>/``."""

from django.urls import path

from funding.api import BudgetView, ExpenseListView

urlpatterns = [
    path("budget/", BudgetView.as_view(), name="api_budget"),
    path("budget/expenses/", ExpenseListView.as_view(), name="api_expenses"),
]
