"""Addresses of companies, under ``/<programme_slug>/``."""

from django.urls import URLPattern

app_name = "companies"
urlpatterns: list[URLPattern] = []
