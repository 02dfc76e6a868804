"""Texts as they are kept: one line, single spaces, nothing that a file would bring back changed. Pure."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def tidy(text: str) -> str:
    """The same text on one line, without what a spreadsheet would run or our own exports add.

    An export puts an apostrophe before what a spreadsheet would take for a formula: coming back, it must
    not count as a change. What is typed goes through here too, so that a file exported and read again
    says « nothing to change ».
    """
    visible = "".join(character if character.isprintable() else " " for character in text)
    line = " ".join(visible.split())
    while line.startswith("'") and line.lstrip("' ").startswith(_DANGEROUS):
        line = line[1:].lstrip()
    return line
