"""API addresses of companies, under ``/api/v1/<programme_slug>/``."""

from django.urls import path

from companies.api import CompanyListView

urlpatterns = [path("companies/", CompanyListView.as_view(), name="api_companies")]
