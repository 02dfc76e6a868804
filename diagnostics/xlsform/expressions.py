"""The expressions of an XLSForm (relevant, constraint, choice_filter), read into small trees.

Only what a condition of a questionnaire can say is read: comparisons with `and`, `or`, `not()`,
`selected()` and `count-selected()`. Anything else is refused by name, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.definition.problems import gettext_noop as _

MAX_LENGTH = 2_000
MAX_DEPTH = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<ref>\$\{\s*[^}]+?\s*\})|(?P<text>'[^']*'|\"[^\"]*\"|‘[^’]*’|“[^”]*”)"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<op><=|>=|!=|=|<|>|\+|\*|,|\(|\)|-(?=\s*\d))"
    r"|(?P<name>[A-Za-z_][\w.:-]*)|(?P<self>\.))"
)
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


class ExpressionError(ValueError):
    """The expression says something that a questionnaire cannot; ``message`` is a template."""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = {name: str(value) for name, value in values.items()}


@dataclass(frozen=True)
class Ref:
    """`${question}`; an empty name is `.`, the question itself."""

    name: str


@dataclass(frozen=True)
class Name:
    """A bare word: a column of the choices, in a choice_filter."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A text or a number as it was written."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Count:
    """`count-selected(${question})`."""

    ref: Ref


Operand = Ref | Name | Literal | Count


@dataclass(frozen=True)
class Compare:
    """Two operands and `=`, `!=`, `<`, `<=`, `>` or `>=`."""

    operator: str
    left: Operand
    right: Operand

    def flipped(self) -> Compare:
        """The same comparison with its sides exchanged."""
        return Compare(_FLIPPED[self.operator], self.right, self.left)


@dataclass(frozen=True)
class Selected:
    """`selected(${question}, 'choice')`."""

    ref: Ref
    choice: Operand


@dataclass(frozen=True)
class Both:
    """`and`."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Either:
    """`or`."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Negated:
    """`not()`."""

    part: Tree


@dataclass(frozen=True)
class Always:
    """`true()` or `false()`."""

    value: bool


Tree = Compare | Selected | Both | Either | Negated | Always


def read_expression(text: str) -> Tree:
    """The tree of an expression. Raises ``ExpressionError``."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(_("cette expression est trop longue"))
    return _Reader(_tokens(text)).whole()


def conjuncts(tree: Tree) -> tuple[Tree, ...]:
    """The parts that all have to hold."""
    return tree.parts if isinstance(tree, Both) else (tree,)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.end() == place or match.lastgroup is None:
            raise ExpressionError(
                _("«\u00a0%(rest)s\u00a0» ne se lit pas"), rest=text[place : place + 30].strip()
            )
        found.append((match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return found


class _Reader:
    """Reads tokens from left to right; `or` binds less than `and`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    def whole(self) -> Tree:
        """The one tree that all tokens make."""
        tree = self._either()
        if self.place < len(self.tokens):
            raise ExpressionError(_("«\u00a0%(rest)s\u00a0» ne se lit pas"), rest=self.tokens[self.place][1])
        return tree

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def _take(self, text: str = "") -> str:
        _kind, found = self._peek()
        if not found or (text and found != text):
            raise ExpressionError(_("il manque «\u00a0%(text)s\u00a0»"), text=text or "…")
        self.place += 1
        return found

    def _joined(self, word: str) -> bool:
        if self._peek() == ("name", word):
            self.place += 1
            return True
        return False

    def _either(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(_("cette expression a trop de parenthèses"))
        parts = [self._both()]
        while self._joined("or"):
            parts.append(self._both())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _both(self) -> Tree:
        parts = [self._one()]
        while self._joined("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _one(self) -> Tree:
        kind, text = self._peek()
        if text == "(":
            self._take("(")
            tree = self._either()
            self._take(")")
            return tree
        if kind == "name" and self._next_is("(") and text != "count-selected":
            return self._call(self._take())
        left = self._operand()
        operator = self._take()
        if operator not in _FLIPPED:
            raise ExpressionError(_("«\u00a0%(rest)s\u00a0» n’est pas une comparaison"), rest=operator)
        return Compare(operator, left, self._operand())

    def _next_is(self, text: str) -> bool:
        after = self.place + 1
        return after < len(self.tokens) and self.tokens[after][1] == text

    def _call(self, function: str) -> Tree:
        self._take("(")
        if function in ("true", "false"):
            self._take(")")
            return Always(function == "true")
        if function == "not":
            tree = self._either()
            self._take(")")
            return Negated(tree)
        if function == "selected":
            ref = self._ref()
            self._take(",")
            choice = self._operand()
            self._take(")")
            return Selected(ref, choice)
        raise ExpressionError(_("la fonction «\u00a0%(name)s()\u00a0» n’est pas admise"), name=function)

    def _ref(self) -> Ref:
        kind, text = self._peek()
        if kind == "self":
            self.place += 1
            return Ref("")
        if kind != "ref":
            raise ExpressionError(_("il manque «\u00a0%(text)s\u00a0»"), text="${…}")
        self.place += 1
        return Ref(text[2:-1].strip())

    def _operand(self) -> Operand:
        kind, text = self._peek()
        if kind in ("ref", "self"):
            return self._ref()
        if kind == "text":
            self.place += 1
            return Literal(text[1:-1])
        if text == "-":
            self.place += 1
            return Literal("-" + self._number(), is_number=True)
        if kind == "number":
            return Literal(self._number(), is_number=True)
        if kind == "name" and text == "count-selected":
            self.place += 1
            self._take("(")
            ref = self._ref()
            self._take(")")
            return Count(ref)
        if kind == "name" and not self._next_is("("):
            self.place += 1
            return Name(text)
        if kind == "name":
            raise ExpressionError(_("la fonction «\u00a0%(name)s()\u00a0» n’est pas admise"), name=text)
        raise ExpressionError(_("«\u00a0%(rest)s\u00a0» ne se lit pas"), rest=text or "…")

    def _number(self) -> str:
        kind, text = self._peek()
        if kind != "number":
            raise ExpressionError(_("«\u00a0%(rest)s\u00a0» ne se lit pas"), rest=text)
        self.place += 1
        return text
