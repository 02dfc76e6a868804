"""What rots quietly: unused templates, pending migrations, words outside gettext, inline style or script."""

import ast
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from core import registries

ROOT = Path(__file__).resolve().parent.parent
# The project's own package is read apart: it holds settings and invented names.
APPS = tuple(sorted(path.parent.name for path in ROOT.glob("*/apps.py") if path.parent.name != "edec_ia"))
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
DATA_MODULES = {
    "programme/official.py",
    "core/formats.py",
    "core/persons.py",  # what stands in the database for an erased person
    "diagnostics/definition/schema.py",  # a published file, in the language of the documentation
    "funding/services/agreement.py",
}


def test_french_sentences_go_through_gettext() -> None:
    found = []
    for path in _python_files():
        name = path.relative_to(ROOT).as_posix()
        if name in DATA_MODULES:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [f"{name}:{line}: {text[:80]}" for line, text in _untranslated(tree)]
    assert found == []


# French puts a space before these marks and after «; a line must not begin or end there.
BREAKABLE = re.compile(r"[ \n](?=»|[:;!?](?![\w:=/-]))|«[ \n]")
# Strings outside gettext that nobody reads as a sentence.
NOT_SENTENCES = {
    "companies/search_index.py",  # SQL
    "diagnostics/definition/schema.py",  # a published file, in the language of the documentation
    "notifications/services/sending.py",  # the mark before the subject, cut off when sent
    "notifications/views.py",  # what separates values in a cell of a spreadsheet
}
DJANGO_TAG = re.compile(r"{%.*?%}|{{.*?}}")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def _around(text: str, start: int) -> str:
    return " ".join(text[max(0, start - 30) : start + 10].split()).replace("\0", "…")


def _breakable_strings(tree: ast.AST, *, only_gettext: bool) -> Iterator[tuple[int, str]]:
    inside: set[int] = set()
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in GETTEXT:
            inside |= {id(part) for argument in node.args for part in ast.walk(argument)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            told.add(id(node.value))
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in told:
            continue
        if only_gettext and id(node) not in inside:
            continue
        for found in BREAKABLE.finditer(node.value):
            yield node.lineno, _around(node.value, found.start())


def test_no_line_can_break_before_a_french_mark_in_python() -> None:
    found = []
    for path in sorted(file for app in (*APPS, "edec_ia") for file in (ROOT / app).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        strings = _breakable_strings(tree, only_gettext=name in NOT_SENTENCES)
        found += [f"{name}:{line}: {text}" for line, text in strings]
    assert found == []


def test_no_line_can_break_before_a_french_mark_in_templates() -> None:
    found = []
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        for hidden in (NOT_WORDS[1], NOT_WORDS[4]):
            text = hidden.sub(lambda match: "\n" * match[0].count("\n"), text)
        text = DJANGO_TAG.sub(
            lambda match: "\0".join(["", *(quoted[1:-1] for quoted in QUOTED.findall(match[0])), ""]), text
        )
        if path.suffix == ".txt":
            text = text.replace("\0Objet : ", "\0")
        for match in BREAKABLE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line}: {_around(text, match.start())}")
    assert found == []


def test_no_line_can_break_before_a_french_mark_in_content() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in sorted(ROOT.glob("*/content/*.yaml"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if not line.lstrip().startswith("#") and BREAKABLE.search(line)
    ]
    assert found == []


def test_the_documentation_names_every_registry_and_no_other() -> None:
    declared = {name for name, value in vars(registries).items() if isinstance(value, registries.Registry)}
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = text.partition("| registry (`core/registries.py`)")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == declared


SET_BY_SYSTEM = {"BASH_SOURCE", "CI", "EDEC_TEST_SERVICES", "PATH", "PDF_PACKAGES", "PYTHON", "ROOT", "VENV"}
READ_FROM_ENVIRONMENT = re.compile(
    r"""\benv(?:\.\w+)?\(\s*"([A-Z][A-Z0-9_]+)"|environ(?:\.get)?[\[(]"([A-Z][A-Z0-9_]+)"|\$\{([A-Z][A-Z0-9_]+)"""
)


def test_the_readme_names_every_variable_that_is_read() -> None:
    readers = [
        *(ROOT / "edec_ia").rglob("*.py"),
        *(ROOT / "scripts").glob("*.*"),
        ROOT / "docker-compose.yml",
    ]
    found = {
        name
        for path in readers
        for match in READ_FROM_ENVIRONMENT.findall(path.read_text(encoding="utf-8"))
        for name in match
        if name
    }
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {name for name in found - SET_BY_SYSTEM if f"`{name}`" not in text} == set()


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
    "ZIP",
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
