"""The protection of a whole release: the engine table by table, then the attack on all of it (pure).

The statistical offices' engine (τ-Argus) protects each table; the tables of a release are linked
by shared cells, axes and time, which the engine does not see: every release is therefore attacked
as a whole (``observatory.attack``), what falls is protected further, and the attack is played
again from nothing for the verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from observatory.aggregates import WHOLE, Cell, Table, TableSpec
from observatory.attack import Attack, Finding, Hiding, Known, System, Target, ceiling, floor, play, systems
from observatory.engine import EngineCell, EngineTable, choose_suppressions
from observatory.policy import POLICY, AuditOutcome, CellStatus, Policy, shown_count

MOST_ROUNDS = 8
"""Passes over the tables until they agree; cells are only ever added, the verdict tells the rest."""
MOST_COMPANIES = 10**7
"""What anybody knows of a grand total that is not published."""
Progress = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class ProtectedCell:
    """A count of a release once protected.

    ``shown`` is None unless published; ``repeated`` tells that it is the figure of a former release.
    """

    status: CellStatus
    shown: int | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class FormerRelease:
    """What a former release published and hid, by cell."""

    reference: str
    cells: Mapping[Cell, ProtectedCell]


@dataclass(frozen=True, slots=True)
class Audit:
    """Outcome of the attack: verdict, what was attacked, and every count that fell."""

    outcome: AuditOutcome
    attacked: int
    releases: int
    hidden_by_engine: int
    hidden_by_attack: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Protection:
    """Protected cells of a release and the audit that goes with them."""

    cells: Mapping[Cell, ProtectedCell]
    audit: Audit


@dataclass(slots=True)
class _Plan:
    """Working state: true counts, what is shown of each, and what is hidden so far."""

    counts: dict[Cell, int]
    shown: dict[Cell, tuple[int, bool]]
    never_shown: frozenset[Cell]
    minor: frozenset[Cell]
    policy: Policy
    hidden: set[Cell] = field(default_factory=set)

    def sensitive(self, cell: Cell) -> bool:
        """Whether the true count must not be found: too small, or moved a little since last time."""
        count = self.counts[cell]
        shown, repeated = self.shown[cell]
        return 0 < count < self.policy.threshold or (repeated and shown != count)

    def cost(self, cell: Cell) -> int:
        """What hiding a cell loses: its companies, and little for a code that readers miss least."""
        count = self.counts[cell]
        return 1 + count // 20 if cell in self.minor else count

    def primary(self, cell: Cell) -> bool:
        """Whether the cell is too small to be shown at all."""
        return self.counts[cell] < self.policy.threshold and not self.shown[cell][1]

    def published(self, cell: Cell) -> bool:
        """Whether the cell is shown, as things stand."""
        return cell not in self.hidden and not self.primary(cell) and cell not in self.never_shown


def last_published(history: Sequence[FormerRelease]) -> dict[Cell, int]:
    """Last figure ever published of each cell, oldest release first."""
    found: dict[Cell, int] = {}
    for release in history:
        found.update({cell: one.shown for cell, one in release.cells.items() if one.shown is not None})
    return found


def protect_release(
    tables: Sequence[Table],
    history: Sequence[FormerRelease] = (),
    *,
    policy: Policy = POLICY,
    progress: Progress | None = None,
) -> Protection:
    """Protect all the tables of a release together, then attack it with its forerunners.

    ``history`` goes from the oldest to the latest published release. The outcome is in the audit:
    a release whose attack fails must not be published.
    """
    tell = progress or (lambda _percent, _step: None)
    plan = _plan(tables, history, policy)
    tell(5, "engine")
    for _round in range(MOST_ROUNDS):
        before = len(plan.hidden)
        plan.hidden |= _engine(tables, plan)
        if len(plan.hidden) == before:
            break
    by_engine = len(plan.hidden)
    tell(40, "repair")
    specs = [table.spec for table in tables]
    found = systems(specs)
    for _round in range(MOST_ROUNDS):
        whole_shown = plan.published(WHOLE)
        for growth in _scenarios(history):
            cells = _protected(plan)
            views = _views(found, cells, history, policy, growth=growth)
            targets = _targets(plan.counts, cells, history, policy, growth=growth)
            for number, system in enumerate(found):
                _repair(system, views, targets, plan, growth=growth, newest=len(history))
                tell(40 + (15 * growth) + 15 * (number + 1) // len(found), "repair")
        # systems only share the grand total: they are repaired again when it had to be hidden
        if plan.published(WHOLE) == whole_shown:
            break
    cells = _protected(plan)
    audit = attack_release(
        specs,
        plan.counts,
        cells,
        history,
        policy=policy,
        progress=lambda done: tell(70 + 30 * done // 100, "attack"),
    )
    by_attack = len(plan.hidden) - by_engine
    return Protection(
        cells, Audit(audit.outcome, audit.attacked, audit.releases, by_engine, by_attack, audit.findings)
    )


def attack_release(
    specs: Sequence[TableSpec],
    counts: Mapping[Cell, int],
    cells: Mapping[Cell, ProtectedCell],
    history: Sequence[FormerRelease] = (),
    *,
    policy: Policy = POLICY,
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Attack what is about to be published, from nothing but the published cells.

    Two scenarios: the new release alone, and all releases together supposing that companies only
    ever join. ``counts`` are the true counts, used only to judge what the adversary found.
    """
    attacked = len(_targets(counts, cells, history, policy, growth=False))
    findings: list[Finding] = []
    found = systems(specs)
    for growth in _scenarios(history):
        views = _views(found, cells, history, policy, growth=growth)
        targets = _targets(counts, cells, history, policy, growth=growth)
        for number, system in enumerate(found):
            try:
                mine = [target for target in targets if system.speaks_of(target.cell)]
                findings += play(Attack(system, views, growth=growth), mine)
            except ArithmeticError:
                findings.append(Finding(WHOLE, len(history), "unsolved", 0, float("inf"), ()))
            if progress:
                progress(100 * (number + 1) // len(found) // (2 - growth if history else 1))
    outcome = AuditOutcome.FAILED if findings else AuditOutcome.PASSED
    return Audit(outcome, attacked, len(history) + 1, 0, 0, tuple(findings))


def _plan(tables: Sequence[Table], history: Sequence[FormerRelease], policy: Policy) -> _Plan:
    """True and shown counts of every cell; refuses tables that disagree on a cell they share."""
    counts: dict[Cell, int] = {}
    never: set[Cell] = set()
    minor: set[Cell] = set()
    for table in tables:
        for cell, count in table.counts().items():
            if counts.setdefault(cell, count) != count:
                raise ValueError(f"two tables disagree on the cell {cell!r}")
        for axis in table.spec.axes:
            never |= {axis.cell(leaf) for leaf in axis.hidden}
            minor |= {axis.cell(code) for code in axis.minor}
    former = last_published(history)
    shown = {cell: shown_count(count, former.get(cell), policy) for cell, count in counts.items()}
    return _Plan(counts, shown, frozenset(never), frozenset(minor), policy)


def _protected(plan: _Plan) -> dict[Cell, ProtectedCell]:
    cells: dict[Cell, ProtectedCell] = {}
    for cell, count in plan.counts.items():
        if cell in plan.never_shown:
            continue
        if plan.published(cell):
            shown, repeated = plan.shown[cell]
            cells[cell] = ProtectedCell(CellStatus.PUBLISHED, shown, repeated)
        elif not count:
            cells[cell] = ProtectedCell(CellStatus.EMPTY, None)
        else:
            status = CellStatus.PRIMARY if count < plan.policy.threshold else CellStatus.SECONDARY
            cells[cell] = ProtectedCell(status, None)
    return cells


def _known(cells: Mapping[Cell, ProtectedCell], policy: Policy) -> dict[Cell, tuple[int, int]]:
    """What a release tells: an exact count, or its former value give or take four when it repeats it."""
    known: dict[Cell, tuple[int, int]] = {}
    for cell, one in cells.items():
        if one.shown is not None:
            slack = policy.movement - 1 if one.repeated else 0
            known[cell] = (max(0, one.shown - slack), one.shown + slack)
    return known


def _targets(
    counts: Mapping[Cell, int],
    cells: Mapping[Cell, ProtectedCell],
    history: Sequence[FormerRelease],
    policy: Policy,
    *,
    growth: bool,
) -> list[Target]:
    """Everything that must not be found, in the new release and in the former ones."""
    newest = len(history)
    found = (_target(cell, count, cells.get(cell), newest, policy) for cell, count in counts.items())
    targets = [target for target in found if target is not None]
    wide = {CellStatus.PRIMARY: 2, CellStatus.SECONDARY: 1}
    for place, release in enumerate(history):
        for cell, one in release.cells.items():
            if one.status in wide:
                targets.append(Target(cell, place, wide[one.status]))
    # the small ones first: what is hidden for them often clears the others
    targets.sort(key=lambda one: (one.low is None, one.truth or 0))
    return [_relax(target) for target in targets] if growth else targets


def _target(cell: Cell, count: int, one: ProtectedCell | None, release: int, policy: Policy) -> Target | None:
    """Requirement on one cell of the new release; None when finding it teaches nothing.

    ``one`` is None for a piece of territory that is never published: only small counts matter there.
    """
    if one is not None and one.shown is not None:
        if one.shown == count:
            return None
        slack = policy.movement - 1
        low, high = max(count - 1, one.shown - slack), min(count + 1, one.shown + slack)
        return Target(cell, release, 1, low, high, count)
    if not count:
        return None
    if count < policy.threshold:
        low, high = policy.protection(count)
        return Target(cell, release, 1, low, high, count)
    return None if one is None else Target(cell, release, 1, truth=count)


def _relax(target: Target) -> Target:
    """Requirement under the supposition that companies only join, which no publication states.

    A count must still not be found, and a small one must keep the width of its protection interval.
    """
    width = (
        target.width
        if target.low is None or target.high is None
        else max(1, min(2, target.high - target.low))
    )
    return replace(target, low=None, high=None, width=width)


def _views(
    found: Sequence[System],
    cells: Mapping[Cell, ProtectedCell],
    history: Sequence[FormerRelease],
    policy: Policy,
    *,
    growth: bool,
) -> list[Known]:
    """What is known of each release, the grand total included as narrowly as any table tells it.

    Systems only share the grand total. When it is not published exactly, each of them bounds it,
    and the adversary uses the narrowest of these bounds everywhere.
    """
    views = [_known(release.cells, policy) for release in history]
    views.append(_known(cells, policy))
    low: float
    high: float
    low, high = views[-1].get(WHOLE, (0, MOST_COMPANIES))
    if low != high:
        for system in found:
            attack = Attack(system, views, growth=growth)
            vector = attack.vector(len(history), WHOLE)
            ends = [attack.solve(vector, sense) for sense in (1, -1)] if vector is not None else []
            if len(ends) == 2 and ends[0] and ends[1]:
                low, high = max(low, ceiling(ends[0].value)), min(high, floor(ends[1].value))
        if low <= high:
            views[-1][WHOLE] = (int(low), int(high))
    return list(views)


def _scenarios(history: Sequence[FormerRelease]) -> tuple[bool, ...]:
    """Whether companies are supposed only to join: no, then yes when there is a past to compare with."""
    return (False, True) if history else (False,)


def _repair(
    system: System,
    views: Sequence[Known],
    targets: Sequence[Target],
    plan: _Plan,
    *,
    growth: bool,
    newest: int,
) -> None:
    """Hide more cells of one system until one scenario finds nothing."""
    mine = [target for target in targets if system.speaks_of(target.cell)]
    try:
        findings = play(Attack(system, views, growth=growth), mine, _Repairer(plan, newest, growth=growth))
    except ArithmeticError:
        return  # the verdict will say so
    if not growth:
        _show_needless(findings, plan)


class _Repairer:
    """Chooses the cheapest cell to hide: the fewest companies, the grand total last."""

    def __init__(self, plan: _Plan, newest: int, *, growth: bool) -> None:
        self.plan, self.newest, self.growth = plan, newest, growth

    def __call__(self, target: Target, betrayed: Sequence[Cell]) -> Hiding | None:
        plan = self.plan
        if not self.growth and target.low is None and target.cell != WHOLE:
            return None  # hidden only to protect others, and found all the same: it will be shown again
        candidates = [cell for cell in betrayed if plan.published(cell)]
        if not candidates:
            return None
        chosen = min(candidates, key=lambda cell: (cell == WHOLE, plan.cost(cell), cell))
        already = plan.sensitive(chosen)
        plan.hidden.add(chosen)
        if already:
            return Hiding(chosen, None)
        return Hiding(chosen, Target(chosen, self.newest, 1, truth=plan.counts[chosen]))


def _show_needless(findings: Iterable[Finding], plan: _Plan) -> None:
    """Show again what was hidden to protect others and is found all the same: it tells nothing new."""
    for finding in findings:
        count = plan.counts.get(finding.cell)
        if (
            finding.cell in plan.hidden
            and finding.cell != WHOLE
            and finding.lower == finding.upper == count
            and not plan.sensitive(finding.cell)
            and not plan.primary(finding.cell)
        ):
            plan.hidden.discard(finding.cell)


def _engine(tables: Sequence[Table], plan: _Plan) -> set[Cell]:
    """Cells the engine wants hidden besides the sensitive ones.

    What another table hides is given to the engine as unsafe too, so that linked tables end up
    agreeing. A table it finds no solution for is left to the attack.
    """
    found: set[Cell] = set()
    chosen = choose_suppressions(
        [EngineTable(table.spec.axes, _engine_cells(table, plan)) for table in tables]
    )
    for table, secondary in zip(tables, chosen, strict=True):
        found |= {table.spec.cell(key) for key in secondary}
    return found - plan.never_shown


def _engine_cells(table: Table, plan: _Plan) -> dict[tuple[str, ...], EngineCell]:
    """The non-empty cells of a table with their protection levels; unions of leaves are left out."""
    unions = set(table.spec.axes[0].unions) if len(table.spec.axes) == 1 else set()
    rows: dict[tuple[str, ...], EngineCell] = {}
    for key, count in table.cells.items():
        cell = table.spec.cell(key)
        if not count or key[0] in unions:
            continue
        if plan.sensitive(cell):
            small = count < plan.policy.threshold
            low, high = plan.policy.protection(count) if small else (count - 1, count + 1)
            rows[key] = EngineCell(count, unsafe=True, lower=count - low, upper=high - count, cost=1)
        elif cell in plan.hidden:
            rows[key] = EngineCell(count, unsafe=True, lower=0, upper=1, cost=1)
        else:
            rows[key] = EngineCell(count, unsafe=False, lower=0, upper=0, cost=plan.cost(cell))
    return rows
