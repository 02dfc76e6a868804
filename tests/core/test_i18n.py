"""Counts are written as French writes them."""

import pytest
from django.template import Context, Template
from django.utils.translation import ngettext, ngettext_lazy


@pytest.mark.parametrize(("count", "word"), [(0, "session"), (1, "session"), (2, "sessions")])
def test_the_plural_begins_at_two(count: int, word: str) -> None:
    page = Template(
        "{% blocktranslate count n=count %}session{% plural %}sessions{% endblocktranslate %}"
    ).render(Context({"count": count}))
    assert ngettext("session", "sessions", count) == page == word
    assert str(ngettext_lazy("%(n)s session", "%(n)s sessions", "n") % {"n": count}).endswith(word)


def test_what_the_framework_translates_keeps_its_own_plural() -> None:
    assert ngettext("%(num)d year", "%(num)d years", 3) % {"num": 3} == "3 ans"
