"""Addresses of the programme's own pages, under ``/<programme_slug>/``."""

from django.urls import path

from programme import views

app_name = "programme"
urlpatterns = [
    path("accueil/", views.home, name="home"),
    path("travaux/<uuid:pk>/", views.job_detail, name="job_detail"),
    path("travaux/<uuid:pk>/relancer/", views.job_retry, name="job_retry"),
]
