"""API addresses of funding, under ``/api/v1/<programme_slug>/``."""

from django.urls import path

from funding.api import BudgetView, ExpenseListView, LineListView, ShareListView
from funding.api_claims import ClaimListView, FunderAccountView

urlpatterns = [
    path("budget/", BudgetView.as_view(), name="api_budget"),
    path("budget/lines/", LineListView.as_view(), name="api_lines"),
    path("budget/expenses/", ExpenseListView.as_view(), name="api_expenses"),
    path("budget/claims/", ClaimListView.as_view(), name="api_claims"),
    path("budget/funders/", FunderAccountView.as_view(), name="api_funder_accounts"),
    path("budget/shares/", ShareListView.as_view(), name="api_shares"),
]
