"""Addresses of documents, under ``/<programme_slug>/``."""

from django.urls import URLPattern

app_name = "documents"
urlpatterns: list[URLPattern] = []
