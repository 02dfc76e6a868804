"""Addresses of diagnostics, under ``/<programme_slug>/``."""

from django.urls import URLPattern, URLResolver, include, path

from diagnostics.views import files, results, space, staff, team

app_name = "diagnostics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("diagnostics.plan_urls")),
    path("", include("diagnostics.author_urls")),
    path("diagnostics/", staff.diagnostic_list, name="list"),
    path("diagnostics/ouvrir/<int:pk>/", staff.diagnostic_open, name="open"),
    path("diagnostics/<int:pk>/", staff.diagnostic_detail, name="detail"),
    path("diagnostics/<int:pk>/inviter/", staff.diagnostic_invite, name="invite"),
    path("diagnostics/<int:pk>/annuler/", staff.diagnostic_cancel, name="cancel"),
    path("diagnostics/<int:pk>/rouvrir/", staff.diagnostic_reopen, name="reopen"),
    path("diagnostics/<int:pk>/resultat/", results.result, name="result"),
    path("diagnostics/<int:pk>/resultat/document/", results.result_document, name="result_document"),
    path("espace/diagnostics/", space.space_diagnostics, name="space_diagnostics"),
    path("espace/diagnostics/<int:pk>/", space.space_diagnostic, name="space_diagnostic"),
    path("espace/diagnostics/<int:pk>/parties/<str:section>/", space.space_section, name="space_section"),
    path("espace/diagnostics/<int:pk>/reponses/<str:question>/", space.space_answer, name="space_answer"),
    path("espace/diagnostics/<int:pk>/relecture/", space.space_review, name="space_review"),
    path("espace/diagnostics/<int:pk>/remise/", space.space_submit, name="space_submit"),
    path(
        "espace/diagnostics/<int:pk>/reponses/<str:question>/fichiers/", files.space_files, name="space_files"
    ),
    path("espace/diagnostics/<int:pk>/fichiers/<int:file>/", files.space_file, name="space_file"),
    path(
        "espace/diagnostics/<int:pk>/fichiers/<int:file>/retirer/",
        files.space_file_remove,
        name="space_file_remove",
    ),
    path("espace/diagnostics/<int:pk>/termine/", team.space_finish, name="space_finish"),
    path("espace/diagnostics/<int:pk>/equipe/", team.space_team, name="space_team"),
    path(
        "espace/diagnostics/<int:pk>/equipe/collegues/",
        team.space_contributor_invite,
        name="space_contributor_invite",
    ),
    path(
        "espace/diagnostics/<int:pk>/equipe/collegues/<int:person>/retirer/",
        team.space_contributor_withdraw,
        name="space_contributor_withdraw",
    ),
    path("espace/diagnostics/<int:pk>/equipe/avis/", team.space_view_invite, name="space_view_invite"),
    path(
        "espace/diagnostics/<int:pk>/equipe/avis/<int:person>/retirer/",
        team.space_view_withdraw,
        name="space_view_withdraw",
    ),
    path("espace/diagnostics/<int:pk>/equipe/clore/", team.space_views_close, name="space_views_close"),
    path("espace/diagnostics/<int:pk>/mise-en-commun/", team.space_reconcile, name="space_reconcile"),
    path("espace/diagnostics/<int:pk>/resultat/", results.space_result, name="space_result"),
    path(
        "espace/diagnostics/<int:pk>/resultat/document/",
        results.space_result_document,
        name="space_result_document",
    ),
]
