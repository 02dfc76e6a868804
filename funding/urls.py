"""Addresses of funding, under ``/<programme_slug>/``."""

from django.urls import URLPattern

app_name = "funding"
urlpatterns: list[URLPattern] = []
