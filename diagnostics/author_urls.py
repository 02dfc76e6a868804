"""Addresses of authors, included by ``diagnostics.urls``."""

from django.urls import path

from diagnostics.views import (
    authoring,
    authoring_conditions,
    authoring_files,
    authoring_parts,
    authoring_release,
)

_VERSION = "questionnaires/versions/<int:pk>/"

urlpatterns = [
    path("questionnaires/", authoring.author_list, name="author_list"),
    path("questionnaires/nouveau/", authoring.author_new, name="author_new"),
    path("questionnaires/schema.json", authoring_files.author_schema, name="author_schema"),
    path("questionnaires/<int:pk>/", authoring.author_questionnaire, name="author_questionnaire"),
    path("questionnaires/<int:pk>/version-suivante/", authoring.author_start, name="author_start"),
    path("questionnaires/<int:pk>/copier/", authoring.author_copy, name="author_copy"),
    path(_VERSION, authoring.author_version, name="author_version"),
    path(f"{_VERSION}fichier/", authoring_files.author_file, name="author_file"),
    path(f"{_VERSION}xlsform/", authoring_files.author_workbook, name="author_workbook"),
    path(f"{_VERSION}geste/", authoring.author_gesture, name="author_gesture"),
    path(f"{_VERSION}reglages/", authoring_parts.author_settings, name="author_settings"),
    path(f"{_VERSION}elements/<str:kind>/<str:code>/", authoring_parts.author_part, name="author_part"),
    path(
        f"{_VERSION}conditions/<str:kind>/<str:code>/",
        authoring_conditions.author_condition,
        name="author_condition",
    ),
    path(f"{_VERSION}apercu/", authoring_release.author_preview, name="author_preview"),
    path(
        f"{_VERSION}apercu/<str:section>/",
        authoring_release.author_preview_section,
        name="author_preview_section",
    ),
    path(f"{_VERSION}differences/", authoring_release.author_differences, name="author_differences"),
    path(f"{_VERSION}effet/", authoring_release.author_effect, name="author_effect"),
    path(f"{_VERSION}publier/", authoring_release.author_publish, name="author_publish"),
    path(f"{_VERSION}supprimer/", authoring_release.author_discard, name="author_discard"),
]
