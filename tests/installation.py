"""A real installation for tests: its own database, files and broker; web, worker and scheduler processes.

Nothing of ours is replaced: the same commands as in production, on the embedded default, or on
PostgreSQL and Redis when ``EDEC_TEST_SERVICES`` is set.
"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import redis

from tests import prepared

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
        self.said = ""
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
            # Off unless a test serves one of its own.
            "REGISTER_URL": "",
            "PYTHONPATH": str(prepared.ROOT),
        }
        if os.environ.get("EDEC_TEST_SERVICES"):
            self.database = f"edec_e2e_{uuid.uuid4().hex[:8]}"
            environment |= self._services()
        return environment

    def _services(self) -> dict[str, str]:
        return {
            "DATABASE_URL": prepared.address_of(self.database),
            "CELERY_BROKER_URL": os.environ["CELERY_BROKER_URL"],
            "BROKER_KEY_PREFIX": f"{self.database}:",
        }

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed; a failure fails the test."""
        outcome = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=prepared.ROOT,
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
        with closing(prepared.connect(self.database)) as link, link.cursor() as cursor:
            cursor.execute(statement)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def prepare(self, *, companies: int) -> None:
        """Start from a seeded installation made once a run; a small demonstration in it when asked."""
        model = prepared.shared_folder(f"companies-{companies}", partial(_make_model, companies=companies))
        shutil.copytree(model / "data", self.folder / "data")
        if self.database:
            self._copy_database((model / "database").read_text())

    def _copy_database(self, template: str) -> None:
        prepared.execute(f'CREATE DATABASE "{self.database}" TEMPLATE "{template}"')

    def fill(self, folder: Path, *, companies: int) -> None:
        """Become what installations with so many companies are copied from; ``folder`` notes its database."""
        if self.database:
            self.database = prepared.new_database(folder, f"companies_{companies}")
            self.environment |= self._services()
        if companies:
            self.prepare(companies=0)
            self.manage("load_demo", "--companies", str(companies))
            return
        if self.database:
            self._copy_database(prepared.migrated_postgresql())
        else:
            (self.folder / "data").mkdir()
            shutil.copy(prepared.migrated_sqlite(), self.folder / "data" / "edec.sqlite3")
        self.manage("seed")
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
            cwd=prepared.ROOT,
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
        """Stop everything; remove the database made for the test, and its keys in the shared broker."""
        for name in list(self.processes):
            self.kill(name)
        if self.database:
            prepared.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        self.forget_wakeups()

    def forget_wakeups(self) -> None:
        """Remove the keys of this installation from the shared broker."""
        if self.database:
            with redis.Redis.from_url(os.environ["CELERY_BROKER_URL"]) as broker:
                for key in broker.scan_iter(f"{self.database}:*"):
                    broker.delete(key)


@contextmanager
def served(
    folder: Path,
    *,
    companies: int = 0,
    setup: str = "",
    environment: Mapping[str, str] | None = None,
    start: Sequence[str] = ("web", "worker", "beat"),
) -> Iterator[Installation]:
    """An installation with its processes, for the time of a ``with``; ``said`` is what ``setup`` printed.

    ``setup`` is Python run inside before anything starts; ``companies`` asks for a demonstration.
    """
    place = Installation(folder)
    place.environment |= environment or {}
    try:
        place.prepare(companies=companies)
        place.said = place.shell(setup) if setup else ""
        for name in start:
            place.start(name)
        yield place
    finally:
        place.stop()


def _make_model(folder: Path, *, companies: int) -> None:
    place = Installation(folder)
    try:
        place.fill(folder, companies=companies)
    finally:
        place.forget_wakeups()
