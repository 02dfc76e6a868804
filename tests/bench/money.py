"""What a large budget costs: the overview with tens of thousands of expenses, as a share of the floor page.

Usage: ``DJANGO_SETTINGS_MODULE=tests.bench.settings python -m tests.bench.money [--expenses 50000]`` on a
database where a demonstration is loaded (``scripts/bench.sh`` makes one). Adds what is missing, once.
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
django.setup()

from django.core.cache import cache  # noqa: E402 -- after setup
from django.db import connection  # noqa: E402
from django.db.models import Max  # noqa: E402
from django.utils import timezone  # noqa: E402

from funding.apportionment import share  # noqa: E402
from funding.models import BudgetLine, Expense, MatrixCell, Share  # noqa: E402
from funding.selectors import budget_overview  # noqa: E402
from funding.services.expenses import create_expense  # noqa: E402
from funding.services.totals import rebuild_totals  # noqa: E402
from programme.enums import Role  # noqa: E402
from programme.models import Programme  # noqa: E402
from tests.bench.run import FLOOR, _cookie, _holder, _queries, _signed_in  # noqa: E402
from tests.bench.server import Page, Server  # noqa: E402

CHUNK = 2000


def fill(programme: Programme, wanted: int) -> int:
    """Booked expenses of a few cents, shared by the product's own method, until there are ``wanted``."""
    missing = wanted - Expense.objects.for_programme(programme).count()
    lines = list(BudgetLine.objects.for_programme(programme).order_by("pk"))
    last = Expense.objects.for_programme(programme).aggregate(last=Max("number"))["last"] or 0
    agreed, charged = {}, {}
    for line in lines:
        cells = MatrixCell.objects.filter(planned_line__line=line, planned_line__plan__status="active")
        agreed[line.pk] = dict(cells.order_by("funder__position").values_list("funder_id", "amount_cents"))
        charged[line.pk] = dict.fromkeys(agreed[line.pk], 0)
        for funder, cents in line.shares.values_list("funder_id", "amount_cents"):
            charged[line.pk][funder] = charged[line.pk].get(funder, 0) + cents
    # Lines with room for their part of seven cents each.
    room = {pk: sum(agreed[pk].values()) - sum(charged[pk].values()) for pk in agreed}
    lines = [line for line in lines if room[line.pk] > wanted * 7]
    for start in range(0, max(0, missing), CHUNK):
        rows, parts = [], []
        for rank in range(start, min(start + CHUNK, missing)):
            line = lines[rank % len(lines)]
            day = programme.starts_on + timedelta(days=rank % 400)
            rows.append(
                Expense(
                    programme=programme,
                    number=last + 1 + rank,
                    line=line,
                    label=f"Mesure {rank}",
                    supplier=f"Fournisseur {rank % 700}",
                    invoice_number=f"M-{rank}",
                    spent_on=day,
                    amount_cents=7,
                    eligible_cents=7,
                    status="paid",
                    validated_at=timezone.now(),
                    paid_on=day,
                )
            )
        for row in Expense.objects.bulk_create(rows):
            funders = list(agreed[row.line_id])
            before = [charged[row.line_id][funder] for funder in funders]
            for funder, cents in zip(
                funders, share([agreed[row.line_id][f] for f in funders], before, 7), strict=True
            ):
                charged[row.line_id][funder] += cents
                if cents:
                    parts.append(
                        Share(expense=row, funder_id=funder, line_id=row.line_id, amount_cents=cents)
                    )
        Share.objects.bulk_create(parts, batch_size=5000)
    rebuild_totals(programme)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Expense.objects.for_programme(programme).count()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--expenses", type=int, default=50_000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    programme = Programme.objects.get(slug="demonstration")
    count = fill(programme, options.expenses)
    client = _signed_in(_holder(programme, Role.DIRECTOR))
    page = Page("Budget", f"/{programme.slug}/budget/", _cookie(client))
    cache.clear()
    before = time.perf_counter()
    budget_overview(programme)
    cold = time.perf_counter() - before
    line = BudgetLine.objects.for_programme(programme).order_by("pk")[0]
    before = time.perf_counter()
    create_expense(
        actor=None,
        line=line,
        label="Mesure",
        supplier="Mesure",
        spent_on=programme.starts_on,
        amount_cents=100,
    )
    entry = time.perf_counter() - before
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            server.load(page, seconds=2)
            pairs = [
                (server.load(FLOOR, seconds=options.seconds).rate, server.load(page, seconds=options.seconds))
                for _round in range(options.rounds)
            ]
        finally:
            server.stop()
    part = statistics.median(load.rate / floor for floor, load in pairs)
    rate = statistics.median(load.rate for _floor, load in pairs)
    print(f"{count} dépenses ({connection.vendor}) : budget {rate:.0f} req/s, {part:.0%} du plancher")
    print(
        f"{_queries(client, page)} requêtes SQL ; calcul à froid {cold:.2f} s ; saisie {entry * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
