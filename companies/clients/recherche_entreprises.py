"""Client of the public register, API « Recherche d'entreprises » (DINUM). No Django, no database.

The register helps and never blocks: whatever it does — silence, delay, refusal, nonsense, a flood — the
caller has an answer or ``RegisterUnavailableError`` within the time it gave.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ssl import SSLContext
from typing import Any

import httpx

MAX_BYTES = 2_000_000
SHORTEST_SEARCH = 3
_LONGEST_SEARCH = 120
_TOO_MANY, _BAD_REQUEST = 429, 400


class Unavailability(StrEnum):
    """Why the register gave no usable answer."""

    LATE = "late"
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"


class RegisterUnavailableError(Exception):
    """No answer that can be used; typing by hand goes on."""

    def __init__(self, why: Unavailability, detail: str = "") -> None:
        super().__init__(f"{why} {detail}".strip())
        self.why = why


@lru_cache(maxsize=1)
def _tls() -> SSLContext:
    # Reading the certificates of the machine takes longer than an answer: once is enough.
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class RegisterClient:
    """Asks one address, each question within ``seconds`` in all, from connection to last byte."""

    url: str
    seconds: float = 2.5

    def search(self, text: str, *, region: str = "", per_page: int = 8) -> dict[str, Any]:
        """The answer to a name or a number, as decoded JSON with its search terms beside it.

        ``region`` narrows a search by name. Raises ``RegisterUnavailableError``.
        """
        terms = " ".join(text.split())[:_LONGEST_SEARCH]
        parameters = {"q": terms, "per_page": str(per_page), "page": "1"}
        compact = terms.replace(" ", "")
        if compact.isdigit():
            parameters["q"] = compact
        elif region:
            parameters["region"] = region
        answer = self._ask(parameters)
        results = answer.get("results")
        if isinstance(results, list):
            # An answer longer than asked for is cut, not judged.
            answer["results"] = results[:per_page]
        return {"searchTerms": parameters["q"], "result": answer}

    def _ask(self, parameters: dict[str, str]) -> dict[str, Any]:
        client = httpx.Client(
            timeout=httpx.Timeout(self.seconds, connect=min(1.0, self.seconds)),
            verify=_tls() if self.url.startswith("https") else False,
            headers={"Accept": "application/json", "User-Agent": "EDEC-IA"},
        )
        pool = ThreadPoolExecutor(max_workers=1)
        try:
            # Timeouts of the library run between two packets: a server that sends one byte a second would
            # never meet them. The whole exchange is given a time, then its connection is closed.
            asked = pool.submit(self._read, client, parameters, time.monotonic() + self.seconds)
            status, body = asked.result(timeout=self.seconds)
        except (LateError, httpx.TimeoutException):
            raise RegisterUnavailableError(Unavailability.LATE) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError) as error:
            raise RegisterUnavailableError(Unavailability.UNREACHABLE, type(error).__name__) from None
        finally:
            client.close()
            pool.shutdown(wait=False)
        return _decoded(status, body)

    def _read(self, client: httpx.Client, parameters: dict[str, str], until: float) -> tuple[int, bytes]:
        body = bytearray()
        with client.stream("GET", f"{self.url.rstrip('/')}/search", params=parameters) as response:
            for part in response.iter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise RegisterUnavailableError(Unavailability.TOO_LARGE)
                if time.monotonic() > until:
                    raise RegisterUnavailableError(Unavailability.LATE)
            return response.status_code, bytes(body)


def _decoded(status: int, body: bytes) -> dict[str, Any]:
    if status == _TOO_MANY:
        raise RegisterUnavailableError(Unavailability.BUSY)
    if status not in (httpx.codes.OK, _BAD_REQUEST):
        raise RegisterUnavailableError(Unavailability.REFUSED, str(status))
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise RegisterUnavailableError(Unavailability.UNREADABLE) from None
    if not isinstance(answer, dict):
        raise RegisterUnavailableError(Unavailability.UNREADABLE)
    if status == _BAD_REQUEST:
        # The register refuses a search too short or too strange: nobody answers to it.
        return {"results": [], "total_results": 0}
    return answer
