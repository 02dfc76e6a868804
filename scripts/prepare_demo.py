"""Brings the demonstration up to date: static files, migrations, reference data, fictional programme.

One process for all. Each step is skipped when nothing that it depends on changed, so that a second
start takes the time of starting Python.
"""

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def fingerprint(paths: Iterable[Path]) -> str:
    """Digest names, sizes and dates: enough to know that nothing was touched."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def static_files() -> list[Path]:
    """Return every static file of the project and of its libraries."""
    return [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]


def data_sources() -> list[Path]:
    """Return the files that decide what the database holds at first: migrations and shipped content."""
    return [
        *ROOT.glob("*/migrations/*.py"),
        *(path for path in ROOT.glob("*/content/*") if path.is_file()),
        *ROOT.glob("edec_ia/demonstration/*.py"),
    ]


def collect_static() -> None:
    """Collect and compress the static files."""
    stamp = Path(settings.STATIC_ROOT) / ".fingerprint"
    found = fingerprint(static_files())
    if not stamp.exists() or stamp.read_text() != found:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(found)


def prepare_data() -> None:
    """Migrate, seed and load the demonstration if it is absent; data already there are kept."""
    stamp = Path(settings.DATA_DIR) / "demonstration.stamp"
    found = f"{settings.DATABASES['default']['NAME']} {fingerprint(data_sources())}"
    if stamp.exists() and stamp.read_text() == found and has_demonstration():
        return
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed", verbosity=1)
    arguments = ["load_demo"]
    if companies := os.environ.get("EDEC_DEMO_COMPANIES"):
        arguments += ["--companies", companies]
    call_command(*arguments, verbosity=1)
    stamp.write_text(found)


def has_demonstration() -> bool:
    """Tell whether the database is there and holds the fictional programme."""
    from edec_ia.demonstration.loading import find

    try:
        return find() is not None
    except DatabaseError:
        return False


def main() -> None:
    """Run every step."""
    django.setup()
    collect_static()
    prepare_data()


if __name__ == "__main__":
    main()
