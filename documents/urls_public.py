"""Public verification of documents, at ``/verifier/``."""

from django.urls import URLPattern

app_name = "verification"
urlpatterns: list[URLPattern] = []
