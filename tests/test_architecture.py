"""Layers that the import contracts cannot see, because they are parts of Django itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.test_consistency import APPS, ROOT

BELOW_THE_DOORS = ("services", "selectors", "rules")
HTTP = ("django.http", "django.shortcuts", "django.views", "django.contrib.messages", "rest_framework")


def _modules_below_the_doors() -> Iterator[Path]:
    for app in APPS:
        for layer in BELOW_THE_DOORS:
            yield from (ROOT / app).glob(f"{layer}.py")
            yield from (ROOT / app / layer).glob("**/*.py")


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_services_selectors_and_rules_know_nothing_of_http() -> None:
    modules = list(_modules_below_the_doors())
    assert len(modules) > len(APPS)
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules
        for name in _imported(path)
        if any(name == banned or name.startswith(f"{banned}.") for banned in HTTP)
    ]
    assert found == []
