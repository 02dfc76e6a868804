"""Addresses of the whole product. System paths come first; a programme cannot take their names."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from core.views import health_page
from programme.views import pages as programme_views

# What is opened most comes first: addresses are tried one after the other.
APPS = (
    "programme",
    "companies",
    "diagnostics",
    "reports",
    "observatory",
    "trainings",
    "documents",
    "notifications",
    "funding",
)

handler500 = "core.views.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", programme_views.programme_list, name="programme_list"),
    path("sante/", health_page, name="health"),
    path("comptes/", include("accounts.urls")),
    path("comptes/", include("notifications.urls_public")),
    path("comptes/", include("allauth.urls")),
    path("verifier/", include("documents.urls_public")),
    path("api/v1/", include("edec_ia.api_urls")),
]
if settings.EDEC_DEMO:
    urlpatterns.append(path("comptes/entrer/<slug:role>/", programme_views.enter_as, name="enter_as"))
urlpatterns.append(
    path("<slug:programme_slug>/", include([path("", include(f"{app}.urls")) for app in APPS])),
)
