"""Addresses of the API: the schema, then each app's read endpoints of a programme."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("<slug:programme_slug>/", include("companies.api_urls")),
    path("<slug:programme_slug>/", include("diagnostics.api_urls")),
    path("<slug:programme_slug>/", include("trainings.api_urls")),
    path("<slug:programme_slug>/", include("funding.api_urls")),
    path("<slug:programme_slug>/", include("observatory.api_urls")),
]
