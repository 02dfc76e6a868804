"""What was accepted is done, once, whatever dies: real processes, really killed."""

import json
import os
import shutil
import signal
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.e2e.programme import OPEN, SLUG
from tests.installation import Installation, free_port, served, wait_for

pytestmark = pytest.mark.e2e

DONE_SECONDS = 90
EMAILS = 5
ASK = """
import json
from django.utils import timezone
from accounts.models import User
from notifications.services import send_message
from programme.models import Programme
from reports.periods import default_period
from reports.services import request_progress_report

programme = Programme.objects.get(slug="{slug}")
director = User.objects.filter(role_grants__programme=programme, role_grants__role="director").first()
period = default_period(programme.starts_on, timezone.localdate(), programme.ends_on)
document = request_progress_report(
    actor=director, programme=programme, period=period, introduction="Panne", key="{key}"
)
messages = [
    send_message(
        template="staff_invitation", recipient=director, programme=programme,
        context={{"role": "Direction", "inviter": "Essai"}}, link_path="/{slug}/",
    )
    for _rank in range({emails})
]
print(json.dumps({{
    "document": document.pk.hex, "job": document.job_id.hex, "code": document.code,
    "messages": [message.pk.hex for message in messages],
}}))
"""


class ShutDoor:
    """An address that hangs up on everybody, as a broker that is away, and counts the attempts."""

    def __init__(self) -> None:
        self.knocks = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._porter = Thread(target=self._hang_up, daemon=True)
        self._porter.start()

    def _hang_up(self) -> None:
        while True:
            try:
                visitor, _address = self._server.accept()
            except OSError:
                return
            self.knocks += 1
            visitor.close()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._porter.join()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A programme without any process yet: each test starts and kills its own."""
    with served(tmp_path_factory.mktemp("pannes"), setup=OPEN, start=()) as place:
        yield place


@pytest.fixture(autouse=True)
def _stopped(installation: Installation) -> Iterator[None]:
    """No process goes from one test to the next."""
    yield
    for name in list(installation.processes):
        installation.kill(name)


def ask(installation: Installation) -> dict[str, Any]:
    """Ask for a report and a few e-mails from a process of its own; what it printed."""
    printed = installation.shell(ASK.format(slug=SLUG, emails=EMAILS, key=uuid.uuid4().hex))
    asked: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return asked


def job_of(installation: Installation, asked: dict[str, Any]) -> tuple[Any, ...]:
    """Status, percent and attempts of the report's job, read in the database."""
    rows = installation.query(f"SELECT status, percent, attempts FROM core_job WHERE id = '{asked['job']}'")
    return rows[0]


def wait_until_done(installation: Installation, asked: dict[str, Any]) -> None:
    """Wait for the report and the e-mails; an abandoned job fails at once."""
    wanted = ", ".join(f"'{message}'" for message in asked["messages"])

    def done() -> bool:
        status = job_of(installation, asked)[0]
        assert status != "abandoned"
        sent = installation.query(f"SELECT status FROM notifications_message WHERE id IN ({wanted})")
        return bool(status == "done" and sent == [("sent",)] * EMAILS)

    wait_for(done, seconds=DONE_SECONDS, what="the report and the e-mails are done")


def check_made_once(installation: Installation, asked: dict[str, Any]) -> None:
    """The document is ready with exactly its two files, on the row, in the ledger and on the disk."""
    document = installation.query(
        "SELECT d.status, f.name, g.name FROM documents_document d"
        " JOIN core_storedfile f ON f.id = d.file_id JOIN core_storedfile g ON g.id = d.data_file_id"
        f" WHERE d.id = '{asked['document']}'"
    )
    stored = installation.query(
        f"SELECT name, content FROM core_storedfile WHERE name LIKE '%{asked['code']}%' ORDER BY name"
    )
    assert document == [("ready", *(name for name, _content in stored))]
    assert [name.rpartition(".")[2] for name, _content in stored] == ["pdf", "xlsx"]
    known = {content for (content,) in installation.query("SELECT content FROM core_storedfile")}
    folder = installation.folder / "data" / "files"
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert on_disk == known
    assert (folder / stored[0][1]).read_bytes().startswith(b"%PDF-")
    ready = installation.query(
        "SELECT count(*) FROM core_auditevent WHERE verb = 'document.requested'"
        f" AND object_id = '{uuid.UUID(asked['document'])}'"
    )
    assert ready == [(1,)]


def test_a_report_whose_worker_is_killed_still_arrives_once(installation: Installation) -> None:
    # Asked before the worker starts, so that the watch begins before the work does.
    asked = ask(installation)
    for name in ("worker", "beat"):
        installation.start(name)

    def under_way() -> bool:
        status, percent, _attempts = job_of(installation, asked)
        return bool(status == "running" and percent > 0)

    wait_for(under_way, seconds=DONE_SECONDS, what="the report is being made")
    installation.kill("worker")
    status, percent, attempts = job_of(installation, asked)
    assert (status, 0 < percent < 100, attempts) == ("running", True, 1)
    installation.start("worker")
    wait_until_done(installation, asked)
    assert job_of(installation, asked) == ("done", 100, 2)
    check_made_once(installation, asked)


@pytest.fixture
def shut_door() -> Iterator[ShutDoor]:
    """A broker that is away, and counts who asked for it."""
    door = ShutDoor()
    yield door
    door.close()


def test_what_is_asked_while_the_broker_is_away_is_done_when_it_is_back(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, shut_door: ShutDoor
) -> None:
    with monkeypatch.context() as away:
        away.setitem(installation.environment, "CELERY_BROKER_URL", f"redis://{shut_door.address}/0")
        asked = ask(installation)
    # One attempt for the report and for each e-mail: whoever asks is never held by the client's retries.
    assert shut_door.knocks == 1 + EMAILS
    assert job_of(installation, asked) == ("queued", 0, 0)
    for name in ("worker", "beat"):
        installation.start(name)
    wait_until_done(installation, asked)
    assert job_of(installation, asked) == ("done", 100, 1)
    check_made_once(installation, asked)


@pytest.fixture
def broker(tmp_path: Path, installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """``broker()`` starts a Redis of this test alone and returns how to kill it outright."""
    port = free_port()
    monkeypatch.setitem(installation.environment, "CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        process = running.pop()
        process.send_signal(signal.SIGKILL)
        process.wait()

    def start() -> Callable[[], None]:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        with (tmp_path / "redis.log").open("ab") as log:
            running.append(subprocess.Popen([*command, "--dir", str(tmp_path)], stdout=log, stderr=log))
        return kill

    yield start
    # The worker and the scheduler go first: they would complain about a broker that leaves.
    for name in list(installation.processes):
        installation.kill(name)
    while running:
        kill()


@pytest.mark.services
@pytest.mark.skipif(not os.environ.get("EDEC_TEST_SERVICES"), reason="runs with PostgreSQL and Redis only")
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server to start and kill here")
def test_a_redis_killed_and_restarted_empty_loses_nothing(installation: Installation, broker: Any) -> None:
    kill = broker()
    for name in ("worker", "beat"):
        installation.start(name)
    before = ask(installation)
    wait_until_done(installation, before)
    kill()
    asked = ask(installation)
    assert job_of(installation, asked) == ("queued", 0, 0)
    broker()
    wait_until_done(installation, asked)
    assert job_of(installation, asked) == ("done", 100, 1)
    check_made_once(installation, asked)
