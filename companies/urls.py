"""Addresses of companies, under ``/<programme_slug>/``."""

from django.urls import path

from companies.views import companies, contacts, imports, space

app_name = "companies"
urlpatterns = [
    path("entreprises/", companies.company_list, name="list"),
    path("entreprises/ajouter/", companies.company_add, name="add"),
    path("entreprises/imports/", imports.import_list, name="import_list"),
    path("entreprises/imports/modele/", imports.import_template, name="import_template"),
    path("entreprises/imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("entreprises/imports/<int:pk>/confirmer/", imports.import_confirm, name="import_confirm"),
    path("entreprises/<int:pk>/", companies.company_detail, name="detail"),
    path("entreprises/<int:pk>/modifier/", companies.company_edit, name="edit"),
    path("entreprises/<int:pk>/suivi/", companies.company_follow_up, name="follow_up"),
    path("entreprises/<int:pk>/echanges/", companies.company_exchange, name="exchange"),
    path("entreprises/<int:pk>/contacts/", contacts.contact_add, name="contact_add"),
    path("entreprises/<int:pk>/contacts/<int:contact_pk>/", contacts.contact_edit, name="contact_edit"),
    path(
        "entreprises/<int:pk>/contacts/<int:contact_pk>/inviter/",
        contacts.contact_invite,
        name="contact_invite",
    ),
    path(
        "entreprises/<int:pk>/acces/<int:membership_pk>/retirer/",
        contacts.access_close,
        name="access_close",
    ),
    path("espace/", space.space_home, name="space_home"),
    path("espace/entreprises/", space.space_choose, name="space_choose"),
    path("espace/consentement/", space.space_consent, name="space_consent"),
]
