"""The project package as an app: it carries the commands that reach every app."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "edec_ia"
    verbose_name = "EDEC IA"
