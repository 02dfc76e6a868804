"""API addresses of diagnostics, under ``/api/v1/<programme_slug>/``."""

from django.urls import path

from diagnostics.api import DiagnosticDetailView, DiagnosticListView

urlpatterns = [
    path("diagnostics/", DiagnosticListView.as_view(), name="api_diagnostics"),
    path("diagnostics/<int:pk>/", DiagnosticDetailView.as_view(), name="api_diagnostic"),
]
