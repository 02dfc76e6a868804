"""Blocks drawn once for the same values (a builtin of every template)."""

from functools import lru_cache
from typing import Any

from django.db.models import Model
from django.template import Context, Library, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = Library()
# Rows of the longest lists that a team reads in a day, at about a kilobyte each.
_KEPT = 4096


class PureNode(Node):
    """Draws its block from the values it names, and from nothing else."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist = nodelist
        self.names = tuple(values)
        self.expressions = tuple(values.values())
        self._draw_once = lru_cache(maxsize=_KEPT, typed=True)(_Drawing)

    def render(self, context: Context) -> SafeString:
        """The block, drawn now or when the same values last came."""
        values = (expression.resolve(context) for expression in self.expressions)
        drawing = self._draw_once(get_language(), context.autoescape, *values)
        if drawing.html is None:
            drawing.html = self._draw(context, drawing.values)
        return drawing.html

    def _draw(self, context: Context, values: tuple[Any, ...]) -> SafeString:
        for name, value in zip(self.names, values, strict=True):
            if isinstance(value, Model):
                raise TypeError(f"{name}: a row equals another of its key, whatever its columns say")
        return self.nodelist.render(context.new(dict(zip(self.names, values, strict=True))))


class _Drawing:
    """What was drawn for one language, manner of escaping and values; nothing when it was just asked for."""

    __slots__ = ("html", "values")

    def __init__(self, *key: Any) -> None:
        _language, _autoescape, *values = key
        self.values = tuple(values)
        self.html: SafeString | None = None


@register.tag
def pure(parser: Parser, token: Token) -> PureNode:
    """``{% pure row=row late=late_label %}…{% endpure %}``: a block that depends on nothing but these values.

    Most of what a page draws is what it drew a minute ago: the menu, the filters, a company nobody changed.
    The block sees only the values it names, so that what is kept can never be another person's nor out of
    date: another value is another block. Values are plain and hashable (texts, numbers, dates, tuples,
    frozen dataclasses whose fields keep their types); a model's row is refused, being equal to any other
    of the same key. Each block keeps its last 4 096 drawings in the process, by language.
    """
    words = token.split_contents()[1:]
    values = token_kwargs(words, parser)
    if words:
        raise TemplateSyntaxError("pure takes name=value pairs")
    nodelist = parser.parse(("endpure",))
    parser.delete_first_token()
    return PureNode(nodelist, values)
