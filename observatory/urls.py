"""Addresses of the observatory, under ``/<programme_slug>/``."""

from django.urls import path

from observatory.views import public, releases

app_name = "observatory"
urlpatterns = [
    path("", public.home, name="home"),
    path("observatoire/", public.public, name="public"),
    path("observatoire/millesimes/<int:number>/", public.public_release, name="public_release"),
    path(
        "observatoire/millesimes/<int:number>/tableaux/<slug:code>/", public.public_table, name="public_table"
    ),
    path(
        "observatoire/millesimes/<int:number>/donnees.csv",
        public.release_file,
        {"fmt": "csv"},
        name="release_csv",
    ),
    path(
        "observatoire/millesimes/<int:number>/donnees.json",
        public.release_file,
        {"fmt": "json"},
        name="release_json",
    ),
    path(
        "observatoire/millesimes/<int:number>/donnees.zip",
        public.release_file,
        {"fmt": "zip"},
        name="release_package",
    ),
    path(
        "observatoire/millesimes/<int:number>/tableaux/<slug:code>.csv",
        public.release_file,
        {"fmt": "csv"},
        name="table_csv",
    ),
    path(
        "observatoire/millesimes/<int:number>/tableaux/<slug:code>.json",
        public.release_file,
        {"fmt": "json"},
        name="table_json",
    ),
    path("millesimes/", releases.release_list, name="release_list"),
    path("millesimes/preparer/", releases.release_create, name="release_create"),
    path("millesimes/<uuid:pk>/", releases.release_detail, name="release_detail"),
    path("millesimes/<uuid:pk>/recalculer/", releases.release_recompute, name="release_recompute"),
    path("millesimes/<uuid:pk>/publier/", releases.release_publish, name="release_publish"),
]
