"""What the processes of a run start from: databases and folders made once, then copied.

Applying every migration takes half a minute of processor whatever the engine, and each worker and each
installation of the browser tests would pay for it; a copy takes a second.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Environment variable that tells the workers of a run which folder they share.
SHARED = "EDEC_TEST_SHARED"
# Kept from one run to the next, unlike the rest: it depends on the migrations alone.
MIGRATED = ROOT / ".pytest_cache" / "migrated"


def open_run() -> None:
    """Give the run a folder shared by its processes. Side effect: the environment of the workers."""
    os.environ[SHARED] = tempfile.mkdtemp(prefix="edec-run-")


def close_run() -> None:
    """Remove what the run shared: its folder, and the databases made to be copied."""
    shared = Path(os.environ.pop(SHARED))
    for note in shared.glob("*/database"):
        execute(f'DROP DATABASE IF EXISTS "{note.read_text()}" WITH (FORCE)')
    shutil.rmtree(shared)


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """``folder``, filled by ``make`` in the first process that asks while the others wait for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = folder.with_name(f"{folder.name}.draft")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            make(draft)
            draft.rename(folder)
    return folder


def shared_folder(name: str, make: Callable[[Path], None]) -> Path:
    """A folder of the run, filled once (``once``)."""
    return once(Path(os.environ[SHARED]) / name, make)


def migrated_sqlite() -> Path:
    """An SQLite file with every migration applied, made again when a migration or a library changes."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())

    def make(folder: Path) -> None:
        _migrate(f"sqlite:///{folder / 'edec.sqlite3'}")

    return once(MIGRATED / digest.hexdigest()[:20], make) / "edec.sqlite3"


def migrated_postgresql() -> str:
    """The name of a PostgreSQL database with every migration applied, to be used as a template."""

    def make(folder: Path) -> None:
        name = new_database(folder, "migrated")
        execute(f'CREATE DATABASE "{name}"')
        _migrate(address_of(name))

    return (shared_folder("migrated", make) / "database").read_text()


def new_database(folder: Path, purpose: str) -> str:
    """A name for a database of this run, noted in ``folder`` so that ``close_run`` drops it."""
    name = f"edec_{purpose}_{Path(os.environ[SHARED]).name.removeprefix('edec-run-')}".lower()
    (folder / "database").write_text(name)
    return name


def _migrate(address: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "edec_ia.settings.test", "DATABASE_URL": address},
        check=True,
    )


def address_of(database: str) -> str:
    """Address of a database of the PostgreSQL server the tests were given."""
    return f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{database}"


def connect(database: str) -> Any:
    """A connection to a PostgreSQL database, past our own code; every statement is its own transaction."""
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


def execute(statement: str) -> None:
    """Carry out a statement on the PostgreSQL server itself."""
    with closing(connect("postgres")) as link, link.cursor() as cursor:
        cursor.execute(statement)
