"""Addresses of messages, under ``/<programme_slug>/``."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("emails/", views.message_list, name="message_list"),
    path("emails/a-venir/", views.planner_page, name="planner"),
    path("emails/adresses/<int:pk>/reessayer/", views.refusal_lift, name="refusal_lift"),
    path("emails/<uuid:pk>/", views.message_detail, name="message_detail"),
    path("notifications/", views.mine, name="mine"),
    path("preferences/", views.preferences, name="preferences"),
    path("preferences/calendrier/", views.feed_open, name="feed_open"),
    path("preferences/calendrier/fermer/", views.feed_revoke, name="feed_revoke"),
    path("espace/emails/", views.space_messages, name="space_messages"),
]
