"""``/sante/``: 503 only when pages cannot be served, « dégradé » with 200 for what only delays work."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core import health
from core.models import Job

pytestmark = pytest.mark.django_db


def test_all_well(client: Client) -> None:
    response = client.get("/sante/")
    assert response.status_code == 200
    body = response.json()
    assert body["statut"] == "ok"
    assert set(body["parties"]) == {"database", "broker", "storage", "oldest_job"}


def test_a_dead_broker_only_degrades(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # Celery lets this variable win over its settings.
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    from edec_ia.celery import app

    before = app.conf.broker_url
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    app.pool.force_close_all()
    try:
        response = client.get("/sante/")
    finally:
        app.conf.broker_url = before
        app.pool.force_close_all()
    assert response.status_code == 200
    body = response.json()
    assert body["statut"] == "dégradé"
    assert body["parties"]["broker"]["ok"] is False


def test_a_job_that_waits_too_long_degrades(client: Client) -> None:
    Job.objects.create(name="x", available_at=timezone.now() - timedelta(seconds=health.LATE_SECONDS + 5))
    body = client.get("/sante/").json()
    assert body["statut"] == "dégradé"
    oldest = body["parties"]["oldest_job"]
    assert oldest["ok"] is False
    assert int(oldest["detail"].removesuffix(" s")) >= health.LATE_SECONDS, "the age is what one looks for"


def test_only_a_vital_failure_answers_503() -> None:
    dead = health.Check("database", ok=False, vital=True, detail="OperationalError", milliseconds=1)
    late = health.Check("broker", ok=False, vital=False, detail="OSError", milliseconds=1)
    fine = health.Check("storage", ok=True, vital=False, detail="", milliseconds=1)
    assert health.verdict((dead, fine)) == ("indisponible", 503)
    assert health.verdict((late, fine)) == ("dégradé", 200)
    assert health.verdict((fine,)) == ("ok", 200)
