"""Celery application: it only carries wake-ups, the truth is the job table (``core.jobs``)."""

import os

from celery import Celery

from core import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edec_ia.settings.dev")
broker.install()

app = Celery("edec_ia")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
