#!/usr/bin/env python3
"""Runs web, worker and scheduler together, and stops them together.

Used by the demonstration. Nothing is restarted silently: when one of the three dies, its name and
exit code are printed, the two others are stopped and the exit code is 1. Ctrl-C and SIGTERM stop
everything and exit 0. Plain standard library, so that ``--check-port`` runs before anything is
installed.

Environment: ``PORT`` (8000), ``EDEC_HOST`` (127.0.0.1), ``EDEC_DATA_DIR`` (./var),
``EDEC_WEB_WORKERS`` (2), ``EDEC_JOB_WORKERS`` (2).
"""

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 15
START_SECONDS = 60
PR_SET_PDEATHSIG = 1

ROLES = (
    ("Direction du programme", "budget, plan de financement, millésimes, rapports"),
    ("Chargé de mission", "entreprises, imports, sessions, dépenses"),
    ("Conseiller", "diagnostics et plans d’actions de ses entreprises"),
    ("Formateur", "ses sessions et l’émargement"),
    ("Financeur", "avancement, budget, rapports à télécharger"),
    ("Entreprise", "questionnaire, résultat, plan d’actions"),
)


@dataclass(frozen=True)
class Service:
    """One supervised process: the name a person reads and its command line."""

    name: str
    command: list[str]


def port_is_free(host: str, port: int) -> bool:
    """Tell whether gunicorn could listen on ``host:port`` right now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def services(host: str, port: int, data_dir: Path) -> list[Service]:
    """Return the three processes of an installation on one machine."""
    python = sys.executable
    web_workers = os.environ.get("EDEC_WEB_WORKERS", "2")
    job_workers = os.environ.get("EDEC_JOB_WORKERS", "2")
    # Containers often run as root: the demonstration accepts it and spares a frightening warning.
    quiet = ["-W", "ignore:You're running the worker"]
    celery = [python, *quiet, "-m", "celery", "--quiet", "--app", "edec_ia"]
    return [
        Service(
            "web",
            [
                *(python, "-m", "gunicorn", "edec_ia.wsgi:application"),
                *("--bind", f"{host}:{port}", "--workers", web_workers),
                *("--log-level", "warning"),
            ],
        ),
        Service(
            "worker",
            [
                *(*celery, "worker", "--concurrency", job_workers, "--loglevel", "WARNING"),
                *("--without-gossip", "--without-mingle", "--hostname", f"demo-{port}@%h"),
            ],
        ),
        Service(
            "planificateur",
            [
                *(*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""),
                *("--schedule", str(data_dir / "celerybeat-schedule")),
            ],
        ),
    ]


def die_with_parent() -> None:
    """Ask the kernel to stop this child if the supervisor is killed outright (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts the services, watches them, and leaves no orphan behind.

    Each service leads its own process group, so that a Ctrl-C typed in the terminal reaches only
    the supervisor, which then stops every group in order.
    """

    def __init__(self, services: list[Service]) -> None:
        self.services = services
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def request_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Signal handler: the main loop ends at its next turn."""
        self.stopping = True

    def start(self) -> None:
        """Start every service in its own process group."""
        for service in self.services:
            self.processes[service.name] = subprocess.Popen(
                service.command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent,  # safe: no thread exists yet
            )

    def dead(self) -> tuple[str, int] | None:
        """Return the name and exit code of the first service that ended, if any."""
        for name, process in self.processes.items():
            code = process.poll()
            if code is not None:
                return name, code
        return None

    def stop(self) -> None:
        """Ask each leader to stop, so that it ends its own children in order; then force what is left."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(
            process.poll() is None for process in self.processes.values()
        ):
            time.sleep(0.1)
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def run(self, url: str) -> int:
        """Run until asked to stop or until a service dies; return the exit code."""
        signal.signal(signal.SIGINT, self.request_stop)
        signal.signal(signal.SIGTERM, self.request_stop)
        signal.signal(signal.SIGHUP, self.request_stop)
        self.start()
        announced = False
        deadline = time.monotonic() + START_SECONDS
        try:
            while not self.stopping:
                ended = self.dead()
                if ended is not None:
                    name, code = ended
                    print(f"Le service « {name} » s’est arrêté (code {code}).", file=sys.stderr)
                    return 1
                if not announced and answers(f"{url}sante/"):
                    announce(url)
                    announced = True
                if not announced and time.monotonic() > deadline:
                    print("L’application ne répond pas : voyez les messages ci-dessus.", file=sys.stderr)
                    return 1
                time.sleep(0.25)
        finally:
            print("Arrêt en cours…", flush=True)
            self.stop()
        print("Tout est arrêté. Vos données sont conservées.", flush=True)
        return 0


def answers(url: str) -> bool:
    """Tell whether ``url`` answers 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  # our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def announce(url: str) -> None:
    """Print where to go and how to enter as each role."""
    width = max(len(name) for name, _purpose in ROLES)
    lines = [
        "",
        f"EDEC IA est prêt : {url}",
        "",
        "Sur cette page, un bouton par rôle fait entrer en un clic, sans mot de passe :",
        *(f"  {name.ljust(width)}  {purpose}" for name, purpose in ROLES),
        "",
        f"Observatoire public : {url}demonstration/observatoire/",
        "Ctrl-C arrête tout ; relancer « make demo » retrouve les mêmes données.",
        "",
    ]
    print("\n".join(lines), flush=True)


def main() -> int:
    """Check the port, then run the services."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check-port", action="store_true", help="only tell whether PORT is free")
    options = parser.parse_args()
    host = os.environ.get("EDEC_HOST", "127.0.0.1")
    port = int(os.environ.get("PORT", "8000"))
    if not port_is_free(host, port):
        print(
            f"Le port {port} est déjà utilisé. Choisissez-en un autre : make demo PORT={port + 1}",
            file=sys.stderr,
        )
        return 2
    if options.check_port:
        return 0
    data_dir = Path(os.environ.get("EDEC_DATA_DIR", ROOT / "var"))
    shown_host = "localhost" if host in {"127.0.0.1", "0.0.0.0"} else host  # noqa: S104
    return Supervisor(services(host, port, data_dir)).run(f"http://{shown_host}:{port}/")


if __name__ == "__main__":
    sys.exit(main())
