"""Jobs: nothing accepted is ever lost (docs/architecture.md §4).

``enqueue`` writes a row in the caller's transaction; ``run`` claims it with one conditional UPDATE,
keeps its lease alive from a thread, and finishes it only if it still holds it. ``sweep`` gives back to
the broker what it never delivered or what a dead worker left.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.context import entered_by
from core.enums import Door, JobStatus
from core.errors import BusinessError
from core.models import Job
from core.registries import daily_jobs, job_handlers

log = logging.getLogger(__name__)
Handler = Callable[..., dict[str, Any] | None]


def handler(name: str) -> Callable[[Handler], Handler]:
    """Register a function as the handler of jobs called ``name``.

    It receives the running job and the payload as keywords, must be idempotent, and may return a
    result (``{"url": …, "label": …}`` gives the progress page its link).
    """

    def register(function: Handler) -> Handler:
        job_handlers.register(name, function)
        return function

    return register


def enqueue(
    name: str,
    *,
    key: str | None = None,
    label: str = "",
    programme_id: int | None = None,
    actor: Any = None,
    run_at: datetime | None = None,
    **payload: Any,
) -> Job:
    """Accept a piece of work. The same ``key`` always gives the same job, whoever asks twice.

    ``run_at`` puts it off: the sweeper finds it when its time has come. ``payload`` holds ids and plain
    values only. Raises ``LookupError`` for an unknown handler.
    Side effects: one row in the caller's transaction; a wake-up is sent after commit.
    """
    job_handlers.get(name)
    if key is not None and (existing := Job.objects.filter(key=key).first()):
        return existing
    try:
        with transaction.atomic():
            job = Job.objects.create(
                name=name,
                key=key,
                label=label,
                payload=payload,
                programme_id=programme_id,
                actor=actor if actor is not None and actor.pk else None,
                available_at=run_at or timezone.now(),
            )
    except IntegrityError:
        return Job.objects.get(key=key)
    if run_at is None:
        transaction.on_commit(lambda: wake(job.pk))
    return job


def wake(job_id: uuid.UUID) -> None:
    """Tell a worker that a job waits. A dead broker only delays: the sweeper asks again."""
    try:
        # By its name: the task, which calls this module, is not imported here.
        current_app.send_task("core.tasks.run_job", args=[str(job_id)], retry=False)
    except Exception:  # noqa: BLE001 -- whatever the broker raises, the row is safe and will be swept
        log.warning("broker unreachable, job left to the sweeper", extra={"job": str(job_id)})


def _ready() -> Q:
    now = timezone.now()
    return Q(available_at__lte=now) & (
        Q(status=JobStatus.QUEUED) | Q(status=JobStatus.RUNNING, lease_until__lt=now)
    )


def ready_jobs() -> QuerySet[Job]:
    """Jobs that a worker may take now: waiting, or left by a worker whose lease ran out.

    Those whose attempts are used up are for the sweeper to give up.
    """
    open_to_workers = Job.objects.filter(_ready(), attempts__lt=settings.JOB_MAX_ATTEMPTS)
    return open_to_workers.order_by("available_at", "created_at")


def oldest_waiting_seconds() -> int:
    """Age in seconds of the oldest job waiting for a worker; 0 when none waits."""
    job = ready_jobs().first()
    return int((timezone.now() - job.available_at).total_seconds()) if job else 0


class RunningJob:
    """A claimed job, as its handler sees it."""

    def __init__(self, job: Job, token: uuid.UUID) -> None:
        self.job, self.token = job, token
        self.id = job.pk
        self.programme_id = job.programme_id
        self.actor = job.actor

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.id, token=self.token, status=JobStatus.RUNNING)

    def renew(self) -> bool:
        """Prolong the lease; false when another worker has taken the job."""
        return bool(self._mine().update(lease_until=_lease_end()))

    def progress(self, percent: int, step: str) -> None:
        """Tell the person where the work is: whole percent and a short French step."""
        self._mine().update(percent=max(0, min(99, percent)), step=step[:200], lease_until=_lease_end())

    def finish(self, result: dict[str, Any] | None) -> bool:
        """Close the job; false when the lease was lost, in which case the other run's end counts."""
        return bool(
            self._mine().update(
                status=JobStatus.DONE,
                percent=100,
                step="",
                error="",
                result=result or {},
                finished_at=timezone.now(),
                lease_until=None,
            )
        )

    def fail(self, message: str, *, final: bool) -> None:
        """Keep the error; try again later unless it is final or the attempts are used up."""
        if final or self.job.attempts >= settings.JOB_MAX_ATTEMPTS:
            self._mine().update(
                status=JobStatus.ABANDONED, error=message, finished_at=timezone.now(), lease_until=None
            )
            return
        delay = timedelta(seconds=5 * 3 ** (self.job.attempts - 1))
        self._mine().update(
            status=JobStatus.QUEUED, error=message, lease_until=None, available_at=timezone.now() + delay
        )


def _lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def claim(job_id: uuid.UUID | str) -> RunningJob | None:
    """Take a job with one conditional UPDATE; ``None`` when it is not to be taken."""
    token = uuid.uuid4()
    taken = Job.objects.filter(_ready(), pk=job_id, attempts__lt=settings.JOB_MAX_ATTEMPTS).update(
        status=JobStatus.RUNNING,
        token=token,
        attempts=F("attempts") + 1,
        lease_until=_lease_end(),
        started_at=timezone.now(),
    )
    if not taken:
        return None
    return RunningJob(Job.objects.select_related("actor").get(pk=job_id), token)


def run(job_id: uuid.UUID | str, *, heartbeat: bool = True) -> bool:
    """Claim and carry out one job; false when it was not to be taken.

    ``heartbeat`` keeps the lease alive from a thread, since a PDF is one long call. Side effects:
    whatever the handler does; the row says how it ended. Errors are kept on the row, never raised.
    """
    running = claim(job_id)
    if running is None:
        return False
    stop = threading.Event()
    beat = threading.Thread(target=_keep_alive, args=(running, stop), daemon=True)
    if heartbeat:
        beat.start()
    with entered_by(Door.JOB, str(running.id)[:12]):
        try:
            result = job_handlers.get(running.job.name)(running, **running.job.payload)
        except BusinessError as error:
            running.fail(error.message, final=True)
        except Exception as error:
            log.exception("job failed", extra={"job": str(running.id), "handler": running.job.name})
            running.fail(f"{type(error).__name__}: {error}", final=False)
        else:
            running.finish(result)
        finally:
            stop.set()
            if heartbeat:
                beat.join(timeout=5)
    return True


def _keep_alive(running: RunningJob, stop: threading.Event) -> None:
    try:
        while not stop.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                if not running.renew():
                    return
            except DatabaseError:
                # Busy or restarting: a lease lasts three beats, so that the next one may still hold it.
                log.warning("lease not renewed", extra={"job": str(running.id)})
                connection.close()
    finally:
        connection.close()


def sweep() -> int:
    """Wake up every job that waits, and give up those whose attempts are used up; how many were woken."""
    exhausted = Job.objects.filter(_ready(), attempts__gte=settings.JOB_MAX_ATTEMPTS)
    exhausted.update(status=JobStatus.ABANDONED, finished_at=timezone.now(), lease_until=None)
    waiting = list(ready_jobs().values_list("pk", flat=True)[:500])
    for job_id in waiting:
        wake(job_id)
    return len(waiting)


def start_day() -> list[Job]:
    """Accept each daily job whose hour has come; asked again the same day, the same jobs are given back.

    Called every few minutes, so that a scheduler that was down at the hour delays a day's work and never
    skips it.
    """
    now = timezone.localtime()
    return [
        enqueue(name, key=f"{name}-{now.date()}") for name, hour in daily_jobs.items() if now.time() >= hour
    ]


def drain(limit: int = 1000) -> int:
    """Carry out, in this process, every job that is ready; how many ran. For commands and tests."""
    done = 0
    while done < limit and (job := ready_jobs().first()):
        if run(job.pk, heartbeat=False):
            done += 1
    return done


def retry(*, job: Job) -> bool:
    """Give an abandoned job its attempts back; false when it was not abandoned (a second click)."""
    reset = Job.objects.filter(pk=job.pk, status=JobStatus.ABANDONED).update(
        status=JobStatus.QUEUED, attempts=0, percent=0, step="", available_at=timezone.now()
    )
    if reset:
        transaction.on_commit(lambda: wake(job.pk))
    return bool(reset)
