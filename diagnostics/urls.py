"""Addresses of diagnostics, under ``/<programme_slug>/``."""

from django.urls import URLPattern

app_name = "diagnostics"
urlpatterns: list[URLPattern] = []
