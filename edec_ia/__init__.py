"""Project package: settings, URLs, navigation, demonstration. The Celery app is loaded with Django."""

from edec_ia.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
