"""How much room words take: there is no browser here to measure them.

Widths are those of a common sans-serif, a little generous, so that nothing is cut when the reader's
machine has another font.
"""

from functools import lru_cache

import pyphen

# Coordinates are rounded to a tenth: words laid out to the tenth are not cut for it.
_ROUNDING = 0.2
_NARROW = set("iIjl.,;:!'’|()[] \u00a0\u202ftfr")
_WIDE = set("mwMWŒœ%—@€")


def text_width(words: str, size: float) -> float:
    """Estimated width of ``words`` in units for a font of ``size`` units."""
    em = sum(0.36 if c in _NARROW else 0.92 if c in _WIDE else 0.72 if c.isupper() else 0.6 for c in words)
    return em * size


def fit(words: str, room: float, size: float) -> str:
    """``words``, cut with an ellipsis when they do not fit in ``room`` units."""
    if text_width(words, size) <= room + _ROUNDING:
        return words
    cut = words
    while cut and text_width(f"{cut}…", size) > room:
        cut = cut[:-1]
    return f"{cut.rstrip()}…"


@lru_cache(maxsize=1)
def _hyphens() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="fr_FR", left=3, right=3)


def _split(word: str, room: float, size: float) -> tuple[str, str]:
    """A word too long for its line, parted between syllables; whole when no part of it fits."""
    for head, tail in _hyphens().iterate(word):
        if text_width(f"{head}-", size) <= room + _ROUNDING:
            return f"{head}-", tail
    return word, ""


def wrap(words: str, room: float, size: float, lines: int = 2) -> tuple[str, ...]:
    """``words`` on at most ``lines`` lines of ``room`` units; long words parted, the last line cut."""
    result: list[str] = []
    rest = words.split(" ")
    while rest and len(result) < lines - 1:
        line = rest.pop(0)
        if text_width(line, size) > room + _ROUNDING:
            line, tail = _split(line, room, size)
            if tail:
                rest.insert(0, tail)
                result.append(line)
                continue
        while rest and text_width(f"{line} {rest[0]}", size) <= room:
            line = f"{line} {rest.pop(0)}"
        result.append(fit(line, room, size))
    if rest:
        result.append(fit(" ".join(rest), room, size))
    return tuple(result)
