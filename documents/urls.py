"""Addresses of documents, under ``/<programme_slug>/``."""

from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("documents/<uuid:pk>/", views.document_detail, name="detail"),
    path("documents/<uuid:pk>/pdf/", views.download, name="download"),
    path("documents/<uuid:pk>/donnees/", views.download_data, name="download_data"),
    path("documents/<uuid:pk>/partager/", views.share, name="share"),
    path("espace/documents/", views.space_documents, name="space_documents"),
]
