"""What is wrong in a questionnaire's document, said so that its author can mend it.

A definition is refused as a whole, with every problem at once: an author who fixes one line,
uploads, and meets the next problem loses patience and then trust.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_PROBLEMS = 200
"""Beyond this a document is of another kind altogether; the list would help nobody."""


def gettext_noop(message: str) -> str:
    """Mark a French source string for extraction.

    Pure modules know no language: the door that shows the sentence translates it.
    """
    return message


@dataclass(frozen=True)
class Problem:
    """One defect: where it is, what the format expects there, what was found instead.

    `expected` is a French source string with named placeholders filled from `values`, so that a
    door can translate it before filling it.
    """

    path: str
    expected: str
    found: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.path}\u00a0: {self.expected % self.values} ({self.found})"


class DefinitionError(ValueError):
    """The document is not a questionnaire; `problems` says everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
