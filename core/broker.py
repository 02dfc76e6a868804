"""The embedded broker: kombu's folder of messages, made safe for several processes.

kombu shows a message under its final name before it has written it: a worker that reads in between
dies on an empty file. Here a message appears whole, and a control file caught half-written is read again.
"""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any, TypeVar

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

Outcome = TypeVar("Outcome")
TRIES = 40
PAUSE_SECONDS = 0.05


def _patiently(look: Callable[[], Outcome]) -> Outcome:
    for _try in range(TRIES - 1):
        try:
            return look()
        except ValueError:
            # Another process is writing the file at this instant.
            time.sleep(PAUSE_SECONDS)
    return look()


class Channel(filesystem.Channel):  # type: ignore[misc]  # kombu has no types
    """Writes whole messages, reads patiently."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        folder = Path(self.data_folder_out)
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        draft = folder / f".{name}"
        draft.write_bytes(str_to_bytes(dumps(payload)))
        draft.replace(folder / name)

    def _get(self, queue: str) -> dict[str, Any]:
        try:
            message: dict[str, Any] = super()._get(queue)
        except ValueError:
            # An unreadable wake-up is dropped: the job's row is still there, and will be swept.
            raise Empty from None
        return message

    def get_table(self, exchange: str) -> list[Any]:
        """Queues bound to an exchange."""
        return list(_patiently(lambda: super(Channel, self).get_table(exchange)))

    def _queue_bind(self, *args: Any) -> None:
        _patiently(lambda: super(Channel, self)._queue_bind(*args))


class Transport(filesystem.Transport):  # type: ignore[misc]  # kombu has no types
    """``filesystem://`` with the channel above."""

    Channel = Channel


def install() -> None:
    """Make ``filesystem://`` addresses use this transport."""
    TRANSPORT_ALIASES["filesystem"] = "core.broker:Transport"
