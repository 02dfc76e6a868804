"""API addresses of trainings, under ``/api/v1/<programme_slug>/``."""

from django.urls import path

from trainings.api import SessionDetailView, SessionListView

urlpatterns = [
    path("sessions/", SessionListView.as_view(), name="api_sessions"),
    path("sessions/<int:pk>/", SessionDetailView.as_view(), name="api_session"),
]
