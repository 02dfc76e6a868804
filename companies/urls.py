"""Addresses of companies, under ``/<programme_slug>/``."""

from django.urls import path

from companies.views import (
    bulk,
    companies,
    contacts,
    daylog,
    entry,
    groups,
    imports,
    meetings,
    merging,
    space,
)

app_name = "companies"
urlpatterns = [
    path("entreprises/", companies.company_list, name="list"),
    path("entreprises/ajouter/", entry.company_add, name="add"),
    path("entreprises/ajouter/repertoire/", entry.add_lookup, name="add_lookup"),
    path("entreprises/ajouter/doublons/", entry.add_check, name="add_check"),
    path("entreprises/imports/", imports.import_list, name="import_list"),
    path("entreprises/imports/modele/", imports.import_template, name="import_template"),
    path("entreprises/imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("entreprises/imports/<int:pk>/confirmer/", imports.import_confirm, name="import_confirm"),
    path("entreprises/actions/", bulk.bulk, name="bulk"),
    path("entreprises/actions/<int:pk>/", bulk.bulk_detail, name="bulk_detail"),
    path("entreprises/actions/<int:pk>/fichier/", bulk.bulk_file, name="bulk_file"),
    path("entreprises/doublons/", merging.duplicates, name="duplicates"),
    path("entreprises/groupes/", groups.group_list, name="group_list"),
    path("entreprises/groupes/<int:pk>/", groups.group_detail, name="group"),
    path("entreprises/groupes/<int:pk>/membres/", groups.group_member, name="group_member"),
    path("journal/", daylog.day, name="day"),
    path("remplacements/", daylog.absence_list, name="absence_list"),
    path("remplacements/<int:pk>/terminer/", daylog.absence_end, name="absence_end"),
    path("entreprises/<int:pk>/", companies.company_detail, name="detail"),
    path("entreprises/<int:pk>/modifier/", companies.company_edit, name="edit"),
    path("entreprises/<int:pk>/repertoire/", entry.company_complete, name="complete"),
    path("entreprises/<int:pk>/fusionner/", merging.company_merge, name="merge"),
    path("entreprises/<int:pk>/suivi/", companies.company_follow_up, name="follow_up"),
    path("entreprises/<int:pk>/echanges/", companies.company_exchange, name="exchange"),
    path("entreprises/<int:pk>/rendez-vous/", meetings.meeting_plan, name="meeting_plan"),
    path("entreprises/<int:pk>/rendez-vous/<int:meeting_pk>/", meetings.meeting_detail, name="meeting"),
    path(
        "entreprises/<int:pk>/rendez-vous/<int:meeting_pk>/modifier/",
        meetings.meeting_edit,
        name="meeting_edit",
    ),
    path(
        "entreprises/<int:pk>/rendez-vous/<int:meeting_pk>/compte-rendu/",
        meetings.meeting_minutes,
        name="meeting_minutes",
    ),
    path(
        "entreprises/<int:pk>/rendez-vous/<int:meeting_pk>/annuler/",
        meetings.meeting_cancel,
        name="meeting_cancel",
    ),
    path(
        "entreprises/<int:pk>/rendez-vous/<int:meeting_pk>/invitation.ics",
        meetings.meeting_ics,
        name="meeting_ics",
    ),
    path("entreprises/<int:pk>/contacts/", contacts.contact_add, name="contact_add"),
    path("entreprises/<int:pk>/contacts/<int:contact_pk>/", contacts.contact_edit, name="contact_edit"),
    path(
        "entreprises/<int:pk>/contacts/<int:contact_pk>/accord/",
        contacts.contact_consent,
        name="contact_consent",
    ),
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
    path("espace/rendez-vous/<int:pk>/", space.space_meeting, name="space_meeting"),
    path("espace/rendez-vous/<int:pk>/invitation.ics", space.space_meeting_ics, name="space_meeting_ics"),
    path("espace/consentement/", space.space_consent, name="space_consent"),
]
