"""Development and demonstration on one machine: SQLite, filesystem broker, local files."""

from edec_ia.settings.base import *  # noqa: F403 -- settings modules extend one another by design
from edec_ia.settings.base import DATA_DIR, SECRET_KEY, env

SECRET_KEY = SECRET_KEY or "insecure-key-for-development-and-demonstration-only"
DEBUG = env.bool("DEBUG", default=False)
EDEC_DEMO = env.bool("EDEC_DEMO", default=True)
STAFF_SECOND_FACTOR_REQUIRED = env.bool("STAFF_SECOND_FACTOR_REQUIRED", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
for _folder in ("broker/messages", "broker/processed", "broker/control", "files", "static"):
    (DATA_DIR / _folder).mkdir(parents=True, exist_ok=True)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
