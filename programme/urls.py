"""Addresses of the programme's own pages, under ``/<programme_slug>/``."""

from django.urls import path

from programme.views import pages, person_data, retention

app_name = "programme"
urlpatterns = [
    path("accueil/", pages.home, name="home"),
    path("travaux/<uuid:pk>/", pages.job_detail, name="job_detail"),
    path("travaux/<uuid:pk>/relancer/", pages.job_retry, name="job_retry"),
    path("mes-donnees/", person_data.my_data, name="my_data"),
    path("mes-donnees/exporter/", person_data.my_data_export, name="my_data_export"),
    path("mes-donnees/effacement/", person_data.my_data_erasure, name="my_data_erasure"),
    path("parametres/donnees-personnelles/", person_data.person_search, name="person_search"),
    path("parametres/donnees-personnelles/exporter/", person_data.person_export, name="person_export"),
    path("parametres/donnees-personnelles/effacer/", person_data.person_erase, name="person_erase"),
    path(
        "parametres/donnees-personnelles/recus/<uuid:pk>/",
        person_data.erasure_receipt,
        name="erasure_receipt",
    ),
    path("parametres/conservation/", retention.retention, name="retention"),
    path("parametres/conservation/faire-le-point/", retention.retention_review, name="retention_review"),
]
