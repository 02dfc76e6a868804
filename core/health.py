"""Health of the installation: what it needs to serve pages, and what only delays work."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from core import jobs

LATE_SECONDS = 300


@dataclass(frozen=True)
class Check:
    """Outcome of one probe. Only a ``vital`` failure stops pages from being served."""

    name: str
    ok: bool
    vital: bool
    detail: str
    milliseconds: int


class _Late(Exception):  # noqa: N818 -- it reads as a state; its text may be published
    """A part that works, and keeps people waiting."""


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def _broker() -> str:
    with current_app.connection_for_write(connect_timeout=1) as link:
        link.ensure_connection(max_retries=1, timeout=1)
        return str(link.transport_cls)


def _storage() -> str:
    name = default_storage.save("sante/probe", ContentFile(b"ok"))
    default_storage.delete(name)
    return type(default_storage).__name__


def _oldest_job() -> str:
    age = jobs.oldest_waiting_seconds()
    if age > LATE_SECONDS:
        raise _Late(f"{age} s")
    return f"{age} s"


def _probe(name: str, look: Callable[[], str], *, vital: bool) -> Check:
    started = time.perf_counter()
    try:
        detail, ok = look(), True
    except _Late as late:
        detail, ok = str(late), False
    except Exception as error:  # noqa: BLE001 -- a probe reports whatever went wrong, by its kind only
        detail, ok = type(error).__name__, False
    return Check(name, ok, vital, detail, round((time.perf_counter() - started) * 1000))


def checks() -> tuple[Check, ...]:
    """Probe every part; never raises."""
    return (
        _probe("database", _database, vital=True),
        _probe("broker", _broker, vital=False),
        _probe("storage", _storage, vital=False),
        _probe("oldest_job", _oldest_job, vital=False),
    )


def verdict(probes: tuple[Check, ...]) -> tuple[str, int]:
    """Overall word and HTTP status: 503 only when pages cannot be served."""
    if any(probe.vital and not probe.ok for probe in probes):
        return "indisponible", 503
    if all(probe.ok for probe in probes):
        return "ok", 200
    return "dégradé", 200
