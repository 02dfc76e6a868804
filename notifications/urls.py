"""Addresses of messages, under ``/<programme_slug>/``."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("emails/", views.message_list, name="message_list"),
    path("emails/<uuid:pk>/", views.message_detail, name="message_detail"),
]
