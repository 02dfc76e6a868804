"""One random source per row, so that adding a draw in one area never moves another. Pure module."""

import random
from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


def source(seed: int, *key: object) -> random.Random:
    """Return the generator of one row, named by its area and position.

    Seeding with text goes through SHA-512, hence the same draws on every machine and Python.
    """
    return random.Random(f"{seed}/" + "/".join(map(str, key)))


def clamp(value: float, low: float, high: float) -> float:
    """Return ``value`` brought back between ``low`` and ``high``."""
    return max(low, min(high, value))


class Weighted(Generic[T]):
    """Draws among values in proportion to their weights, in logarithmic time.

    ``random.choices`` would sum the weights again at each draw, which 3 782 communes make slow.
    """

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = list(weights)
        self._sums = list(accumulate(weights.values()))
        if not self._sums or self._sums[-1] <= 0:
            raise ValueError("weights must have a positive sum")

    def draw(self, rng: random.Random) -> T:
        """Return one value."""
        position = bisect(self._sums, rng.random() * self._sums[-1])
        return self._values[min(position, len(self._values) - 1)]
