"""API addresses of companies, under ``/api/v1/<programme_slug>/``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
