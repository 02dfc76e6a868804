"""Celery tasks: three wake-ups. What they carry is an id; what they do is in ``core.jobs``."""

from celery import shared_task

from core import jobs


@shared_task(name="core.tasks.run_job")  # type: ignore[untyped-decorator]  # Celery has no types
def run_job(job_id: str) -> None:
    """Carry out one job if it is still to be taken."""
    jobs.run(job_id)


@shared_task(name="core.tasks.sweep_jobs")  # type: ignore[untyped-decorator]  # same
def sweep_jobs() -> None:
    """Wake up what the broker lost or a dead worker left."""
    jobs.sweep()


@shared_task(name="core.tasks.start_day")  # type: ignore[untyped-decorator]  # same
def start_day() -> None:
    """Accept the work of the day, once its hour has come."""
    jobs.start_day()
