"""Public verification of documents, at ``/verifier/``."""

from django.urls import path

from documents import views_public

app_name = "verification"
urlpatterns = [
    path("", views_public.enter_code, name="home"),
    path("lien/<str:token>/", views_public.shared, name="shared"),
    path("<str:code>/", views_public.document, name="detail"),
]
