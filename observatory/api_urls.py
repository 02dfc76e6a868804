"""API addresses of observatory, under ``/api/v1/<programme_slug>/``."""

from django.urls import path

from observatory.api import ReleaseDetailView, ReleaseListView, ReleaseTableView

urlpatterns = [
    path("releases/", ReleaseListView.as_view(), name="api_releases"),
    path("releases/<int:number>/", ReleaseDetailView.as_view(), name="api_release"),
    path("releases/<int:number>/tables/<slug:code>/", ReleaseTableView.as_view(), name="api_release_table"),
]
