"""A gunicorn with two workers on the measured database, and wrk against it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from tests.installation import free_port, wait_for
from tests.prepared import ROOT

LUA = """
wrk.method = "{method}"
wrk.headers["Cookie"] = {cookie}
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Accept-Encoding"] = "identity"
{extra}
{turns}
"""
# One person after another, as they come; and no form twice in a row, which may have nothing to write.
TURNS = """
local turns, turn = {turns}, 0
request = function()
  turn = turn % #turns + 1
  local path, cookie, csrf, body = unpack(turns[turn])
  wrk.headers["Cookie"], wrk.headers["X-CSRFToken"] = cookie, csrf
  return wrk.format(nil, path, nil, body)
end
"""


@dataclass(frozen=True)
class Turn:
    """One form of one person."""

    path: str
    cookie: str
    csrf: str
    body: str


@dataclass(frozen=True)
class Page:
    """A page to measure: how it is asked for, by whom; ``turns`` are sent one after the other."""

    name: str
    path: str
    cookie: str = ""
    method: str = "GET"
    turns: tuple[Turn, ...] = ()
    htmx: bool = False
    target: str = ""


@dataclass(frozen=True)
class Load:
    """What wrk saw: requests per second, median and 99th percentile in milliseconds, refusals."""

    rate: float
    p50: float
    p99: float
    refused: int


class Server:
    """The measured server; start it once, load it page by page."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            *(sys.executable, "-m", "gunicorn", "edec_ia.wsgi:application", "--workers", "2"),
            *("--bind", f"127.0.0.1:{self.port}", "--keep-alive", "60", "--log-level", "error"),
        ]
        environment = {**os.environ, "SITE_URL": self.url, "LOG_LEVEL": "ERROR"}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        wait_for(self._answers, seconds=60, what="the measured server answers")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/bench/plancher/", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def load(self, page: Page, *, seconds: int, connections: int = 4) -> Load:
        """Load one page for some seconds."""
        script = self.folder / "request.lua"
        script.write_text(
            LUA.format(
                method=page.method,
                cookie=json.dumps(page.cookie),
                extra=_htmx_headers(page),
                turns=_turns(page),
            )
        )
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script)]
        said = subprocess.run(
            [*command, f"{self.url}{page.path}"], capture_output=True, text=True, check=True
        ).stdout
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        return Load(
            rate=float(_found(r"Requests/sec:\s+([\d.]+)", said)),
            p50=_milliseconds(_found(r"(?m)^\s+50%\s+(\S+)", said)),
            p99=_milliseconds(_found(r"(?m)^\s+99%\s+(\S+)", said)),
            refused=int(refused[1]) if refused else 0,
        )

    def stop(self) -> None:
        """Stop the server and its workers."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()
        time.sleep(0.2)


def _turns(page: Page) -> str:
    if not page.turns:
        return ""
    told = ((turn.path, turn.cookie, turn.csrf, turn.body) for turn in page.turns)
    rows = (f"{{{', '.join(map(json.dumps, each))}}}" for each in told)
    return TURNS.replace("{turns}", f"{{{', '.join(rows)}}}")


def _htmx_headers(page: Page) -> str:
    lines = ['wrk.headers["HX-Request"] = "true"'] if page.htmx else []
    if page.target:
        lines.append(f'wrk.headers["HX-Target"] = {json.dumps(page.target)}')
    return "\n".join(lines)


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise RuntimeError(f"wrk said:\n{text}")
    return match[1]


def _milliseconds(text: str) -> float:
    for unit, factor in (("us", 0.001), ("ms", 1.0), ("s", 1000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)
