"""Addresses of reports, under ``/<programme_slug>/``."""

from django.urls import path

from reports.views import dashboards, reports, search, settings

app_name = "reports"
urlpatterns = [
    path("tableau-de-bord/", dashboards.dashboard, name="dashboard"),
    path("recherche/", search.search, name="search"),
    path("rapports/", reports.report_list, name="report_list"),
    path("rapports/demander/", reports.report_request, name="report_request"),
    path("financeur/", dashboards.funder_progress, name="funder_progress"),
    path("financeur/rapports/", reports.funder_reports, name="funder_reports"),
    path("parametres/", settings.settings, name="settings"),
    path("parametres/objectifs/", settings.set_targets, name="settings_targets"),
    path("parametres/equipe/", settings.invite, name="settings_invite"),
    path("parametres/equipe/<int:pk>/retirer/", settings.withdraw, name="settings_withdraw"),
    path("parametres/jetons/", settings.issue_token, name="settings_issue_token"),
    path("parametres/jetons/<int:pk>/revoquer/", settings.revoke_token, name="settings_revoke_token"),
]
