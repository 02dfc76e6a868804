"""How much room words take: there is no browser here to measure them.

Widths are those of a common sans-serif, a little generous, so that nothing is cut when the reader's
machine has another font.
"""

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


def wrap(words: str, room: float, size: float, lines: int = 2) -> tuple[str, ...]:
    """``words`` on at most ``lines`` lines of ``room`` units, the last one cut when needed."""
    result: list[str] = []
    rest = words.split(" ")
    while rest and len(result) < lines - 1:
        line = rest.pop(0)
        while rest and text_width(f"{line} {rest[0]}", size) <= room:
            line = f"{line} {rest.pop(0)}"
        result.append(fit(line, room, size))
    if rest:
        result.append(fit(" ".join(rest), room, size))
    return tuple(result)
