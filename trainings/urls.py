"""Addresses of trainings, under ``/<programme_slug>/``."""

from django.urls import path

from trainings.views import catalogue, enrolments, providers, sessions, space

app_name = "trainings"
urlpatterns = [
    path("formations/", sessions.session_list, name="session_list"),
    path("formations/planifier/", sessions.session_create, name="session_create"),
    path("formations/organismes/", providers.provider_list, name="provider_list"),
    path("formations/catalogue/", catalogue.catalogue, name="catalogue"),
    path("formations/catalogue/<slug:code>/", catalogue.course_detail, name="course_detail"),
    path("formations/<int:pk>/", sessions.session_detail, name="session_detail"),
    path("formations/<int:pk>/modifier/", sessions.session_update, name="session_update"),
    path("formations/<int:pk>/annuler/", sessions.session_cancel, name="session_cancel"),
    path("formations/<int:pk>/presence/", sessions.attendance, name="attendance"),
    path("formations/<int:pk>/certificats/", sessions.certificates, name="certificates"),
    path("formations/<int:pk>/agenda.ics", sessions.session_ics, name="session_ics"),
    path("formations/<int:pk>/inscrire/", enrolments.enrolment_create, name="enrolment_create"),
    path("formations/inscriptions/<int:pk>/annuler/", enrolments.enrolment_cancel, name="enrolment_cancel"),
    path("espace/formations/", space.space_sessions, name="space_sessions"),
    path("espace/formations/<int:pk>/", space.space_session, name="space_session"),
    path(
        "espace/formations/inscriptions/<int:pk>/annuler/",
        space.space_enrolment_cancel,
        name="space_enrolment_cancel",
    ),
]
