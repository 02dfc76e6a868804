"""Addresses outside any programme: the link at the foot of an e-mail, a private calendar."""

from django.urls import path

from notifications import views_public

app_name = "messages"
urlpatterns = [
    path("e-mails/<str:token>/", views_public.choices, name="choices"),
    path("calendrier/<str:token>.ics", views_public.calendar, name="calendar"),
]
