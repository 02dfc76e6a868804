"""The web application, as gunicorn loads it."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edec_ia.settings.prod")

application = get_wsgi_application()
# Every view is imported now rather than by the first visitor of each worker, who would wait for seconds.
get_resolver().reverse_dict  # noqa: B018 -- reading it is what loads the addresses
