"""Addresses of personal links; sign-in pages are allauth's."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("lien/<str:token>/", views.personal_link, name="personal_link"),
    path("lien/<str:token>/nouveau/", views.fresh_link, name="fresh_link"),
]
