"""Production: refuses to start with a default secret, in demonstration mode, or unable to write to people."""

from django.core.exceptions import ImproperlyConfigured

from edec_ia.settings.base import *  # noqa: F403 -- settings modules extend one another by design
from edec_ia.settings.base import DATA_DIR, EDEC_DEMO, SECRET_KEY, env

if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("insecure"):
    raise ImproperlyConfigured("SECRET_KEY must be set to a random value of at least 50 characters.")
if EDEC_DEMO:
    raise ImproperlyConfigured("EDEC_DEMO opens every role in one click: it cannot be set in production.")
for _name, _use in (
    ("SITE_URL", "personal links and the documents' verification codes lead to it"),
    ("EMAIL_URL", "without it messages would be printed instead of sent"),
):
    if not env(_name, default=""):
        raise ImproperlyConfigured(f"{_name} must be set: {_use}.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
for _folder in ("broker/messages", "broker/processed", "broker/control", "files"):
    (DATA_DIR / _folder).mkdir(parents=True, exist_ok=True)
