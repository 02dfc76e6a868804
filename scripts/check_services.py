"""Says, before a long test run, whether PostgreSQL and Redis answer where the settings point.

Reads ``DATABASE_URL`` and ``CELERY_BROKER_URL``; exits 1 and names the silent service otherwise.
"""

import os
import sys

import environ
import psycopg2  # type: ignore[import-untyped]
import redis


def database_problem(url: str) -> str | None:
    """Return why the server of ``url`` cannot be used, or ``None``.

    Connects to the ``postgres`` database, which always exists: the test runner creates its own.
    """
    parts = environ.Env.db_url_config(url)
    try:
        psycopg2.connect(
            host=parts["HOST"],
            port=parts["PORT"] or 5432,
            user=parts["USER"],
            password=parts["PASSWORD"],
            dbname="postgres",
            connect_timeout=5,
        ).close()
    except psycopg2.OperationalError as error:
        return f"PostgreSQL : {error}".strip()
    return None


def broker_problem(url: str) -> str | None:
    """Return why the Redis server of ``url`` cannot be used, or ``None``."""
    try:
        redis.Redis.from_url(url, socket_connect_timeout=5).ping()
    except redis.RedisError as error:
        return f"Redis : {error}"
    return None


def main() -> int:
    """Print the silent services; return 1 if there is one."""
    problems = [
        problem
        for problem in (
            database_problem(os.environ["DATABASE_URL"]),
            broker_problem(os.environ["CELERY_BROKER_URL"]),
        )
        if problem
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
