"""Addresses of trainings, under ``/<programme_slug>/``."""

from django.urls import URLPattern

app_name = "trainings"
urlpatterns: list[URLPattern] = []
