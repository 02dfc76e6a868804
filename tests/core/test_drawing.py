"""Blocks drawn once: the same values give the same block, and nothing else ever shows in it."""

from dataclasses import dataclass

import pytest
from django.template import Context, TemplateSyntaxError, engines
from django.utils import translation
from django.utils.safestring import mark_safe

from programme.models import Region


@dataclass(frozen=True)
class Line:
    """What a row shows."""

    name: str


class Drawn:
    """Text that counts how many times it was written."""

    def __init__(self):
        self.times = 0

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return isinstance(other, Drawn)

    def __str__(self):
        self.times += 1
        return "écrit"


def template(source):
    return engines["django"].from_string(source).template


def test_the_same_values_are_drawn_once():
    page, first, same = template("{% pure it=it %}{{ it }}{% endpure %}"), Drawn(), Drawn()
    assert [page.render(Context({"it": first})), page.render(Context({"it": same}))] == ["écrit"] * 2
    assert (first.times, same.times) == (1, 0)


def test_another_value_is_another_block():
    page = template("{% pure line=line %}<b>{{ line.name }}</b>{% endpure %}")
    names = ["Filature", "<i>", "Filature"]
    assert [page.render(Context({"line": Line(name)})) for name in names] == [
        "<b>Filature</b>",
        "<b>&lt;i&gt;</b>",
        "<b>Filature</b>",
    ]


def test_a_block_sees_only_what_it_names():
    page = template("{% pure shown=shown %}{{ shown }}{{ secret }}{% endpure %}")
    with pytest.raises(AssertionError, match="undefined template variable: secret"):
        page.render(Context({"shown": "a", "secret": "b"}))


def test_safe_text_never_stands_for_the_same_text_to_escape():
    page = template("{% pure text=text %}{{ text }}{% endpure %}")
    assert page.render(Context({"text": mark_safe("<b>")})) == "<b>"
    assert page.render(Context({"text": "<b>"})) == "&lt;b&gt;"
    assert page.render(Context({"text": "<b>"}, autoescape=False)) == "<b>"


def test_a_block_is_kept_by_language():
    page = template("{% load i18n %}{% pure %}{% get_current_language as code %}{{ code }}{% endpure %}")
    drawn = []
    for code in ("fr", "en", "fr"):
        with translation.override(code):
            drawn.append(page.render(Context()))
    assert drawn == ["fr", "en", "fr"]


def test_a_row_of_the_database_is_refused():
    page = template("{% pure region=region %}{{ region.name }}{% endpure %}")
    with pytest.raises(TypeError, match="region: a row equals another of its key"):
        page.render(Context({"region": Region(code="32", name="Hauts-de-France")}))


def test_a_block_takes_named_values():
    with pytest.raises(TemplateSyntaxError, match="name=value"):
        template("{% pure line %}{% endpure %}")
