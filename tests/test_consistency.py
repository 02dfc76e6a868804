"""What rots quietly: unused templates, pending migrations, words outside gettext, inline style or script."""

import ast
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
APPS = (
    "core",
    "accounts",
    "programme",
    "notifications",
    "documents",
    "companies",
    "diagnostics",
    "trainings",
    "funding",
    "observatory",
    "reports",
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
# Django and allauth look these up by name.
LOOKED_UP = re.compile(r"^(4\d\d|500|403_csrf|account/|allauth/|mfa/|socialaccount/|messages/)")
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
FRENCH = re.compile(r"[àâçéèêëîïôûùœÀÂÇÉÈÊÎÔŒ]|\b(le|la|les|une|des|est|pour|avec|votre|vous)\b")


def _python_files() -> Iterator[Path]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if not {"migrations", "management", "content"} & set(path.parts):
                yield path


def _sources() -> str:
    texts = [path.read_text(encoding="utf-8") for path in (*_python_files(), *TEMPLATES)]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "edec_ia").rglob("*.py")]
    return "\n".join(texts)


def test_every_template_is_used() -> None:
    sources = _sources()
    unused = [
        name
        for path in PAGES
        if not LOOKED_UP.match(name := path.relative_to(ROOT / "templates").as_posix())
        and name not in sources
    ]
    assert unused == []


@pytest.mark.django_db
def test_no_migration_is_pending() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def _untranslated(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """French string constants that no gettext call receives; docstrings and comments are not strings."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in GETTEXT:
            inside |= {id(part) for argument in node.args for part in ast.walk(argument)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(id(node.value))
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in inside:
            continue
        if " " in node.value.strip() and FRENCH.search(node.value):
            yield node.lineno, node.value


# French that is data, not words of a page: fixed facts, formats, regular expressions.
DATA_MODULES = {"programme/official.py", "core/formats.py", "funding/services/agreement.py"}


def test_french_sentences_go_through_gettext() -> None:
    found = []
    for path in _python_files():
        name = path.relative_to(ROOT).as_posix()
        if name in DATA_MODULES:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{name}:{line}: {text[:80]}" for line, text in _untranslated(tree)]
    assert found == []


# Taken out one after the other, so that a « > » inside a tag of Django does not end a tag of HTML.
NOT_WORDS = (
    re.compile(r"{%\s*blocktranslate.*?endblocktranslate\s*%}", re.S),
    re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.S),
    re.compile(r"{%\s*block \w+_class\s*%}.*?{%\s*endblock[^%]*%}", re.S),
    re.compile(r"{%.*?%}|{{.*?}}", re.S),
    re.compile(r"<(svg|style|code|kbd|pre)\b.*?</\1>", re.S),
    re.compile(r"<[^>]*>|&#?\w+;", re.S),
)
WORD = re.compile(r"[^\W\d_]{3,}")
# Names that no translation changes.
PROPER = {
    "EDEC",
    "CSV",
    "XLSX",
    "PDF",
    "JSON",
    "SIRET",
    "SIREN",
    "EPCI",
    "NAF",
    "SHA",
    "API",
    "TTC",
    "RGPD",
    "QR",
    "Windows",
    "macOS",
    "Linux",
}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_page_words_go_through_translate(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for pattern in NOT_WORDS:
        text = pattern.sub(" ", text)
    assert [word for word in WORD.findall(text) if word not in PROPER] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_pages_hold_no_inline_style_or_script(path: Path) -> None:
    text = NOT_WORDS[1].sub(" ", path.read_text(encoding="utf-8"))
    if "documents/pdf" in path.as_posix():
        return
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\bsrc=)|<style", text)
