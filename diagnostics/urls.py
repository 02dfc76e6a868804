"""Addresses of diagnostics, under ``/<programme_slug>/``."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "diagnostics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("diagnostics.plan_urls")),
]
