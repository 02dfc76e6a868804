"""The supervisor of the demonstration: everything stops together, nothing is left behind."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

# A service that itself starts a child, as gunicorn and Celery do, and writes both process numbers.
SERVICE = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "w") as out:
    out.write(f"{os.getpid()} {child.pid}")
time.sleep(60)
"""
RUN = """
import sys
sys.path.insert(0, sys.argv[1])
import serve
python, folder = sys.executable, sys.argv[2]
lasting = lambda name: serve.Service(name, [python, "-c", sys.argv[3], f"{folder}/{name}"])
services = [lasting("web"), lasting("worker")]
if len(sys.argv) > 4:
    dying = "import time; time.sleep(0.5); raise SystemExit(7)"
    services.append(serve.Service("planificateur", [python, "-c", dying]))
sys.exit(serve.Supervisor(services).run("http://127.0.0.1:9/"))
"""


def is_running(pid):
    """Whether a process exists and is not merely waiting to be buried."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]
    except FileNotFoundError:
        return False


def start(folder, *extra):
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(SCRIPTS), str(folder), SERVICE, *extra],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        pids = [int(pid) for name in ("web", "worker") for pid in read(folder / name)]
        if len(pids) == 4:
            return process, pids
        time.sleep(0.05)
    raise AssertionError("the services did not start")


def read(path):
    return path.read_text().split() if path.exists() else []


def gone(pids):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and any(map(is_running, pids)):
        time.sleep(0.05)
    return not any(map(is_running, pids))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_orphan(tmp_path, number):
    process, pids = start(tmp_path)
    assert all(map(is_running, pids))
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert "Tout est arrêté. Vos données sont conservées." in out
    assert gone(pids)


def test_a_dead_service_is_named_and_stops_the_others(tmp_path):
    process, pids = start(tmp_path, "with a service that dies")
    _out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err == "Le service « planificateur » s’est arrêté (code 7).\n"
    assert gone(pids)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux only")
def test_a_killed_supervisor_takes_its_services_along(tmp_path):
    process, pids = start(tmp_path)
    process.kill()
    process.wait(timeout=10)
    assert gone(pids[::2])
    for pid in pids[1::2]:
        # The grandchildren of this test ignore their parent's end; real ones watch it.
        os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=10)


def test_a_busy_port_is_said_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, str(SCRIPTS / "serve.py"), "--check-port"],
            env={**os.environ, "PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == (
        f"Le port {port} est déjà utilisé. Choisissez-en un autre : make demo PORT={port + 1}\n"
    )


def test_the_three_services_use_this_python(tmp_path):
    spec = importlib.util.spec_from_file_location("serve", SCRIPTS / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    serve = importlib.util.module_from_spec(spec)
    sys.modules["serve"] = serve
    try:
        spec.loader.exec_module(serve)
        services = serve.services("127.0.0.1", 8000, tmp_path)
    finally:
        del sys.modules["serve"]
    assert [service.name for service in services] == ["web", "worker", "planificateur"]
    assert {service.command[0] for service in services} == {sys.executable}
