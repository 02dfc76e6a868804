"""The worked example of the documentation says what the product computes."""

from pathlib import Path

from core.money import parse_euros
from funding.apportionment import share, take_back
from funding.matrix import proportional_fill

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exemple-financier.md"


def rows(first: str) -> list[list[int]]:
    """Amounts of the table whose first column is named so."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(f"| {first} |")) + 2
    result = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        result.append([parse_euros(cell) for cell in line.strip("|").split("|")[1:]])
    return result


def test_matrix_of_the_example():
    table = rows("ligne")
    planned = [row[0] for row in table]
    assert proportional_fill(planned, [48_497_00, 51_503_00]) == [row[1:] for row in table]


def test_moves_of_the_example():
    agreed = rows("ligne")[0][1:]
    one, two, three, credit, cancel, rest = rows("mouvement")
    charged = [0, 0]
    for amount, *parts in (one, two, three):
        assert list(share(agreed, charged, amount)) == parts
        charged = [a + part for a, part in zip(charged, parts, strict=True)]
    back = take_back(agreed, charged, one[1:], -credit[0])
    assert [-part for part in back] == credit[1:]
    assert cancel == [-amount for amount in two]
    charged = [a + b + c for a, b, c in zip(charged, credit[1:], cancel[1:], strict=True)]
    assert list(share(agreed, charged, rest[0])) == rest[1:]
    assert [a + part for a, part in zip(charged, rest[1:], strict=True)] == agreed
