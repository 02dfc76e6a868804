"""The job table keeps its promise: accepted once, done once, never lost, given up after five attempts."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from core import jobs
from core.enums import JobStatus
from core.errors import BusinessError
from core.models import Job
from core.registries import job_handlers

RUNS: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Handlers of these tests, removed afterwards."""

    @jobs.handler("tests.note")
    def note(job: jobs.RunningJob, **payload: Any) -> dict[str, Any]:
        job.progress(40, "À mi-chemin")
        RUNS.append(payload)
        return {"url": "/fait/", "label": "Voir"}

    @jobs.handler("tests.break")
    def break_down(job: jobs.RunningJob, **payload: Any) -> None:
        raise RuntimeError("panne")

    @jobs.handler("tests.refuse")
    def refuse(job: jobs.RunningJob, **payload: Any) -> None:
        raise BusinessError("Le fichier est vide.")

    RUNS.clear()
    yield
    for name in ("tests.note", "tests.break", "tests.refuse"):
        del job_handlers._entries[name]


pytestmark = pytest.mark.django_db


def test_a_job_runs_once_and_keeps_its_result() -> None:
    job = jobs.enqueue("tests.note", number=3)
    assert jobs.run(job.pk, heartbeat=False) is True
    assert jobs.run(job.pk, heartbeat=False) is False
    job.refresh_from_db()
    assert (job.status, job.percent, job.result) == (JobStatus.DONE, 100, {"url": "/fait/", "label": "Voir"})
    assert RUNS == [{"number": 3}]


def test_the_same_key_gives_the_same_job() -> None:
    first = jobs.enqueue("tests.note", key="rapport-1", number=1)
    second = jobs.enqueue("tests.note", key="rapport-1", number=2)
    assert first.pk == second.pk
    assert Job.objects.count() == 1


def test_an_unknown_handler_is_refused_at_once() -> None:
    with pytest.raises(LookupError, match="unknown job handler"):
        jobs.enqueue("tests.nowhere")


def test_a_rolled_back_caller_leaves_no_job() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue("tests.note")
        raise ZeroDivisionError
    assert not Job.objects.exists()


def test_a_failing_job_is_tried_five_times_then_given_up_with_its_error() -> None:
    job = jobs.enqueue("tests.break")
    for attempt in range(1, 6):
        Job.objects.update(available_at=timezone.now() - timedelta(seconds=1))
        assert jobs.run(job.pk, heartbeat=False) is True
        job.refresh_from_db()
        assert job.attempts == attempt
    assert (job.status, job.error) == (JobStatus.ABANDONED, "RuntimeError: panne")
    assert jobs.run(job.pk, heartbeat=False) is False


def test_a_refused_job_is_not_tried_again() -> None:
    job = jobs.enqueue("tests.refuse")
    jobs.run(job.pk, heartbeat=False)
    job.refresh_from_db()
    assert (job.status, job.error, job.attempts) == (JobStatus.ABANDONED, "Le fichier est vide.", 1)


def test_a_job_left_by_a_dead_worker_is_taken_again_and_the_ghost_cannot_finish_it() -> None:
    job = jobs.enqueue("tests.note")
    ghost = jobs.claim(job.pk)
    assert ghost is not None
    assert jobs.claim(job.pk) is None
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.sweep() == 1
    assert jobs.run(job.pk, heartbeat=False) is True
    assert ghost.finish({"url": "/fantôme/"}) is False
    assert ghost.renew() is False
    job.refresh_from_db()
    assert (job.result["url"], job.attempts) == ("/fait/", 2)


def test_the_sweeper_gives_up_what_died_five_times() -> None:
    job = jobs.enqueue("tests.note")
    Job.objects.update(
        attempts=5, status=JobStatus.RUNNING, lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert jobs.drain() == 0, "nobody takes it again, and nobody waits for it for ever"
    assert jobs.sweep() == 0
    job.refresh_from_db()
    assert job.status == JobStatus.ABANDONED


def test_a_beat_that_fails_does_not_stop_the_heart(settings: Any) -> None:
    settings.JOB_LEASE_SECONDS = 0.03
    beats = iter([OperationalError("database is locked"), True, False])

    class Stumbling(jobs.RunningJob):
        def renew(self) -> bool:
            beat = next(beats)
            if isinstance(beat, Exception):
                raise beat
            return beat

    running = Stumbling(jobs.enqueue("tests.note"), uuid4())
    heart = Thread(target=jobs._keep_alive, args=(running, Event()))
    heart.start()
    heart.join(timeout=10)
    assert list(beats) == []


def test_a_dead_broker_delays_and_loses_nothing(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from edec_ia.celery import app

    app.conf.broker_url = "redis://127.0.0.1:1/0"
    app.pool.force_close_all()
    try:
        with django_capture_on_commit_callbacks(execute=True):
            job = jobs.enqueue("tests.note", number=9)
    finally:
        app.conf.broker_url = settings.CELERY_BROKER_URL
        app.pool.force_close_all()
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED
    assert jobs.drain() == 1
    assert RUNS == [{"number": 9}]


def test_retrying_an_abandoned_job_twice_is_harmless() -> None:
    job = jobs.enqueue("tests.note")
    Job.objects.update(status=JobStatus.ABANDONED, attempts=5)
    assert jobs.retry(job=job) is True
    assert jobs.retry(job=job) is False
    assert jobs.drain() == 1
