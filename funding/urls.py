"""Addresses of funding, under ``/<programme_slug>/``."""

from django.urls import path

from funding.views import budget, expenses, moves, plans

app_name = "funding"
urlpatterns = [
    path("budget/", budget.overview, name="overview"),
    path("budget/journal/", budget.ledger, name="ledger"),
    path("budget/lignes/<int:pk>/", budget.line_detail, name="line_detail"),
    path("budget/financeurs/", budget.funders, name="funders"),
    path("budget/regles/", budget.budget_rules, name="rules"),
    path("budget/plans/", plans.plan_list, name="plan_list"),
    path("budget/plans/nouveau/", plans.plan_start, name="plan_start"),
    path("budget/plans/<int:number>/", plans.plan_detail, name="plan_detail"),
    path("budget/plans/<int:number>/mettre-en-vigueur/", plans.plan_activate, name="plan_activate"),
    path("budget/depenses/", expenses.expense_list, name="expense_list"),
    path("budget/depenses/nouvelle/", expenses.expense_create, name="expense_create"),
    path("budget/depenses/<int:pk>/", expenses.expense_detail, name="expense_detail"),
    path("budget/depenses/<int:pk>/modifier/", expenses.expense_edit, name="expense_edit"),
    path("budget/depenses/<int:pk>/soumettre/", moves.expense_submit, name="expense_submit"),
    path("budget/depenses/<int:pk>/valider/", moves.expense_validate, name="expense_validate"),
    path("budget/depenses/<int:pk>/renvoyer/", moves.expense_return, name="expense_return"),
    path("budget/depenses/<int:pk>/payer/", moves.expense_pay, name="expense_pay"),
    path("budget/depenses/<int:pk>/annuler/", moves.expense_cancel, name="expense_cancel"),
    path("budget/depenses/<int:pk>/avoir/", moves.expense_credit, name="expense_credit"),
    path("budget/depenses/<int:pk>/pieces/", moves.evidence_add, name="evidence_add"),
    path("budget/pieces/<int:pk>/", moves.evidence_download, name="evidence_download"),
    path("budget/pieces/<int:pk>/retirer/", moves.evidence_remove, name="evidence_remove"),
    path("financeur/budget/", budget.funder_budget, name="funder_budget"),
]
