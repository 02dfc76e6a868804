"""Addresses of action plans, included by ``diagnostics.urls``."""

from django.urls import path

from diagnostics.views import plan, plan_item

urlpatterns = [
    path("plans/", plan.plan_list, name="plan_list"),
    path("plans/<int:pk>/", plan.plan_detail, name="plan_detail"),
    path("plans/<int:pk>/tableau/", plan.plan_board, name="plan_board"),
    path("plans/<int:pk>/evolution/", plan.plan_gains, name="plan_gains"),
    path("plans/<int:pk>/retenir/", plan.plan_keep, name="plan_keep"),
    path("plans/<int:pk>/document/", plan.plan_document, name="plan_document"),
    path("plans/<int:pk>/suite/", plan.plan_dates, name="plan_dates"),
    path("plans/<int:pk>/pause/", plan.plan_pause, name="plan_pause"),
    path("plans/<int:pk>/reprise/", plan.plan_resume, name="plan_resume"),
    path("plans/<int:pk>/ajouter/", plan_item.plan_item_add, name="plan_item_add"),
    path("plans/actions/<int:pk>/", plan_item.plan_item, name="plan_item"),
    path("plans/actions/<int:pk>/etat/", plan_item.plan_item_move, name="plan_item_move"),
    path("plans/actions/<int:pk>/commenter/", plan_item.plan_item_comment, name="plan_item_comment"),
    path("plans/actions/<int:pk>/fichiers/", plan_item.plan_item_evidence, name="plan_item_evidence"),
    path("plans/fichiers/<int:pk>/", plan_item.plan_evidence, name="plan_evidence"),
    path("plans/fichiers/<int:pk>/retirer/", plan_item.plan_evidence_remove, name="plan_evidence_remove"),
    path("diagnostics/<int:pk>/plan/", plan.plan_start, name="plan_start"),
    path("espace/plan/", plan.space_plan, name="space_plan"),
]
