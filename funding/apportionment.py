"""Who pays each cent of an expense: the Sainte-Laguë (Webster) method, continued.

A budget line is paid by several funders, each for an agreed amount. Every new
eligible expense is shared as if each next cent went to the funder with the
greatest ``agreed / (2 * charged + 1)``, ties going to the funder that comes
first. Continuing from what was already charged, instead of recomputing a rounded
proportion, is what keeps every share positive and the finished line exact.

Nothing here loops over cents. The n-th cent of a funder agreed for ``K`` has the
priority ``K / (2n - 1)``; the cents whose priority reaches ``1 / (2 * level)``
are exactly the ``floor(level * K + 1/2)`` first ones. The level at which the
*unrounded* amounts reach the wanted total is found in closed form; rounding then
moves the total by half a cent per funder at most, so at most ``funders / 2``
single cents remain to be given or taken in the order of the method.

Amounts are integer cents, the level a pair of integers: no float, no clock, no
database.

Distance to the exact proportion, when nothing was ever cancelled: with ``n``
funders of a positive agreed amount, ``T`` their total and ``N`` the cents charged
so far, funder ``f`` is within ``1/2 + (n - 2) * K_f / (2 * T)`` cent of
``N * K_f / T``. Proof: every charged amount is within 1/2 of ``level * K_f``, so
``level * T - N`` is at most the sum of the other funders' halves minus its own
deviation; substituting gives the bound. It is half a cent for two funders, less
than one cent for three, and ``n / 2`` at the very most.
"""

from __future__ import annotations

from collections.abc import Sequence


class ApportionmentError(ValueError):
    """The amounts given cannot be shared; the message says which rule they break."""


def share(amounts: Sequence[int], charged: Sequence[int], eligible: int) -> tuple[int, ...]:
    """Return what each funder pays of a new eligible amount, in cents.

    Args:
        amounts: agreed amount of each funder on the line, in cents, in funder order.
        charged: what each funder has been charged on the line so far, in cents.
        eligible: the new eligible amount, in cents, positive or zero.

    Returns:
        One share per funder, none negative, summing to ``eligible`` exactly, and
        never bringing a funder above its agreed amount.

    Raises:
        ApportionmentError: a negative amount, a funder charged above its agreement,
            or an eligible amount greater than what remains on the line.
    """
    _check_line(amounts, charged)
    if eligible < 0:
        raise ApportionmentError("the eligible amount is negative")
    if eligible > sum(amounts) - sum(charged):
        raise ApportionmentError("the eligible amount exceeds what remains on the line")
    after = _level_amounts(amounts, charged, amounts, sum(charged) + eligible)
    return tuple(new - old for new, old in zip(after, charged, strict=True))


def take_back(
    amounts: Sequence[int], charged: Sequence[int], shares: Sequence[int], credit: int
) -> tuple[int, ...]:
    """Return what each funder gets back when an expense is partly cancelled, in cents.

    The cents go back in the reverse order of the method: the last cent charged
    first, that is the funder with the smallest ``agreed / (2 * charged - 1)``, ties
    going to the funder that comes last.

    Args:
        amounts: agreed amount of each funder on the line, in cents, in funder order.
        charged: what each funder has been charged on the line, this expense included.
        shares: what is left of this expense's own shares, in cents.
        credit: how much of it is cancelled, in cents, positive or zero.

    Returns:
        One positive or zero amount per funder, summing to ``credit`` exactly, never
        above that funder's share of the expense.

    Raises:
        ApportionmentError: a negative amount, shares greater than what was charged,
            or a credit greater than the shares.
    """
    _check_line(amounts, charged)
    if len(shares) != len(amounts):
        raise ApportionmentError("one share per funder is needed")
    if any(s < 0 or s > a for s, a in zip(shares, charged, strict=True)):
        raise ApportionmentError("a share is negative or was never charged")
    if not 0 <= credit <= sum(shares):
        raise ApportionmentError("the credit is negative or exceeds the shares of the expense")
    before = tuple(a - s for a, s in zip(charged, shares, strict=True))
    kept = _level_amounts(amounts, before, charged, sum(charged) - credit)
    return tuple(a - k for a, k in zip(charged, kept, strict=True))


def proportion_bound(amounts: Sequence[int], funder: int) -> tuple[int, int]:
    """Return the greatest distance to the exact proportion, as a (numerator, denominator).

    It holds for a line on which nothing was cancelled; see the module's docstring.
    """
    total = sum(amounts)
    count = sum(1 for amount in amounts if amount)
    if not amounts[funder]:
        return (0, 1)
    return (total + (count - 2) * amounts[funder], 2 * total)


def _check_line(amounts: Sequence[int], charged: Sequence[int]) -> None:
    if len(amounts) != len(charged):
        raise ApportionmentError("one charged amount per funder is needed")
    for agreed, already in zip(amounts, charged, strict=True):
        if agreed < 0 or already < 0:
            raise ApportionmentError("an agreed or charged amount is negative")
        if already > agreed:
            raise ApportionmentError("a funder was charged above its agreed amount")


def _level_amounts(amounts: Sequence[int], low: Sequence[int], high: Sequence[int], total: int) -> list[int]:
    """Return the amounts the method reaches at ``total``, each kept in [low, high]."""
    numerator, denominator = _level(amounts, low, high, total)
    double = 2 * denominator
    result = [
        min(top, max(bottom, (2 * numerator * agreed + denominator) // double))
        for agreed, bottom, top in zip(amounts, low, high, strict=True)
    ]
    missing = total - sum(result)
    while missing > 0:
        result[_next_to_give(amounts, result, high)] += 1
        missing -= 1
    while missing < 0:
        result[_next_to_take(amounts, result, low)] -= 1
        missing += 1
    return result


def _level(amounts: Sequence[int], low: Sequence[int], high: Sequence[int], total: int) -> tuple[int, int]:
    """Return the level, as a fraction, at which the clamped amounts sum to ``total``.

    ``sum(clamp(level * K_f, low_f, high_f))`` grows with the level and is linear
    between the levels at which a funder meets one of its limits; the last such
    level under ``total`` is found by bisection, the rest is one division.
    """
    limits = _sorted_limits(amounts, low, high)
    first, last = 0, len(limits)
    while first < last:
        middle = (first + last) // 2
        if _reached(amounts, low, high, *limits[middle]) <= total * limits[middle][1]:
            first = middle + 1
        else:
            last = middle
    if first == 0:
        return (0, 1)
    numerator, denominator = limits[first - 1]
    settled = slope = 0
    for agreed, bottom, top in zip(amounts, low, high, strict=True):
        here = numerator * agreed
        if here < bottom * denominator:
            settled += bottom
        elif here >= top * denominator:
            settled += top
        else:
            slope += agreed
    return (total - settled, slope) if slope else (numerator, denominator)


def _sorted_limits(amounts: Sequence[int], low: Sequence[int], high: Sequence[int]) -> list[tuple[int, int]]:
    """Return every level at which a funder meets a limit, in increasing order."""
    scale = max(amounts, default=0).bit_length() * 2 + 1
    levels = [
        (limit, agreed)
        for agreed, bottom, top in zip(amounts, low, high, strict=True)
        if agreed
        for limit in (bottom, top)
    ]
    # Two different fractions with denominators up to K differ by at least 1 / K²:
    # at this scale the integer parts order them without building Fraction objects.
    return sorted(levels, key=lambda level: (level[0] << scale) // level[1])


def _reached(
    amounts: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    numerator: int,
    denominator: int,
) -> int:
    return sum(
        min(top * denominator, max(bottom * denominator, numerator * agreed))
        for agreed, bottom, top in zip(amounts, low, high, strict=True)
    )


def _next_to_give(amounts: Sequence[int], result: Sequence[int], high: Sequence[int]) -> int:
    best = -1
    for index, agreed in enumerate(amounts):
        if result[index] >= high[index]:
            continue
        if best < 0 or agreed * (2 * result[best] + 1) > amounts[best] * (2 * result[index] + 1):
            best = index
    return best


def _next_to_take(amounts: Sequence[int], result: Sequence[int], low: Sequence[int]) -> int:
    worst = -1
    for index, agreed in enumerate(amounts):
        if result[index] <= low[index]:
            continue
        if worst < 0 or agreed * (2 * result[worst] - 1) <= amounts[worst] * (2 * result[index] - 1):
            worst = index
    return worst
