"""Test settings: whatever hides a mistake in production is turned into a failure here."""

import tempfile
from pathlib import Path

from edec_ia.settings.base import *  # noqa: F403 -- settings modules extend one another by design
from edec_ia.settings.base import CACHES, STORAGES, TEMPLATES, database_from, env

SECRET_KEY = "insecure-key-for-tests"  # noqa: S105 -- tests only
EDEC_DEMO = True
REGISTER_URL = ""
STAFF_SECOND_FACTOR_REQUIRED = False
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": database_from(env("DATABASE_URL", default="sqlite://:memory:"))}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
else:
    # A kept connection would stop the test database from being dropped.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name} for name in CACHES
}
DATA_DIR = Path(tempfile.mkdtemp(prefix="edec-tests-"))
MEDIA_ROOT = DATA_DIR / "files"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir()
STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
LOGGING_CONFIG = None


class _UndefinedVariable(str):
    """Fails the page that prints a variable nobody gave it."""

    __slots__ = ()

    def __mod__(self, missing: object) -> str:
        raise AssertionError(f"undefined template variable: {missing}")

    def __contains__(self, needle: object) -> bool:
        return needle == "%s"


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _UndefinedVariable("%s")  # type: ignore[index]
