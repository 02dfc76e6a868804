"""A real installation for tests: its own database, files and broker; web, worker and scheduler processes.

Nothing of ours is replaced: the same commands as in production, on the embedded default, or on
PostgreSQL and Redis when ``EDEC_TEST_SERVICES`` is set.
"""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90
LEASE_SECONDS = 4


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """Wait until ``condition`` gives something true, and return it; fail with ``what`` otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if outcome := condition():
            return outcome
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


class Installation:
    """Processes and data of one installation, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.database = ""
        self.environment = self._environment()

    def _environment(self) -> dict[str, str]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE"}
        }
        environment |= {
            "DJANGO_SETTINGS_MODULE": "edec_ia.settings.dev",
            "EDEC_DEMO": "1",
            "EDEC_DATA_DIR": str(self.folder / "data"),
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "JOB_SWEEP_SECONDS": "1",
            "PYTHONPATH": str(ROOT),
        }
        if os.environ.get("EDEC_TEST_SERVICES"):
            self.database = f"edec_e2e_{uuid.uuid4().hex[:8]}"
            base = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
            broker = os.environ["CELERY_BROKER_URL"]
            self._psql(f'CREATE DATABASE "{self.database}"')
            environment |= {"DATABASE_URL": f"{base}/{self.database}", "CELERY_BROKER_URL": broker}
        return environment

    @staticmethod
    def _connect(database: str) -> Any:
        import environ
        import psycopg2

        config = environ.Env.db_url_config(os.environ["DATABASE_URL"])
        link = psycopg2.connect(
            host=config["HOST"],
            port=config["PORT"] or None,
            user=config["USER"],
            password=config["PASSWORD"] or None,
            dbname=database,
        )
        link.autocommit = True
        return link

    def _psql(self, statement: str) -> None:
        with closing(self._connect("postgres")) as link, link.cursor() as cursor:
            cursor.execute(statement)

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed; a failure fails the test."""
        outcome = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome.stdout

    def shell(self, code: str) -> str:
        """Run Python inside the installation and return what it printed."""
        return self.manage("shell", "--no-imports", "-c", code).strip()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Read the installation's database from outside, past our own code; identifiers in hexadecimal."""
        if not self.database:
            address = f"file:{self.folder / 'data' / 'edec.sqlite3'}?mode=ro"
            with closing(sqlite3.connect(address, uri=True, timeout=20)) as link:
                return link.execute(statement).fetchall()
        with closing(self._connect(self.database)) as link, link.cursor() as cursor:
            cursor.execute(statement)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def prepare(self, *, companies: int) -> None:
        """Migrate, seed, load a small demonstration, gather static files."""
        self.manage("migrate", "-v0")
        self.manage("seed")
        if companies:
            self.manage("load_demo", "--companies", str(companies))
        self.manage("collectstatic", "--noinput", "-v0")

    def start(self, name: str) -> None:
        """Start ``web``, ``worker`` or ``beat``, each leading its own process group."""
        celery = [sys.executable, "-m", "celery", "--app", "edec_ia"]
        commands = {
            "web": [
                *(sys.executable, "-m", "gunicorn", "edec_ia.wsgi:application"),
                *("--bind", f"127.0.0.1:{self.port}", "--workers", "2"),
            ],
            "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "INFO", "--pool", "prefork"],
            "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile", ""],
        }
        log = (self.logs / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            commands[name],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        if name == "web":
            wait_for(self._answers, seconds=START_SECONDS, what="the web process answers")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/sante/", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self, name: str) -> None:
        """Kill a process and its children outright (``kill -9``)."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Stop everything and remove the database made for the test."""
        for name in list(self.processes):
            self.kill(name)
        if self.database:
            self._psql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
