"""The one door to the suppression engine of the statistical offices (τ-Argus, package ``pytauargus``).

The engine is native code that writes its logs, true counts included, in the current directory, and may
crash on a degenerate table. It therefore runs in a process of its own, inside a temporary directory that
is removed afterwards; a table it fails on is simply left to the attack. It receives counts and protection
levels, never a company.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from observatory.aggregates import TOTAL, Axis

MINUTES_PER_TABLE = 2
"""Longest search for the cheapest suppressions of one table; the best found so far is kept."""
_START_SECONDS = 60
_ROOT = "TOTAL"
_TRIED, _RESULT = "tried", "result.tab"
_PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class EngineCell:
    """A non-empty cell as the engine reads it.

    ``lower`` and ``upper`` are protection levels; ``cost`` is what hiding it loses.
    """

    value: int
    unsafe: bool
    lower: int
    upper: int
    cost: int


@dataclass(frozen=True, slots=True)
class EngineTable:
    """A table to protect: its axes and its non-empty cells, totals included, by their codes."""

    axes: tuple[Axis, ...]
    cells: Mapping[tuple[str, ...], EngineCell]


def choose_suppressions(tables: Sequence[EngineTable]) -> list[set[tuple[str, ...]]]:
    """Cells that must be hidden beside the unsafe ones, table by table.

    Tables without an unsafe cell are not submitted. Empty when the engine finds nothing or fails.
    """
    asked = [number for number, table in enumerate(tables) if any(c.unsafe for c in table.cells.values())]
    found: list[set[tuple[str, ...]]] = [set() for _table in tables]
    if not asked:
        return found
    with tempfile.TemporaryDirectory(prefix="secret-") as name:
        folder = Path(name)
        for number in asked:
            _write_table(folder / f"{number:05d}", tables[number])
        _run(folder)
        for number in asked:
            found[number] = _read_result(folder / f"{number:05d}", tables[number])
    return found


def _run(folder: Path) -> None:
    """Run the engine over every table; start again after a crash, without the table that caused it."""
    while any(not (table / _TRIED).exists() for table in folder.iterdir()):
        before = sum((table / _TRIED).exists() for table in folder.iterdir())
        waiting = sum(1 for _table in folder.iterdir()) - before
        # A table that hangs counts as tried: killed with the process, it is left to the attack.
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603 -- our own module, with a directory we made
                [sys.executable, "-m", "observatory.engine", str(folder)],
                cwd=_PROJECT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=_START_SECONDS + 60 * MINUTES_PER_TABLE * waiting,
            )
        if sum((table / _TRIED).exists() for table in folder.iterdir()) == before:
            return  # the engine does not even start: everything is left to the attack


def _serve(folder: Path) -> None:
    """Protect the tables of a directory that were not tried yet (in the engine's own process)."""
    from pytauargus.engine import run_batch

    for table in sorted(folder.iterdir()):
        if (table / _TRIED).exists():
            continue
        (table / _TRIED).touch()
        os.chdir(table)
        try:
            run_batch("batch.arb")
        except Exception:  # noqa: BLE001, S112 -- the engine has no error type of its own; the attack judges
            continue


def _write_table(folder: Path, table: EngineTable) -> None:
    """Write one table in the engine's own formats."""
    folder.mkdir()
    lines = ['<SEPARATOR> ";"', '<SAFE> "S"', '<UNSAFE> "U"', '<PROTECT> "P"']
    for place, axis in enumerate(table.axes):
        lines += [f"A{place}", " <RECODEABLE>", f' <TOTCODE> "{_ROOT}"']
        if any(parent != TOTAL for parent in axis.parents.values()):
            short = _short(axis)
            tree = "".join("@" * (len(axis.path(code)) - 1) + short[code] + "\n" for code in axis.parents)
            (folder / f"axis{place}.hrc").write_text(tree)
            lines += [" <HIERARCHICAL>", f' <HIERCODELIST> "axis{place}.hrc"', ' <HIERLEADSTRING> "@"']
    lines += ["COUNT", " <NUMERIC>", "STATE", " <STATUS>", "LOW", " <NUMERIC> <LOWERPL>"]
    lines += ["HIGH", " <NUMERIC> <UPPERPL>", "COST", " <NUMERIC> <COSTVAR>"]
    (folder / "table.rda").write_text("\n".join(lines) + "\n")
    names = [{TOTAL: _ROOT} | _short(axis) for axis in table.axes]
    rows = []
    for key, cell in table.cells.items():
        codes = ";".join(names[place][code] for place, code in enumerate(key))
        levels = f"U;{cell.lower};{cell.upper}" if cell.unsafe else "S;;"
        rows.append(f"{codes};{cell.value};{levels};{cell.cost}\n")
    (folder / "table.tab").write_text("".join(rows))
    explanatory = "".join(f'"A{place}"' for place in range(len(table.axes)))
    (folder / "batch.arb").write_text(
        '<OPENTABLEDATA> "table.tab"\n<OPENMETADATA> "table.rda"\n'
        f'<SPECIFYTABLE> {explanatory}|"COUNT"||"COST"\n<SAFETYRULE>\n<READTABLE>\n'
        f'<SUPPRESS> OPT(1,{MINUTES_PER_TABLE})\n<WRITETABLE> (1,5,SO+,"{_RESULT}")\n'
    )


def _read_result(folder: Path, table: EngineTable) -> set[tuple[str, ...]]:
    """Codes of the secondary suppressions; each line is « codes;value;frequency;cost;status;lower;upper »."""
    result = folder / _RESULT
    if not result.exists():
        return set()
    back = [{_ROOT: TOTAL} | {short: code for code, short in _short(axis).items()} for axis in table.axes]
    found = set()
    for line in result.read_text().splitlines():
        fields = [part.strip().strip('"') for part in line.split(";")]
        if len(fields) > len(back) + 4 and fields[-3] == "M":
            found.add(tuple(back[place][fields[place]] for place in range(len(back))))
    return found


def _short(axis: Axis) -> dict[str, str]:
    """Codes the engine can read whatever ours contain: same length, no separator."""
    return {code: f"c{number:05d}" for number, code in enumerate(axis.parents)}


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
