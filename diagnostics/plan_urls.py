"""Addresses of action plans, included by ``diagnostics.urls``."""

from django.urls import path

from diagnostics.views import plan

urlpatterns = [
    path("plans/", plan.plan_list, name="plan_list"),
    path("plans/<int:pk>/", plan.plan_detail, name="plan_detail"),
    path("plans/<int:pk>/retenir/", plan.plan_keep, name="plan_keep"),
    path("plans/<int:pk>/ajouter/", plan.plan_item_add, name="plan_item_add"),
    path("plans/actions/<int:pk>/", plan.plan_item, name="plan_item"),
    path("diagnostics/<int:pk>/plan/", plan.plan_start, name="plan_start"),
    path("espace/plan/", plan.space_plan, name="space_plan"),
]
