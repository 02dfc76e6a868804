"""Addresses of reports, under ``/<programme_slug>/``."""

from django.urls import URLPattern

app_name = "reports"
urlpatterns: list[URLPattern] = []
