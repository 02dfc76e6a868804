"""Production refuses to start half-safe."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAFE = {
    "DJANGO_SETTINGS_MODULE": "edec_ia.settings.prod",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "edec.example",
    "SITE_URL": "https://edec.example",
    "EMAIL_URL": "smtp+tls://edec.example:587",
    "DATABASE_URL": "sqlite:///:memory:",
}


def _start(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "EDEC_DATA_DIR": str(tmp_path), **SAFE, **changes}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import django; django.setup()"],
        cwd=ROOT,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_safe_settings(tmp_path: Path) -> None:
    outcome = _start(tmp_path)
    assert outcome.returncode == 0, outcome.stderr


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "court"}, "SECRET_KEY"),
        ({"SECRET_KEY": "insecure-" + "k" * 60}, "SECRET_KEY"),
        ({"EDEC_DEMO": "1"}, "EDEC_DEMO"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"SITE_URL": ""}, "SITE_URL"),
        ({"EMAIL_URL": ""}, "EMAIL_URL"),
    ],
)
def test_production_refuses(changes: dict[str, str], reason: str, tmp_path: Path) -> None:
    outcome = _start(tmp_path, **changes)
    assert outcome.returncode != 0
    assert reason in outcome.stderr
