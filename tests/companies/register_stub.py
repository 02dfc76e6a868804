"""A public register on loopback that answers, delays, breaks, truncates and lies.

``python -m tests.companies.register_stub PORT`` serves the browser test, with the companies of ``ANSWERS``.
"""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.companies.samples import make_siren, make_siret, register_answer, register_place, register_record

FOUND_SIREN = make_siren(77)
FOUND_SIRET = make_siret(FOUND_SIREN)
FOUND = register_record(
    FOUND_SIREN,
    nom_complet="FONDERIE DU REPERTOIRE",
    nom_raison_sociale="FONDERIE DU REPERTOIRE",
    sigle=None,
    siege=register_place(FOUND_SIRET, est_siege=True, activite_principale="62.02A"),
)


def matching(records: list[dict[str, Any]], text: str) -> dict[str, Any]:
    """What a register that works answers: by number, or by the beginning of a word of the name."""
    compact = text.replace(" ", "")
    if compact.isdigit():
        kept = [record for record in records if str(record["siren"]) == compact[:9]]
    else:
        kept = [record for record in records if text.lower() in str(record["nom_complet"]).lower()]
    return register_answer(*kept)


class StubRegister(ThreadingHTTPServer):
    """``mode`` says how it misbehaves; ``asked`` keeps the questions."""

    daemon_threads = True

    def __init__(self, port: int = 0, records: list[dict[str, Any]] | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.records = [FOUND] if records is None else records
        self.mode = "works"
        self.asked: list[dict[str, str]] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what is tested."""


class Handler(BaseHTTPRequestHandler):
    server: StubRegister
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.server.asked.append({"path": parts.path, **asked})
        getattr(self, f"answer_{self.server.mode}")(matching(self.server.records, asked.get("q", "")))

    def _send(self, body: bytes, status: int = 200, *, announced: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if announced is None else announced))
        self.end_headers()
        self.wfile.write(body)

    def answer_works(self, answer: dict[str, Any]) -> None:
        self._send(json.dumps(answer).encode())

    def answer_never(self, answer: dict[str, Any]) -> None:
        self.server.released.wait(20)
        self.close_connection = True

    def answer_drop_by_drop(self, answer: dict[str, Any]) -> None:
        """Each byte comes before any read times out; the whole never does."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.server.released.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()
        self.close_connection = True

    def answer_headers_drop_by_drop(self, answer: dict[str, Any]) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.released.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()
        self.close_connection = True

    def answer_truncated(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self._send(body[: len(body) // 2], announced=len(body))
        self.close_connection = True

    def answer_half_a_json(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self._send(body[: len(body) // 2])

    def answer_hangs_up(self, answer: dict[str, Any]) -> None:
        self.close_connection = True

    def answer_nonsense(self, answer: dict[str, Any]) -> None:
        self._send(b"<html>Maintenance</html>")

    def answer_not_http(self, answer: dict[str, Any]) -> None:
        self.wfile.write(b"\x00\x01\x02\r\n\r\n")
        self.close_connection = True

    def answer_deep(self, answer: dict[str, Any]) -> None:
        self._send(b"[" * 100_000)

    def answer_list(self, answer: dict[str, Any]) -> None:
        self._send(b"[]")

    def answer_empty(self, answer: dict[str, Any]) -> None:
        self._send(b"")

    def answer_no_results(self, answer: dict[str, Any]) -> None:
        self._send(b'{"hello": "world"}')

    def answer_error_inside(self, answer: dict[str, Any]) -> None:
        self._send(b'{"erreur": "Maintenance"}')

    def answer_flood(self, answer: dict[str, Any]) -> None:
        self._send(b'{"results": "' + b"x" * 3_000_000 + b'"}')

    def answer_busy(self, answer: dict[str, Any]) -> None:
        self._send(b"{}", 429)

    def answer_broken(self, answer: dict[str, Any]) -> None:
        self._send(b"{}", 500)

    def answer_elsewhere(self, answer: dict[str, Any]) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer_refused(self, answer: dict[str, Any]) -> None:
        self._send(b'{"erreur": "3 caracteres minimum"}', 400)

    def answer_many(self, answer: dict[str, Any]) -> None:
        self._send(json.dumps({"results": answer["results"] * 500}).encode())

    def answer_lies(self, answer: dict[str, Any]) -> None:
        """Another company than the one that was asked for, with a number that proves nothing."""
        self._send(json.dumps(register_answer(register_record(make_siren(99)))).encode())

    def answer_wrong_types(self, answer: dict[str, Any]) -> None:
        record = {**FOUND, "nom_complet": ["a"], "nom_raison_sociale": 12, "siege": "x", "siren": None}
        self._send(json.dumps({"results": [record, None, 3], "total_results": "many"}).encode())


@contextmanager
def serving(stub: StubRegister) -> Iterator[StubRegister]:
    """Serve from a thread until the block ends; whoever waits is let go."""
    thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.released.set()
        stub.shutdown()
        stub.server_close()
        thread.join(5)


if __name__ == "__main__":
    StubRegister(int(sys.argv[1])).serve_forever()
