"""The embedded broker shows whole messages only, and survives what another process left half-written."""

from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from core import broker


@pytest.fixture
def link(tmp_path: Path) -> Any:
    broker.install()
    folders = {name: tmp_path / name for name in ("messages", "processed", "control")}
    for folder in folders.values():
        folder.mkdir()
    options = {
        "data_folder_in": str(folders["messages"]),
        "data_folder_out": str(folders["messages"]),
        "processed_folder": str(folders["processed"]),
        "control_folder": str(folders["control"]),
        "polling_interval": 0.02,
    }
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection, folders["messages"]


def test_a_message_arrives_whole_and_once(link: Any) -> None:
    connection, folder = link
    queue = connection.SimpleQueue("travaux")
    queue.put({"id": 3})
    assert [path.name.startswith(".") for path in folder.iterdir()] == [False]
    message = queue.get(timeout=2)
    assert message.payload == {"id": 3}
    message.ack()
    assert list(folder.iterdir()) == []
    queue.close()


def test_a_half_written_message_does_not_kill_the_reader(link: Any) -> None:
    connection, folder = link
    queue = connection.SimpleQueue("reveils")
    (folder / "1_vide.reveils.msg").write_bytes(b"")
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.3)
    queue.put({"id": 4})
    assert queue.get(timeout=2).payload == {"id": 4}
    queue.close()


def test_a_control_file_caught_while_written_is_read_again(link: Any, tmp_path: Path) -> None:
    tries: list[int] = []

    def look() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise ValueError("half-written")
        return "lu"

    assert broker._patiently(look) == "lu"
    assert len(tries) == 3
