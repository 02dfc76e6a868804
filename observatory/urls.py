"""Addresses of observatory, under ``/<programme_slug>/``."""

from django.urls import URLPattern

app_name = "observatory"
urlpatterns: list[URLPattern] = []
