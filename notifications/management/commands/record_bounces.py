"""Reads returned e-mails and marks the addresses that refuse."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from notifications.bounces import read_returned
from notifications.services import record_returned


class Command(BaseCommand):
    help = (
        "Lit des rapports de non-remise (RFC 3464)\u00a0: des fichiers, un dossier Maildir, "
        "ou l'entrée standard pour un alias du serveur de messagerie."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=Path, help="fichiers ou dossiers (défaut\u00a0: entrée standard)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = 0
        for content in self._contents(options["paths"]):
            kept += sum(record_returned(returned=each) is not None for each in read_returned(content))
        self.stdout.write(f"Adresses refusées\u00a0: {kept}")

    def _contents(self, paths: list[Path]) -> Any:
        if not paths:
            yield sys.stdin.buffer.read()
        for path in paths:
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file():
                    yield file.read_bytes()
